//! The Admin API of a Kong that runs, which is only read.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gibbon_schema::Object;
use serde_json::Value;
use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};

/// How many records a page has: as many as Kong gives.
const PAGE: usize = 1000;

/// The largest page that is read, in bytes.
const LARGEST: u64 = 256 * 1024 * 1024;

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// How an `https` address is believed.
#[derive(Debug, clap::Args)]
pub(super) struct TlsArgs {
    /// Certificates, in PEM, by which an Admin API is believed instead of the usual ones.
    #[arg(long, value_name = "FILE", requires = "admin_url")]
    ca_cert: Option<PathBuf>,
    /// Believe any certificate.
    #[arg(long, requires = "admin_url", conflicts_with = "ca_cert")]
    tls_skip_verify: bool,
}

/// Why there is no answer, or none that makes sense.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KongError {
    /// A header was given without a value.
    #[error("`{0}` is no header; write it as `Name:value`")]
    Header(String),
    /// The certificates cannot be had.
    #[error("cannot read certificates from `{}`: {reason}", path.display())]
    Certificates { path: PathBuf, reason: String },
    /// The request failed.
    #[error("cannot read `{url}`: {source}")]
    Request { url: String, source: Box<ureq::Error> },
    /// The answer is a refusal.
    #[error("`{url}` answers {status}: {text}")]
    Status { url: String, status: u16, text: String },
    /// The answer is not of an Admin API.
    #[error("`{url}` does not answer as an Admin API of Kong does")]
    Stranger { url: String },
}

/// An Admin API.
pub(super) struct Kong {
    agent: Agent,
    base: String,
    headers: Vec<(String, String)>,
}

impl Kong {
    /// The Admin API at an address.
    pub(super) fn new(url: &str, headers: &[String], tls: &TlsArgs) -> Result<Self, KongError> {
        let split = |header: &String| {
            let (name, value) = header.split_once(':').ok_or_else(|| KongError::Header(header.clone()))?;
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        };
        let headers = headers.iter().map(split).collect::<Result<_, _>>()?;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .tls_config(tls.config()?)
            .build();
        let base = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
        Ok(Self { agent: config.into(), base: base.trim_end_matches('/').to_owned(), headers })
    }

    /// The answer to a request, if there is such a path.
    pub(super) fn get(&self, path: &str) -> Result<Option<Object>, KongError> {
        let url = format!("{}{path}", self.base);
        let failed = |source: ureq::Error| KongError::Request { url: url.clone(), source: Box::new(source) };
        let mut request = self.agent.get(&url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut answer = request.call().map_err(failed)?;
        let text = answer.body_mut().with_config().limit(LARGEST).read_to_string().map_err(failed)?;
        match answer.status().as_u16() {
            200 => match serde_json::from_str(&text) {
                Ok(Value::Object(body)) => Ok(Some(body)),
                _ => Err(KongError::Stranger { url }),
            },
            404 => Ok(None),
            status => Err(KongError::Status { url, status, text: text.chars().take(200).collect() }),
        }
    }

    /// All records of a collection, page by page, if there is such a collection.
    pub(super) fn list(&self, path: &str) -> Result<Option<Vec<Value>>, KongError> {
        let mut records = Vec::new();
        let mut offset = None;
        loop {
            let Some(mut page) = self.get(&page_path(path, offset.as_deref()))? else { return Ok(None) };
            match page.shift_remove("data") {
                Some(Value::Array(data)) => records.extend(data),
                // An empty list has the notation of an empty object in some versions.
                Some(Value::Object(data)) if data.is_empty() => {}
                _ => return Err(KongError::Stranger { url: format!("{}{path}", self.base) }),
            }
            match page.get("offset").and_then(Value::as_str) {
                // A page that leads to itself would lead there for ever.
                Some(next) if offset.as_deref() != Some(next) => offset = Some(next.to_owned()),
                _ => return Ok(Some(records)),
            }
        }
    }

    /// Says that the answers make no sense.
    pub(super) fn stranger(&self) -> KongError {
        KongError::Stranger { url: self.base.clone() }
    }
}

fn page_path(path: &str, offset: Option<&str>) -> String {
    match offset {
        None => format!("{path}?size={PAGE}"),
        Some(offset) => {
            let escaped: String = offset.bytes().map(escape).collect();
            format!("{path}?size={PAGE}&offset={escaped}")
        }
    }
}

/// A byte as it stands in a query.
fn escape(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}

impl TlsArgs {
    fn config(&self) -> Result<TlsConfig, KongError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = TlsConfig::builder().provider(TlsProvider::Rustls).unversioned_rustls_crypto_provider(provider);
        let config = match &self.ca_cert {
            Some(path) => config.root_certs(RootCerts::Specific(Arc::new(certificates(path)?))),
            None => config.root_certs(RootCerts::WebPki),
        };
        Ok(config.disable_verification(self.tls_skip_verify).build())
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, KongError> {
    let failed = |reason: String| KongError::Certificates { path: path.to_path_buf(), reason };
    let pem = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    let mut certificates = Vec::new();
    for item in parse_pem(&pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| failed(error.to_string()))? {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() { Err(failed("there is none".to_owned())) } else { Ok(certificates) }
}
