//! TLS for the client of HTTP, which could be told of certificates but not of authorities that were read already.

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::sync::Arc;

use gibbon_tls::TlsError;
use gibbon_tls::client::{self, Spoken, Terms, Usual, Verification};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport, TransportAdapter,
};

/// What speaks TLS where a URL asks for it.
#[derive(Debug)]
pub(crate) struct Encryption(Arc<ClientConfig>);

/// How many certificates may stand between a server's and an authority's.
const DEPTH: u8 = 8;

impl Encryption {
    /// With servers that an authority vouches for which the gateway trusts.
    ///
    /// # Errors
    /// If TLS cannot be set up like that.
    pub(crate) fn trusting(authorities: &Arc<RootCertStore>) -> Result<Self, TlsError> {
        let usual = Usual { trusted: Arc::clone(authorities), shown: None };
        let terms = Terms { spoken: Spoken::Http1, ..Terms::usual(Verification::Required { depth: DEPTH }) };
        client::config(&terms, &usual).map(Self)
    }
}

/// A connection with TLS.
pub(crate) struct Encrypted {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl<In: Transport> Connector<In> for Encryption {
    type Out = Either<In, Encrypted>;

    fn connect(&self, details: &ConnectionDetails<'_>, plain: Option<In>) -> Result<Option<Self::Out>, Error> {
        let Some(plain) = plain else { return Ok(None) };
        if !details.needs_tls() {
            return Ok(Some(Either::A(plain)));
        }
        let host = details.uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(host).map_err(io::Error::other)?;
        let session = ClientConnection::new(Arc::clone(&self.0), name).map_err(io::Error::other)?;
        let mut socket = TransportAdapter::new(plain.boxed(), Arc::clone(&details.current_time));
        socket.set_timeout(details.timeout);
        let config = details.config;
        let buffers = LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size());
        Ok(Some(Either::B(Encrypted { buffers, stream: StreamOwned::new(session, socket) })))
    }
}

impl Transport for Encrypted {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.stream.sock.set_timeout(timeout);
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        Ok(self.stream.write_all(output)?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.stream.sock.set_timeout(timeout);
        let amount = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.sock.get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl fmt::Debug for Encrypted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encrypted").finish_non_exhaustive()
    }
}
