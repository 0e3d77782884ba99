//! Asking a server for a document: from public addresses over TLS, or as far as hosts are listed, within bounds.

use std::sync::Arc;
use std::time::Duration;

use gibbon_plugin_api::Settings;
use gibbon_tls::TlsError;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use rustls::RootCertStore;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Connector as _, NextTimeout, TcpConnector};
use ureq::{Agent, config::Config};

use super::addresses::{Listed, is_public};
use super::location;
use crate::encryption::Encryption;

/// How long one exchange may take, names and handshake included.
const PATIENCE: Duration = Duration::from_secs(8);

/// How long an answer may be.
const LONGEST: u64 = 256 * 1024;

/// How many redirects are followed.
const REDIRECTS: usize = 3;

const PRODUCT: &str = concat!("gibbon/", env!("CARGO_PKG_VERSION"));

/// See the module.
pub(in crate::jwt) struct Client {
    agent: Agent,
    listed: Listed,
}

/// A document.
pub(super) struct Answer {
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// There is no document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::jwt) enum FetchError {
    /// The URL is none, or one that may not be asked.
    #[error("`{url}` {reason}")]
    Url { url: String, reason: String },
    /// The server could not be asked, or its answer not be read.
    #[error("`{url}` cannot be asked: {reason}")]
    Transport { url: String, reason: String },
    /// It answers something else.
    #[error("`{url}` answers {status}")]
    Status { url: String, status: u16 },
    /// The document is not what it should be.
    #[error("`{url}`: {reason}")]
    Document { url: String, reason: String },
}

impl Client {
    /// For documents that are asked for now and then: each time on a connection of its own.
    pub(super) fn new(trusted: &Arc<RootCertStore>, listed: Listed) -> Result<Self, TlsError> {
        Self::keeping(0, trusted, listed)
    }

    /// For questions that requests wait for: so many connections are kept for the next ones.
    pub(in crate::jwt) fn for_questions(connections: usize, settings: &Settings) -> Result<Self, TlsError> {
        Self::keeping(connections, &settings.trusted, Listed::new(Arc::clone(&settings.issuers.hosts)))
    }

    fn keeping(connections: usize, trusted: &Arc<RootCertStore>, listed: Listed) -> Result<Self, TlsError> {
        let encryption = Encryption::trusting(trusted)?;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // Where a redirect may lead is decided here.
            .max_redirects(0)
            .max_idle_connections(connections)
            .max_idle_connections_per_host(connections)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .user_agent(PRODUCT)
            .build();
        let connector = ().chain(TcpConnector::default()).chain(encryption);
        let resolver = Guarded { resolver: DefaultResolver::default(), listed: listed.clone() };
        Ok(Self { agent: Agent::with_parts(config, connector, resolver), listed })
    }

    /// Whether this URL may be asked, as far as can be told without asking.
    pub(in crate::jwt) fn check(&self, url: &str) -> Result<Uri, FetchError> {
        let refused = |reason: String| FetchError::Url { url: url.to_owned(), reason };
        let parsed = location::parse(url).map_err(refused)?;
        if parsed.scheme_str() == Some("http") && !self.listed.permits_clear(&parsed) {
            let reason = "is not https, and its host is not listed behind http:// in `jwt_issuer_hosts`";
            return Err(refused(reason.to_owned()));
        }
        Ok(parsed)
    }

    /// Asks for a document, and for where it is if the same server says that. Blocks.
    pub(super) fn get(&self, url: &str) -> Result<Answer, FetchError> {
        let mut place = self.check(url)?;
        for _ in 0..=REDIRECTS {
            let (head, body) = self.ask(url, &place)?;
            if head.status == StatusCode::OK {
                return Ok(Answer { headers: head.headers, body });
            }
            let Some(next) = head.headers.get(LOCATION).filter(|_| head.status.is_redirection()) else {
                return Err(FetchError::Status { url: url.to_owned(), status: head.status.as_u16() });
            };
            place = redirected(&place, next.to_str().unwrap_or_default()).ok_or_else(|| {
                let reason = "is redirected to another server".to_owned();
                FetchError::Url { url: url.to_owned(), reason }
            })?;
        }
        Err(FetchError::Url { url: url.to_owned(), reason: "is redirected too often".to_owned() })
    }

    /// Sends a form, and follows nobody elsewhere. Blocks.
    pub(in crate::jwt) fn post(
        &self,
        url: &str,
        authorization: Option<&HeaderValue>,
        form: &str,
        timeout: Duration,
    ) -> Result<(StatusCode, Vec<u8>), FetchError> {
        let failed = |reason: String| FetchError::Transport { url: url.to_owned(), reason };
        let mut request = self.agent.post(self.check(url)?).config().timeout_global(Some(timeout)).build();
        request = request.header(ACCEPT, "application/json").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(value) = authorization {
            request = request.header(AUTHORIZATION, value.clone());
        }
        let (head, mut body) = request.send(form).map_err(|error| failed(error.to_string()))?.into_parts();
        let body = body.with_config().limit(LONGEST).read_to_vec().map_err(|error| failed(error.to_string()))?;
        Ok((head.status, body))
    }

    fn ask(&self, url: &str, place: &Uri) -> Result<(http::response::Parts, Vec<u8>), FetchError> {
        let failed = |reason: String| FetchError::Transport { url: url.to_owned(), reason };
        let request =
            self.agent.get(place).header(ACCEPT, "application/json, application/jwk-set+json;q=0.9, */*;q=0.1");
        let answer = request.call().map_err(|error| failed(error.to_string()))?;
        let (head, mut body) = answer.into_parts();
        let body = body.with_config().limit(LONGEST).read_to_vec().map_err(|error| failed(error.to_string()))?;
        Ok((head, body))
    }
}

/// Where a redirect leads, if that is on the same server: an absolute path, or a URL with the same scheme, host and port.
fn redirected(from: &Uri, to: &str) -> Option<Uri> {
    let to: Uri = to.parse().ok()?;
    let path = to.path_and_query()?.clone();
    if !path.as_str().starts_with('/') || path.as_str().starts_with("//") {
        return None;
    }
    let is_there = match to.authority() {
        None => to.scheme().is_none(),
        Some(authority) => Some(authority) == from.authority() && to.scheme() == from.scheme(),
    };
    let parts = Uri::builder().scheme(from.scheme()?.clone()).authority(from.authority()?.clone()).path_and_query(path);
    if is_there { parts.build().ok() } else { None }
}

/// Gives only addresses that may be connected to: what is looked at is what is connected to, so that a name which has
/// another address the next moment makes no difference.
#[derive(Debug)]
struct Guarded {
    resolver: DefaultResolver,
    listed: Listed,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl Resolver for Guarded {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let all = self.resolver.resolve(uri, config, timeout)?;
        if self.listed.permits_private(uri) {
            return Ok(all);
        }
        let mut public = self.empty();
        all.iter().filter(|address| is_public(address.ip())).for_each(|address| public.push(*address));
        if public.is_empty() {
            let reason = "its address is not public, and its host is not listed in `jwt_issuer_hosts`";
            return Err(std::io::Error::other(reason).into());
        }
        Ok(public)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_leads_to_the_same_server_or_nowhere() {
        let from: Uri = "https://a.example/b".parse().unwrap();
        let to = |to: &str| redirected(&from, to).map(|uri| uri.to_string());
        assert_eq!(to("/c?d").as_deref(), Some("https://a.example/c?d"));
        assert_eq!(to("https://a.example/c").as_deref(), Some("https://a.example/c"));
        for other in
            ["http://a.example/c", "https://b.example/c", "https://a.example:8443/c", "//b.example/c", "", "c", "*"]
        {
            assert_eq!(to(other), None, "{other}");
        }
    }
}
