//! Who is let in.

use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use gibbon_conf::{AdminToken, TokenAccess};
use http::{HeaderMap, HeaderName, Method, header};

use super::failed_tries::{FailedTries, Verdict};
use super::fingerprint;
use crate::client::Client;
use crate::error::ApiError;

/// The header in which clients of Kong send a token.
const ADMIN_TOKEN: HeaderName = HeaderName::from_static("kong-admin-token");

/// What somebody elsewhere is told of a gateway without tokens.
const NO_TOKEN_YET: &str = "this gateway has no Admin token yet (`gibbon admin-token new` makes one), and without one \
                            lets in its own machine only";

/// Lets in who shows one of the tokens; everybody, where there are none.
#[derive(Default)]
pub struct TokenGate {
    tokens: RwLock<Arc<[Known]>>,
    failed: FailedTries,
}

struct Known {
    name: Arc<str>,
    access: TokenAccess,
    sha256: [u8; 32],
}

impl TokenGate {
    /// A gate for these tokens.
    pub(crate) fn new(tokens: &[AdminToken]) -> Self {
        let gate = Self::default();
        gate.replace(tokens);
        gate
    }

    /// From now on these tokens are the ones that count. Who has shown too many wrong ones goes on waiting.
    pub fn replace(&self, tokens: &[AdminToken]) {
        let known =
            |token: &AdminToken| Known { name: token.name.as_str().into(), access: token.access, sha256: token.sha256 };
        *self.tokens.write().unwrap_or_else(PoisonError::into_inner) = tokens.iter().map(known).collect();
    }

    fn tokens(&self) -> Arc<[Known]> {
        Arc::clone(&self.tokens.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Who sends a request. A browser asks without a token what it may send (OPTIONS), and is told.
    ///
    /// # Errors
    /// [`ApiError::Unauthorized`], and [`ApiError::TooManyTries`] where an address has shown too many wrong tokens:
    /// then not even a right one is looked at, or trying would go on unhindered.
    pub(crate) fn admit(&self, method: &Method, headers: &HeaderMap, peer: SocketAddr) -> Result<Client, ApiError> {
        let tokens = self.tokens();
        if tokens.is_empty() || method == Method::OPTIONS {
            return Ok(Client::at(peer));
        }
        let now = Instant::now();
        if let Some(wait) = self.failed.wait(peer.ip(), now) {
            return Err(ApiError::TooManyTries { seconds: wait.as_secs().max(1) });
        }
        let shown = shown(headers).ok_or(ApiError::Unauthorized { reason: "this Admin API asks for a token" })?;
        match find(&tokens, &fingerprint(shown)) {
            Some(token) => {
                Ok(Client { token: Some(Arc::clone(&token.name)), access: token.access, ..Client::at(peer) })
            }
            None => {
                self.refused(peer, now);
                Err(ApiError::Unauthorized { reason: "no such token" })
            }
        }
    }

    /// The same on a port that other machines may reach: as long as there is no token, only who comes from this machine is
    /// let in. That is told by the socket, since a header may say anything.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn admit_here(
        &self,
        method: &Method,
        headers: &HeaderMap,
        peer: SocketAddr,
    ) -> Result<Client, ApiError> {
        let is_open = self.tokens().is_empty() && method != Method::OPTIONS;
        if is_open && !peer.ip().to_canonical().is_loopback() {
            return Err(ApiError::Unauthorized { reason: NO_TOKEN_YET });
        }
        self.admit(method, headers, peer)
    }

    /// Whoever has shown the token with this digest before, if it still counts.
    pub(crate) fn admit_again(&self, sha256: &[u8; 32], peer: SocketAddr) -> Option<Client> {
        let tokens = self.tokens();
        let token = find(&tokens, sha256)?;
        Some(Client { token: Some(Arc::clone(&token.name)), access: token.access, ..Client::at(peer) })
    }

    /// What was shown is not logged: it may be a token for something else.
    fn refused(&self, peer: SocketAddr, now: Instant) {
        match self.failed.count(peer.ip(), now) {
            Verdict::Counted => tracing::warn!(client = %peer.ip(), "a wrong token was shown to the Admin API"),
            Verdict::Full => {
                tracing::error!(client = %peer.ip(), "too many wrong tokens: the Admin API refuses this address for a while");
            }
        }
    }
}

/// Compares with every token whatever comes out, so that the time tells nothing.
fn find<'t>(tokens: &'t [Known], sha256: &[u8; 32]) -> Option<&'t Known> {
    tokens.iter().fold(None, |found, token| match verify_slices_are_equal(&token.sha256, sha256) {
        Ok(()) => Some(token),
        Err(_) => found,
    })
}

/// The token in a request: `Kong-Admin-Token`, else `Authorization: Bearer`.
pub(crate) fn shown(headers: &HeaderMap) -> Option<&[u8]> {
    let of_kong = headers.get(&ADMIN_TOKEN).map(|value| value.as_bytes());
    let bearer = || {
        let value = headers.get(header::AUTHORIZATION)?.as_bytes();
        let (scheme, token) = value.split_at_checked("Bearer ".len())?;
        scheme.eq_ignore_ascii_case(b"Bearer ").then(|| token.trim_ascii())
    };
    of_kong.or_else(bearer).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use gibbon_conf::TokenAccess::{Full, ReadOnly};
    use http::HeaderValue;

    use super::super::MadeToken;
    use super::*;

    const PEER: &str = "192.0.2.7:5000";

    fn gate(tokens: &[&MadeToken]) -> TokenGate {
        TokenGate::new(&tokens.iter().map(|token| token.kept.clone()).collect::<Vec<_>>())
    }

    fn admit(gate: &TokenGate, name: &'static str, value: &str) -> Result<Client, ApiError> {
        let headers = HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())]);
        gate.admit(&Method::GET, &headers, PEER.parse().unwrap())
    }

    #[test]
    fn a_token_is_known_in_either_header_and_carries_its_name_and_access() {
        let (full, reader) = (MadeToken::new("ci", Full).unwrap(), MadeToken::new("screens", ReadOnly).unwrap());
        let gate = gate(&[&full, &reader]);
        let found = admit(&gate, "authorization", &format!("bearer {}", full.text)).unwrap();
        assert_eq!((found.token.as_deref(), found.access), (Some("ci"), Full));
        let found = admit(&gate, "kong-admin-token", &reader.text).unwrap();
        assert_eq!((found.token.as_deref(), found.access), (Some("screens"), ReadOnly));
    }

    #[test]
    fn tokens_that_are_replaced_count_no_more_and_the_new_ones_do_at_once() {
        let (old, new) = (MadeToken::new("old", Full).unwrap(), MadeToken::new("new", ReadOnly).unwrap());
        let gate = gate(&[&old]);
        gate.replace(std::slice::from_ref(&new.kept));
        assert!(admit(&gate, "kong-admin-token", &old.text).is_err());
        assert_eq!(admit(&gate, "kong-admin-token", &new.text).unwrap().access, ReadOnly);
    }

    #[test]
    fn no_token_and_a_wrong_one_are_refused_alike() {
        let token = MadeToken::new("ci", Full).unwrap();
        let gate = gate(&[&token]);
        let wrong = [
            ("kong-admin-token", "x".to_owned()),
            ("authorization", format!("Basic {}", token.text)),
            ("authorization", token.text.clone()),
            ("accept", "*/*".to_owned()),
            ("kong-admin-token", format!("{}x", token.text)),
        ];
        for (name, value) in wrong {
            let refused = admit(&gate, name, &value);
            assert!(matches!(refused, Err(ApiError::Unauthorized { .. })), "{name}: {value}");
        }
    }

    #[test]
    fn a_preflight_needs_none_and_without_tokens_nobody_does() {
        let token = MadeToken::new("ci", Full).unwrap();
        let (peer, none) = (PEER.parse().unwrap(), HeaderMap::new());
        assert!(gate(&[&token]).admit(&Method::OPTIONS, &none, peer).is_ok());
        assert!(gate(&[&token]).admit(&Method::GET, &none, peer).is_err());
        assert_eq!(gate(&[]).admit(&Method::DELETE, &none, peer).unwrap(), Client::at(peer));
    }

    #[test]
    fn who_shows_too_many_wrong_tokens_has_to_wait_even_with_a_right_one() {
        let token = MadeToken::new("ci", Full).unwrap();
        let gate = gate(&[&token]);
        let mut answers = (0..100).map(|_| admit(&gate, "kong-admin-token", "wrong"));
        assert!(answers.any(|answer| matches!(answer, Err(ApiError::TooManyTries { .. }))));
        let right = admit(&gate, "kong-admin-token", &token.text);
        assert!(matches!(right, Err(ApiError::TooManyTries { seconds: 1..=60 })));
        let elsewhere = HeaderMap::from_iter([(ADMIN_TOKEN, HeaderValue::from_str(&token.text).unwrap())]);
        assert!(gate.admit(&Method::GET, &elsewhere, "192.0.2.8:1".parse().unwrap()).is_ok());
    }

    #[test]
    fn requests_without_a_token_are_no_tries() {
        let token = MadeToken::new("ci", Full).unwrap();
        let gate = gate(&[&token]);
        for _ in 0..100 {
            assert!(matches!(admit(&gate, "accept", "*/*"), Err(ApiError::Unauthorized { .. })));
        }
        assert!(admit(&gate, "kong-admin-token", &token.text).is_ok());
    }

    #[test]
    fn where_pages_are_served_nobody_elsewhere_is_let_in_without_a_token_whatever_they_say() {
        let claims = [
            ("x-forwarded-for", "127.0.0.1"),
            ("x-real-ip", "::1"),
            ("forwarded", "for=127.0.0.1"),
            ("host", "localhost"),
        ];
        let headers: HeaderMap = claims
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        let admitted = |gate: &TokenGate, peer: &str| gate.admit_here(&Method::GET, &headers, peer.parse().unwrap());
        for peer in ["127.0.0.1:9", "127.8.9.1:9", "[::1]:9", "[::ffff:127.0.0.1]:9"] {
            assert!(admitted(&gate(&[]), peer).is_ok(), "{peer}");
        }
        for peer in [PEER, "10.0.0.1:9", "[2001:db8::1]:9", "[::ffff:10.0.0.1]:9"] {
            assert!(matches!(admitted(&gate(&[]), peer), Err(ApiError::Unauthorized { .. })), "{peer}");
        }
        let token = MadeToken::new("ci", Full).unwrap();
        let shown = HeaderMap::from_iter([(ADMIN_TOKEN, HeaderValue::from_str(&token.text).unwrap())]);
        let gate = gate(&[&token]);
        assert!(gate.admit_here(&Method::GET, &shown, PEER.parse().unwrap()).is_ok());
        assert!(admitted(&gate, "127.0.0.1:9").is_err(), "where there is a token, everybody shows it");
    }
}
