//! Which certificate a client is shown.

use std::fmt;
use std::sync::Arc;

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::identity::Identity;

/// Certificates that may change while the gateway runs, by server name.
pub trait ByName: Send + Sync {
    /// The one for a name in lower case; `None` where there is none.
    fn identity(&self, name: &str) -> Option<Arc<Identity>>;

    /// The one for clients that name no server.
    fn for_nobody(&self) -> Option<Arc<Identity>>;
}

/// Chooses by the name that the client asks for.
pub struct Shown {
    otherwise: Identity,
    by_name: Option<Arc<dyn ByName>>,
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").field("otherwise", &self.otherwise).finish_non_exhaustive()
    }
}

impl Shown {
    /// This one, whatever the client asks for.
    pub fn always(identity: Identity) -> Self {
        Self { otherwise: identity, by_name: None }
    }

    /// That of the name, or else this one.
    pub fn by_name(by_name: Arc<dyn ByName>, otherwise: Identity) -> Self {
        Self { otherwise, by_name: Some(by_name) }
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let named = self.by_name.as_ref().and_then(|by_name| match hello.server_name() {
            Some(name) => by_name.identity(&name.to_ascii_lowercase()),
            None => by_name.for_nobody(),
        });
        named.as_deref().unwrap_or(&self.otherwise).choose(&hello)
    }
}
