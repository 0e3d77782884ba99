//! Renewing certificates before they are invalid: now and then, by one node at a time.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::entries;
use super::error::AcmeError;
use super::issuer::{Issuer, Outcome, Why};
use super::saved::Certificates;
use super::shelf::Lock;
use crate::timestamp;

/// How long after the plugin was configured it is looked for the first time, and how often from then on.
const FIRST: Duration = Duration::from_secs(60);
const EVERY: Duration = Duration::from_secs(6 * 3600);

/// For how many seconds a node renews at the longest, if it does not say that it has finished.
const TURN: i64 = 3600;

/// Looks until the plugin is configured anew, or not at all any more.
pub(super) async fn now_and_then(issuer: Weak<Issuer>) {
    tokio::time::sleep(FIRST).await;
    while let Some(issuer) = issuer.upgrade() {
        renew(&issuer).await;
        drop(issuer);
        tokio::time::sleep(EVERY).await;
    }
}

/// Renews everything that is due, unless another node is at it.
pub(super) async fn renew(issuer: &Arc<Issuer>) {
    if let Err(error) = take_turn(issuer).await {
        tracing::error!("certificates cannot be renewed: {error}");
    }
}

async fn take_turn(issuer: &Arc<Issuer>) -> Result<(), AcmeError> {
    let shelf = &issuer.config.shelf;
    if shelf.lock(entries::RENEWING, TURN).await? == Lock::Held {
        return Ok(());
    }
    tracing::debug!(node = issuer.node, "looks for certificates to renew");
    let outcome = renew_all(issuer).await;
    shelf.delete(entries::RENEWING).await?;
    outcome
}

async fn renew_all(issuer: &Arc<Issuer>) -> Result<(), AcmeError> {
    issuer.config.shelf.set(entries::LAST_RENEWAL, &timestamp::now().to_string(), None).await?;
    let certificates = issuer.certificates()?;
    for host in certificates.hosts().await? {
        // One that fails does not keep the others from being renewed.
        match renew_one(issuer, &certificates, &host).await {
            Ok(Some(Outcome::Issued)) => tracing::info!(%host, "the certificate was renewed"),
            Ok(_) => {}
            Err(error) => tracing::error!(%host, "failed to renew certificate: {error}"),
        }
    }
    Ok(())
}

async fn renew_one(
    issuer: &Arc<Issuer>,
    certificates: &Certificates,
    host: &str,
) -> Result<Option<Outcome>, AcmeError> {
    match certificates.find(host).await? {
        // Somebody has deleted it: it is not to come back by itself.
        None => issuer.config.shelf.delete(&entries::renewal(host)).await.map(|()| None).map_err(AcmeError::from),
        Some(saved) if !issuer.is_due(&saved) || !issuer.config.domains.contain(host) => Ok(None),
        Some(_) => issuer.update(host, Why::Expiring).await.map(Some),
    }
}
