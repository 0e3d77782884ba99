//! TLS to upstreams: the handshake, on the terms of each.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use gibbon_conf::Upstream;
use gibbon_tls::client::{Terms, Usual, Verification, config};
use gibbon_tls::{Identity, TlsError};
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// So many terms are remembered; more begin anew.
const REMEMBERED: usize = 256;

/// What holds for all upstreams. Cheap to clone.
#[derive(Clone)]
pub(crate) struct UpstreamTls {
    usual: Arc<Usual>,
    /// How long a chain may be where nobody says.
    depth: u8,
}

impl UpstreamTls {
    /// With the authorities and the certificate of these settings.
    pub(crate) fn new(settings: &Upstream) -> Result<Self, TlsError> {
        let shown = match settings.shown.as_slice() {
            [] => None,
            pairs => Some(Identity::load(pairs)?),
        };
        let usual = Arc::new(Usual::load(&settings.trusted, shown)?);
        Ok(Self { usual, depth: settings.depth })
    }

    /// The verification of an upstream that does not say how long its chain may be.
    pub(crate) fn required(&self) -> Verification {
        Verification::Required { depth: self.depth }
    }

    /// What makes connections on these terms secret.
    pub(crate) fn connector(&self, terms: &Terms) -> Result<TlsConnector, TlsError> {
        config(terms, &self.usual).map(TlsConnector::from)
    }
}

/// Makes a worker's connections to upstreams secret. Sessions are resumed within the same terms.
pub(crate) struct Handshakes {
    usual: UpstreamTls,
    known: RefCell<HashMap<Terms, TlsConnector, ahash::RandomState>>,
}

impl Handshakes {
    pub(crate) fn new(usual: UpstreamTls) -> Self {
        Self { usual, known: RefCell::default() }
    }

    /// The handshake, as a client that asks for `name`.
    pub(crate) async fn connect(
        &self,
        stream: TcpStream,
        name: ServerName<'static>,
        terms: &Terms,
    ) -> io::Result<TlsStream<TcpStream>> {
        let connector = self.connector(terms).map_err(io::Error::other)?;
        connector.connect(name, stream).await
    }

    fn connector(&self, terms: &Terms) -> Result<TlsConnector, TlsError> {
        let mut known = self.known.borrow_mut();
        if let Some(connector) = known.get(terms) {
            return Ok(connector.clone());
        }
        if known.len() >= REMEMBERED {
            known.clear();
        }
        let connector = self.usual.connector(terms)?;
        known.insert(terms.clone(), connector.clone());
        Ok(connector)
    }
}
