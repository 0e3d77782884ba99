use std::net::SocketAddr;
use std::sync::Arc;

use gibbon_conf::TokenAccess;

/// Who sends a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Where from; unknown in tests and to callers within the process.
    pub peer: Option<SocketAddr>,
    /// The name of the token that was shown, where tokens are asked for.
    pub token: Option<Arc<str>>,
    /// What it may do.
    pub access: TokenAccess,
}

impl Default for Client {
    /// Somebody of whom nothing is asked.
    fn default() -> Self {
        Self { peer: None, token: None, access: TokenAccess::Full }
    }
}

impl Client {
    /// Whoever is at the other end of a connection, before anything is known of them.
    pub fn at(peer: SocketAddr) -> Self {
        Self { peer: Some(peer), ..Self::default() }
    }
}
