//! TLS to upstreams: the handshake, on the terms of each.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use gibbon_conf::Upstream;
use gibbon_tls::client::{Terms, Usual, Verification};
use gibbon_tls::{Identity, TlsError, client};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::engine::handshake::{self, SlowSteps};

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
        self.config(terms).map(TlsConnector::from)
    }

    fn config(&self, terms: &Terms) -> Result<Arc<ClientConfig>, TlsError> {
        client::config(terms, &self.usual)
    }

    fn may_sign_slowly(&self, terms: &Terms) -> bool {
        terms.shown(&self.usual).is_some_and(|shown| shown.may_sign_slowly())
    }
}

/// Makes a worker's connections to upstreams secret. Sessions are resumed within the same terms.
pub(crate) struct Handshakes {
    usual: UpstreamTls,
    known: RefCell<HashMap<Terms, Arc<ClientConfig>, ahash::RandomState>>,
    slow: SlowSteps,
}

impl Handshakes {
    pub(crate) fn new(usual: UpstreamTls, slow: SlowSteps) -> Self {
        Self { usual, known: RefCell::default(), slow }
    }

    /// The handshake, as a client that asks for `name`.
    pub(crate) async fn connect(
        &self,
        stream: TcpStream,
        name: ServerName<'static>,
        terms: &Terms,
    ) -> io::Result<TlsStream<TcpStream>> {
        let config = self.config(terms).map_err(io::Error::other)?;
        if self.usual.may_sign_slowly(terms) {
            return handshake::connect(stream, name, &config, &self.slow).await;
        }
        TlsConnector::from(config).connect(name, stream).await
    }

    fn config(&self, terms: &Terms) -> Result<Arc<ClientConfig>, TlsError> {
        let mut known = self.known.borrow_mut();
        if let Some(config) = known.get(terms) {
            return Ok(Arc::clone(config));
        }
        if known.len() >= REMEMBERED {
            known.clear();
        }
        let config = self.usual.config(terms)?;
        known.insert(terms.clone(), Arc::clone(&config));
        Ok(config)
    }
}
