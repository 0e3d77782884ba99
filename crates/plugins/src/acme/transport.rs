//! HTTP with the authority, over TLS with the authorities that the gateway trusts.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use rustls::RootCertStore;
use ureq::Agent;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{Connector as _, TcpConnector};

use crate::encryption::Encryption;

/// How long one exchange may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long an answer may be.
const LONGEST: u64 = 1 << 20;

const PRODUCT: &str = concat!("gibbon/", env!("CARGO_PKG_VERSION"));

/// See the module.
pub(super) struct Transport(Agent);

/// What was answered.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// A server could not be spoken to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{url}` cannot be asked: {reason}")]
pub(super) struct TransportError {
    url: String,
    reason: String,
}

impl Transport {
    pub(super) fn new(trusted: &Arc<RootCertStore>) -> Result<Self, gibbon_tls::TlsError> {
        let encryption = Encryption::trusting(trusted)?;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .user_agent(PRODUCT)
            .build();
        let connector = ().chain(TcpConnector::default()).chain(encryption);
        Ok(Self(Agent::with_parts(config, connector, DefaultResolver::default())))
    }

    /// Asks a server, beside everything else that runs; without a body it is asked for nothing but that it answers.
    pub(super) async fn ask(
        &self,
        method: Method,
        url: &str,
        body: Option<(HeaderValue, Vec<u8>)>,
    ) -> Result<Answer, TransportError> {
        let (agent, address) = (self.0.clone(), url.to_owned());
        let asking = tokio::task::spawn_blocking(move || exchange(&agent, method, &address, body));
        let outcome = asking.await.unwrap_or_else(|error| Err(error.to_string()));
        outcome.map_err(|reason| TransportError { url: url.to_owned(), reason })
    }
}

fn exchange(agent: &Agent, method: Method, url: &str, body: Option<(HeaderValue, Vec<u8>)>) -> Result<Answer, String> {
    let request = Request::builder().method(method).uri(url);
    let answer = match body {
        None => agent.run(request.body(()).map_err(|error| error.to_string())?),
        Some((media_type, body)) => {
            let request = request.header(CONTENT_TYPE, media_type).body(body);
            agent.run(request.map_err(|error| error.to_string())?)
        }
    };
    let (head, mut body) = answer.map_err(|error| error.to_string())?.into_parts();
    let body = body.with_config().limit(LONGEST).read_to_vec().map_err(|error| error.to_string())?;
    Ok(Answer { status: head.status, headers: head.headers, body: body.into() })
}
