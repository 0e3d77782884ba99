//! A server that spans are sent to over HTTP.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Request};
use ureq::Agent;
use ureq::tls::TlsConfig;

/// See the module. It takes its time, and is never used on a worker.
pub(crate) struct Collector {
    agent: Agent,
    endpoint: Box<str>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// How long each step may take; zero for as long as it likes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) connect: Duration,
    pub(crate) send: Duration,
    pub(crate) read: Duration,
}

impl Collector {
    pub(crate) fn new(endpoint: &str, headers: Vec<(HeaderName, HeaderValue)>, patience: Patience) -> Self {
        // As in Kong, who the server is is not verified: many collectors have certificates of their own making.
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .disable_verification(true)
            .build();
        let bounded = |time: Duration| (!time.is_zero()).then_some(time);
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(bounded(patience.connect))
            .timeout_send_request(bounded(patience.send))
            .timeout_send_body(bounded(patience.send))
            .timeout_recv_response(bounded(patience.read))
            .tls_config(tls)
            .build()
            .into();
        Self { agent, endpoint: endpoint.into(), headers }
    }

    /// Sends `body`.
    ///
    /// # Errors
    /// Where it has not arrived, or is not taken.
    pub(crate) fn post(&self, body: Vec<u8>) -> Result<(), String> {
        let mut request = Request::post(&*self.endpoint);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(body).map_err(|error| error.to_string())?;
        let answer = self.agent.run(request).map_err(|error| error.to_string())?;
        if answer.status().is_success() { Ok(()) } else { Err(format!("the collector answers {}", answer.status())) }
    }
}
