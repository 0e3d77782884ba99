//! The task that asks a place: at once, whenever its answer is no longer fresh, and when somebody wants to know.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use gibbon_jose::{JwkSet, SetError, SetLimits};
use serde_json::Value;
use tokio::runtime::Handle;

use super::Source;
use crate::jwt::issuers::client::{Client, FetchError};
use crate::jwt::issuers::freshness;
use crate::jwt::issuers::kept::Saved;
use crate::jwt::issuers::location::{Location, is_same_issuer};
use crate::timestamp;

/// How long it is left alone after it has not answered: the first time, and at the most.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// A set that was fetched.
struct Fetched {
    set: JwkSet,
    body: String,
    fresh: Duration,
}

impl Source {
    /// Begins to ask, for as long as anybody holds the place.
    pub(in crate::jwt::issuers) fn start(self: &Arc<Self>, runtime: &Handle) {
        runtime.spawn(ask_again_and_again(Arc::downgrade(self), Arc::clone(&self.wanted)));
    }

    /// Takes over what was fetched before the last start. It counts as an answer, so that nobody waits for another one.
    async fn recall(self: &Arc<Self>) {
        let (kept, location) = (self.means.kept.clone(), self.location.clone());
        let read = move || {
            kept.read(&location, timestamp::now()).and_then(|saved| Some((parse(saved.body.as_bytes()).ok()?, saved)))
        };
        if let Ok(Some((set, saved))) = tokio::task::spawn_blocking(read).await {
            self.publish(set, saved.fetched_at);
            self.begun.store(1, Ordering::Release);
            self.finished.send_replace(1);
        }
    }

    /// Asks once; says how long to leave it alone then.
    async fn attempt(self: &Arc<Self>, pause: Duration) -> Result<Duration, Duration> {
        let number = self.begun.fetch_add(1, Ordering::AcqRel) + 1;
        let turn = Arc::clone(&self.means.turns).acquire_owned().await;
        let (client, location) = (Arc::clone(&self.means.client), self.location.clone());
        let fetched = tokio::task::spawn_blocking(move || fetch(&client, &location)).await;
        drop(turn);
        let next = match fetched {
            Ok(Ok(fetched)) => Ok(self.take(fetched)),
            Ok(Err(error)) => Err(error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        self.note(next.as_ref().err());
        self.finished.send_replace(number);
        next.map_err(|_| pause)
    }

    /// Takes a set over, keeps it, and tells what has changed.
    fn take(&self, fetched: Fetched) -> Duration {
        let before = names(&self.published().set);
        let after = names(&fetched.set);
        let url = self.location.url();
        if before != after {
            let added: Vec<_> = after.difference(&before).collect();
            let removed: Vec<_> = before.difference(&after).collect();
            tracing::info!(url, ?added, ?removed, "the keys of an issuer have changed");
            for out in fetched.set.left_out() {
                tracing::info!(url, kid = out.kid.as_deref(), "a key of an issuer is left out: {}", out.reason);
            }
        }
        let saved = Saved { fetched_at: timestamp::now(), body: fetched.body };
        self.publish(fetched.set, saved.fetched_at);
        let (kept, location) = (self.means.kept.clone(), self.location.clone());
        tokio::task::spawn_blocking(move || kept.write(&location, &saved));
        fetched.fresh
    }

    fn note(&self, failure: Option<&String>) {
        let mut published = self.published();
        published.fetches += 1;
        if let Some(reason) = failure {
            published.failures += 1;
            tracing::warn!("keys of an issuer cannot be fetched: {reason}");
        }
        published.failure = failure.cloned();
    }
}

async fn ask_again_and_again(source: Weak<Source>, wanted: Arc<tokio::sync::Notify>) {
    let mut pause = FIRST_PAUSE;
    if let Some(held) = source.upgrade() {
        held.recall().await;
    }
    while let Some(held) = source.upgrade() {
        let next = match held.attempt(pause).await {
            Ok(fresh) => {
                pause = FIRST_PAUSE;
                fresh
            }
            Err(paused) => {
                pause = (pause * 2).min(LONGEST_PAUSE);
                paused
            }
        };
        drop(held);
        let _ = tokio::time::timeout(next, wanted.notified()).await;
    }
}

/// Fetches a set, by way of the document that says where it is. Blocks.
fn fetch(client: &Client, location: &Location) -> Result<Fetched, FetchError> {
    let url: String = match location {
        Location::Jwks(url) => (**url).to_owned(),
        Location::Discovery { document, issuer } => discovered(document, issuer, &client.get(document)?.body)?,
    };
    let answer = client.get(&url)?;
    let unusable = |reason: String| FetchError::Document { url: url.clone(), reason };
    let set = parse(&answer.body).map_err(|error| unusable(error.to_string()))?;
    let body = String::from_utf8(answer.body).map_err(|_| unusable("the JWK Set is not UTF-8".to_owned()))?;
    Ok(Fetched { set, body, fresh: freshness::life(&answer.headers) })
}

/// The `jwks_uri` of a document of an issuer (OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2).
fn discovered(url: &str, issuer: &str, document: &[u8]) -> Result<String, FetchError> {
    let wrong = |reason: &str| FetchError::Document { url: url.to_owned(), reason: reason.to_owned() };
    let document: Value = serde_json::from_slice(document).map_err(|_| wrong("the document is not JSON"))?;
    match document.get("issuer").and_then(Value::as_str) {
        Some(own) if is_same_issuer(own, issuer) => {}
        _ => return Err(wrong("the document is of another issuer")),
    }
    let found = document.get("jwks_uri").and_then(Value::as_str).map(str::to_owned);
    found.ok_or_else(|| wrong("the document has no `jwks_uri`"))
}

pub(super) fn parse(body: &[u8]) -> Result<JwkSet, SetError> {
    JwkSet::parse(body, &SetLimits::default())
}

/// The keys by what they are, for comparing: their names and thumbprints.
fn names(set: &JwkSet) -> BTreeSet<String> {
    let name = |key: &gibbon_jose::PublishedKey| {
        format!("{} ({})", key.kid().unwrap_or("-"), key.thumbprint().unwrap_or_else(|| "secret".to_owned()))
    };
    set.keys().iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_believed_about_its_own_issuer_alone() {
        let read =
            |text: &str| discovered("https://a/d", "https://a", text.as_bytes()).map_err(|error| error.to_string());
        let good = r#"{"issuer":"https://a/","jwks_uri":"https://keys/a"}"#;
        assert_eq!(read(good).as_deref(), Ok("https://keys/a"));
        for (text, reason) in [
            (r#"{"issuer":"https://b","jwks_uri":"https://keys/a"}"#, "the document is of another issuer"),
            (r#"{"jwks_uri":"https://keys/a"}"#, "the document is of another issuer"),
            (r#"{"issuer":"https://a"}"#, "the document has no `jwks_uri`"),
            ("<html>", "the document is not JSON"),
        ] {
            assert_eq!(read(text), Err(format!("`https://a/d`: {reason}")));
        }
    }
}
