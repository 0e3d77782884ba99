//! Getting a certificate for a host: one node at a time, and not again soon after it went wrong.

use std::sync::Arc;
use std::time::Duration;

use gibbon_plugin_api::{ConfigureError, PluginRecords, Settings};
use serde_json::json;
use tokio::runtime::Handle;

use super::account;
use super::authority::Authority;
use super::chain;
use super::config::Config;
use super::entries;
use super::error::AcmeError;
use super::order::Order;
use super::request;
use super::saved::{Certificates, Saved};
use super::shelf::Lock;
use super::transport::Transport;
use super::under_way::UnderWay;
use crate::timestamp;

/// How long an order may take, and how many seconds longer its lock holds if nobody lets it go.
const PATIENCE: Duration = Duration::from_secs(120);
const LOCKED: i64 = 150;

/// What the plugin does in one configuration.
pub(super) struct Issuer {
    pub(super) config: Config,
    transport: Transport,
    /// None where this is no running gateway.
    beside: Option<Beside>,
    under_way: Arc<UnderWay>,
    /// What this node says when it takes a turn.
    pub(super) node: String,
}

/// What there is in a running gateway.
struct Beside {
    records: Arc<dyn PluginRecords>,
    runtime: Handle,
}

/// Why there is to be a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// A client has asked for a host that has none.
    Missing,
    /// The one that there is will soon be invalid.
    Expiring,
    /// Somebody wants a new one.
    Wanted,
}

/// What has become of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// There is a new one.
    Issued,
    /// There is one already.
    Present,
    /// Somebody else is getting one.
    UnderWay,
}

impl Issuer {
    pub(super) fn new(config: Config, settings: &Settings) -> Result<Self, ConfigureError> {
        let failed = |error: gibbon_tls::TlsError| ConfigureError { field: "api_uri", reason: error.to_string() };
        let node = &settings.node;
        let beside = node.records.clone().zip(node.runtime.clone());
        Ok(Self {
            config,
            transport: Transport::new(&settings.trusted).map_err(failed)?,
            beside: beside.map(|(records, runtime)| Beside { records, runtime }),
            under_way: node.live.get(),
            node: node.id.to_string(),
        })
    }

    /// Where tasks run.
    pub(super) fn runtime(&self) -> Option<&Handle> {
        self.beside.as_ref().map(|beside| &beside.runtime)
    }

    /// The certificates of the gateway.
    pub(super) fn certificates(&self) -> Result<Certificates, AcmeError> {
        let records = self.beside.as_ref().map(|beside| Arc::clone(&beside.records)).ok_or(AcmeError::NoRecords)?;
        Ok(Certificates { records, shelf: self.config.shelf.clone(), keeping: self.config.keeping })
    }

    /// Begins to get a certificate for a host that has none, unless that was begun already or many others wait.
    pub(super) fn begin(self: &Arc<Self>, host: &str) {
        let Some(runtime) = self.runtime() else { return };
        let Some(place) = self.under_way.take(host) else { return };
        let (issuer, host) = (Arc::clone(self), host.to_owned());
        runtime.spawn(async move {
            let _turn = place.turn().await;
            match issuer.update(&host, Why::Missing).await {
                Ok(Outcome::Issued) => tracing::info!(%host, "there is a certificate"),
                Ok(Outcome::Present | Outcome::UnderWay) => {}
                Err(error) => tracing::error!(%host, "failed to update certificate: {error}"),
            }
        });
    }

    /// Gets a certificate for a host.
    pub(super) async fn update(&self, host: &str, why: Why) -> Result<Outcome, AcmeError> {
        let (shelf, backoff) = (&self.config.shelf, entries::backoff(host));
        let until: Option<i64> = shelf.get(&backoff).await?.and_then(|until| until.parse().ok());
        if let Some(seconds) = until.map(|until| until - timestamp::now()).filter(|seconds| *seconds > 0) {
            return Err(AcmeError::TooEarly { host: host.to_owned(), seconds });
        }
        let lock = entries::updating(host);
        if shelf.lock(&lock, LOCKED).await? == Lock::Held {
            return Ok(Outcome::UnderWay);
        }
        let outcome = self.update_alone(host, why).await;
        if outcome.is_err() && self.config.backoff > 0 {
            let until = timestamp::now().saturating_add(self.config.backoff).to_string();
            if let Err(error) = shelf.set(&backoff, &until, Some(self.config.backoff)).await {
                tracing::warn!(%host, "nobody will know that no certificate could be got: {error}");
            }
        }
        if let Err(error) = shelf.delete(&lock).await {
            tracing::warn!(%host, "others must wait, though nobody gets a certificate any more: {error}");
        }
        outcome
    }

    async fn update_alone(&self, host: &str, why: Why) -> Result<Outcome, AcmeError> {
        let certificates = self.certificates()?;
        // Another node may have done it while this one waited.
        if why != Why::Wanted && self.is_present(host, &certificates).await? {
            return Ok(Outcome::Present);
        }
        let before = match why {
            Why::Expiring => certificates.find(host).await?.map(|saved| saved.key),
            Why::Missing | Why::Wanted => None,
        };
        let ordered = tokio::time::timeout(PATIENCE, self.order(host, before)).await;
        let saved = ordered.unwrap_or(Err(AcmeError::Late));
        let saved = saved.map_err(|reason| AcmeError::Order { host: host.to_owned(), reason: Box::new(reason) })?;
        certificates.save(host, &saved).await?;
        let renewal = json!({ "host": host, "expire_at": saved.not_after()? }).to_string();
        self.config.shelf.set(&entries::renewal(host), &renewal, None).await?;
        Ok(Outcome::Issued)
    }

    /// Whether there is a certificate that will do; one that was kept beside the records is shown again.
    async fn is_present(&self, host: &str, certificates: &Certificates) -> Result<bool, AcmeError> {
        if certificates.shown(host).await?.is_some_and(|saved| !self.is_due(&saved)) {
            return Ok(true);
        }
        match certificates.kept(host).await? {
            Some(kept) if !self.is_due(&kept) => certificates.show(host, &kept).await.map(|()| true),
            _ => Ok(false),
        }
    }

    /// Whether a certificate is to be renewed; what cannot be read is.
    pub(super) fn is_due(&self, saved: &Saved) -> bool {
        saved.not_after().map_or(true, |not_after| not_after.saturating_sub(self.config.threshold) <= timestamp::now())
    }

    async fn order(&self, host: &str, before: Option<String>) -> Result<Saved, AcmeError> {
        let records = self.beside.as_ref().map(|beside| &beside.records);
        let key = account::key(&self.config, records).await?;
        let (name, sort) = (host.to_owned(), self.config.key);
        let making = tokio::task::spawn_blocking(move || request::make(&name, sort, before.as_deref()));
        let request = making.await.map_err(|_| AcmeError::Ended)??;
        let Config { directory, account, shelf, preferred_chain, .. } = &self.config;
        let mut authority = Authority::open(&self.transport, directory, &key, account).await?;
        let url = Order { host, shelf, key: &key }.place(&mut authority, &request.der).await?;
        let cert = chain::fetch(&mut authority, &url, preferred_chain.as_deref()).await?;
        Ok(Saved { cert, key: request.key })
    }

    /// What somebody gets who asks a host for the answer to a challenge that there is not.
    pub(super) async fn asks_in_vain(&self, host: &str) -> Result<(u16, String), AcmeError> {
        let url = format!("http://{host}/.well-known/acme-challenge/x");
        let answer = self.transport.ask(http::Method::GET, &url, None).await?;
        Ok((answer.status.as_u16(), String::from_utf8_lossy(&answer.body).into_owned()))
    }
}
