//! What a node knows of tokens that somebody was asked about, and who is being asked: one question about each token at a time,
//! and not too many at once.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use gibbon_plugin_api::{Exposition, Kind, Measured, Names, Settings};
use gibbon_tls::TlsError;
use moka::sync::Cache;
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};

use super::Finding;
use super::server::Server;
use super::strangers::Strangers;
use crate::jwt::issuers::Client;
use crate::timestamp;

/// How many bytes the findings of a node may take.
const MOST_BYTES: u64 = 32 << 20;

/// How many questions there may be at a time, and how many of them are asked at once.
const QUESTIONS: usize = 1000;
const AT_ONCE: usize = 32;

/// For how long an issuer is left alone that is down.
const REST: Duration = Duration::from_secs(1);

/// What is known of a token, or how to know it.
pub(in crate::jwt) enum Found {
    Known(Finding),
    /// Somebody is being asked.
    Asking(Asking),
    /// The client has had too many tokens asked about that were none.
    TooOften,
    /// Nobody can be asked.
    Away,
}

/// Waits for what is found.
pub(in crate::jwt) type Asking = Pin<Box<dyn Future<Output = Result<Finding, Away>> + Send>>;

/// Nothing can be said of the token now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::jwt) struct Away;

/// What stands for a token and who is asked about it: the token itself is not kept.
type Key = [u8; 32];

/// What an issuer is asked about a token.
pub(super) struct Question {
    key: Key,
    server: Arc<Server>,
}

/// A finding, and until when it counts, in seconds since 1970.
#[derive(Clone)]
struct Known {
    finding: Finding,
    until: i64,
}

/// What became of a question; none while it is being asked.
type Outcome = Option<Result<Finding, Away>>;

/// See the module.
pub(super) struct Desk {
    known: Cache<Key, Known>,
    asking: Mutex<HashMap<Key, watch::Receiver<Outcome>>>,
    strangers: Mutex<Strangers>,
    issuers: Mutex<BTreeMap<Box<str>, Issuer>>,
    turns: Arc<Semaphore>,
    runtime: OnceLock<Handle>,
    client: OnceLock<Arc<Client>>,
}

/// How asking an issuer went.
#[derive(Default)]
struct Issuer {
    active: u64,
    inactive: u64,
    failed: u64,
    rests_until: Option<Instant>,
}

impl Default for Desk {
    fn default() -> Self {
        let weigh = |_: &Key, known: &Known| match &known.finding {
            Finding::Inactive => 200,
            Finding::Active(contents) => u32::try_from(contents.claims().as_str().len() + 1000).unwrap_or(u32::MAX),
        };
        Self {
            known: Cache::builder().max_capacity(MOST_BYTES).weigher(weigh).build(),
            asking: Mutex::default(),
            strangers: Mutex::default(),
            issuers: Mutex::default(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            runtime: OnceLock::new(),
            client: OnceLock::new(),
        }
    }
}

impl Question {
    pub(super) fn of(server: &Arc<Server>, token: &[u8]) -> Self {
        let mut hash = Sha256::new();
        for part in [server.url().as_bytes(), server.client_id().as_bytes()] {
            hash.update(part);
            hash.update("\n");
        }
        Self { key: hash.chain_update(token).finalize().into(), server: Arc::clone(server) }
    }
}

impl Desk {
    /// What issuers are asked with.
    pub(super) fn client(&self, settings: &Settings) -> Result<Arc<Client>, TlsError> {
        if let Some(runtime) = &settings.node.runtime {
            let _ = self.runtime.set(runtime.clone());
        }
        if let Some(client) = self.client.get() {
            return Ok(Arc::clone(client));
        }
        let client = Arc::new(Client::for_questions(AT_ONCE, settings)?);
        Ok(Arc::clone(self.client.get_or_init(|| client)))
    }

    pub(super) fn known(&self, question: &Question, now: i64) -> Option<Finding> {
        self.known.get(&question.key).filter(|known| now < known.until).map(|known| known.finding)
    }

    /// What is known of a token, or else what somebody is asked about it for this client.
    pub(super) fn find(self: &Arc<Self>, question: Question, token: &[u8], client: IpAddr, now: i64) -> Found {
        if let Some(finding) = self.known(&question, now) {
            return Found::Known(finding);
        }
        let (Some(runtime), Ok(token)) = (self.runtime.get(), std::str::from_utf8(token)) else { return Found::Away };
        let patience = question.server.timeout;
        let mut asking = lock(&self.asking);
        if let Some(outcome) = asking.get(&question.key) {
            return Found::Asking(awaited(runtime, outcome.clone(), patience));
        }
        if asking.len() >= QUESTIONS || self.rests(question.server.url()) {
            return Found::Away;
        }
        if !lock(&self.strangers).charge(client, Instant::now()) {
            return Found::TooOften;
        }
        let (told, outcome) = watch::channel(None);
        asking.insert(question.key, outcome.clone());
        drop(asking);
        runtime.spawn(Arc::clone(self).ask(question, token.to_owned(), client, told));
        Found::Asking(awaited(runtime, outcome, patience))
    }

    async fn ask(self: Arc<Self>, question: Question, token: String, client: IpAddr, told: watch::Sender<Outcome>) {
        let server = Arc::clone(&question.server);
        // The semaphore is never closed.
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let asked = {
            let server = Arc::clone(&server);
            tokio::task::spawn_blocking(move || server.ask(&token)).await
        };
        drop(turn);
        let outcome = match asked {
            Ok(Ok(finding)) => Ok(finding),
            Ok(Err(error)) => {
                tracing::warn!("it cannot be told whether a token is active: {error}");
                self.note(server.url(), |issuer| {
                    issuer.failed += 1;
                    if error.is_down {
                        issuer.rests_until = Some(Instant::now() + REST);
                    }
                });
                Err(Away)
            }
            Err(_) => Err(Away),
        };
        if let Ok(finding) = &outcome {
            self.take(&question, finding, client);
        }
        lock(&self.asking).remove(&question.key);
        told.send_replace(Some(outcome));
    }

    fn take(&self, question: &Question, finding: &Finding, client: IpAddr) {
        let now = timestamp::now();
        let until = question.server.until(finding, now);
        self.note(question.server.url(), |issuer| match finding {
            Finding::Active(_) => issuer.active += 1,
            Finding::Inactive => issuer.inactive += 1,
        });
        if matches!(finding, Finding::Active(_)) {
            lock(&self.strangers).refund(client);
        }
        if now < until {
            self.known.insert(question.key, Known { finding: finding.clone(), until });
        }
    }

    fn rests(&self, url: &str) -> bool {
        lock(&self.issuers).get(url).and_then(|issuer| issuer.rests_until).is_some_and(|until| Instant::now() < until)
    }

    fn note(&self, url: &str, change: impl FnOnce(&mut Issuer)) {
        change(lock(&self.issuers).entry(url.into()).or_default());
    }
}

/// Waits for the outcome of a question, but not for long.
fn awaited(runtime: &Handle, mut outcome: watch::Receiver<Outcome>, patience: Duration) -> Asking {
    let waiting = runtime.spawn(async move {
        let told = tokio::time::timeout(patience, outcome.wait_for(Option::is_some)).await;
        told.ok().and_then(Result::ok).and_then(|told| told.clone()).unwrap_or(Err(Away))
    });
    Box::pin(async move { waiting.await.unwrap_or(Err(Away)) })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Measured for Desk {
    fn write(&self, _: &dyn Names, exposition: &mut Exposition) {
        let issuers = lock(&self.issuers);
        if issuers.is_empty() {
            return;
        }
        let help = "How often an issuer was asked about a token, by what it has said.";
        let mut samples = exposition.family("gibbon_jwt_introspections_total", Kind::Counter, help);
        for (url, issuer) in &*issuers {
            let counts = [("active", issuer.active), ("inactive", issuer.inactive), ("failed", issuer.failed)];
            for (outcome, count) in counts {
                samples.add(&[("url", url), ("outcome", outcome)], count);
            }
        }
    }
}
