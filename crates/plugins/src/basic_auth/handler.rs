//! What the plugin does to a request: find the name and the password, find whose they are, check them.

use std::rc::Rc;
use std::sync::Arc;

use gibbon_plugin_api::{ConfigureError, Credential, Flow, Handler, Reply, RequestCx, Settings};
use http::header::{AUTHORIZATION, PROXY_AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;
use uuid::Uuid;

use super::config::Config;
use super::entities::{KIND, PasswordCredential};
use super::header::Claim;
use super::stored::StoredPassword;
use super::verified::VerifiedPasswords;
use crate::authentication::{Accepted, Visibility, busy, challenge};
use crate::recent::Digest;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, _: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let config = Config::read(config)?;
    let challenge = challenge("Basic", &[("realm", Some(&config.realm))])?;
    Ok(Box::new(BasicAuthHandler(Arc::new(BasicAuth { config, challenge }))))
}

/// The plugin in one configuration; shared with what is checked off the workers.
struct BasicAuthHandler(Arc<BasicAuth>);

struct BasicAuth {
    config: Config,
    challenge: HeaderValue,
}

/// No name, no such name, another password: a client is not told which.
struct Refusal;

/// Who somebody says to be, and what would prove it.
struct Claimant {
    consumer: Uuid,
    credential: Credential,
    stored: StoredPassword,
    password: String,
}

/// How far a request has come without waiting.
enum Progress {
    Done(Accepted),
    /// Checking the password takes too long for a worker.
    Slow(Claimant, Option<Digest>),
}

impl Handler for BasicAuthHandler {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        if self.0.config.rule.is_settled(cx) {
            return Flow::Continue;
        }
        let claimant = self.0.claimant(cx);
        match claimant.and_then(|claimant| check(cx, claimant)) {
            Ok(Progress::Done(accepted)) => self.0.answer(cx, Ok(accepted)),
            Ok(Progress::Slow(claimant, digest)) => self.check_elsewhere(cx, claimant, digest),
            Err(refusal) => self.0.answer(cx, Err(refusal)),
        }
    }
}

impl BasicAuthHandler {
    fn check_elsewhere(&self, cx: &RequestCx<'_>, claimant: Claimant, digest: Option<Digest>) -> Flow {
        let checking = cx.offload(move || claimant.stored.matches(&claimant.password).then_some(claimant));
        let Ok(checking) = checking else { return busy() };
        let basic_auth = Arc::clone(&self.0);
        Flow::wait(checking, move |cx, outcome| match outcome {
            Ok(Some(claimant)) => {
                digest.into_iter().for_each(|digest| verified(cx).insert(digest));
                let outcome = accept(cx, claimant);
                basic_auth.answer(cx, outcome)
            }
            Ok(None) => basic_auth.answer(cx, Err(Refusal)),
            Err(_) => busy(),
        })
    }
}

impl BasicAuth {
    /// The credential that a request names, in the header for proxies before the one for servers.
    fn claimant(&self, cx: &mut RequestCx<'_>) -> Result<Claimant, Refusal> {
        self.claimant_in(cx, &PROXY_AUTHORIZATION).or_else(|| self.claimant_in(cx, &AUTHORIZATION)).ok_or(Refusal)
    }

    fn claimant_in(&self, cx: &mut RequestCx<'_>, header: &HeaderName) -> Option<Claimant> {
        let claim = cx.head.headers.get(header).and_then(Claim::parse);
        if self.config.visibility == Visibility::Hidden {
            cx.head.headers.remove(header);
        }
        let Claim { username, password } = claim?;
        let found: &PasswordCredential = cx.credential(KIND, &username)?;
        let credential = Credential { id: found.id, identifier: username.into() };
        Some(Claimant { consumer: found.consumer, credential, stored: found.password.clone(), password })
    }

    fn answer(&self, cx: &mut RequestCx<'_>, outcome: Result<Accepted, Refusal>) -> Flow {
        self.config.rule.conclude(cx, outcome, |Refusal| {
            Reply::error(StatusCode::UNAUTHORIZED, "Unauthorized").with_header(WWW_AUTHENTICATE, self.challenge.clone())
        })
    }
}

/// What can be said at once: hashes of Kong are fast to check, and of others it may be known.
fn check(cx: &RequestCx<'_>, claimant: Claimant) -> Result<Progress, Refusal> {
    let digest = match &claimant.stored {
        StoredPassword::Argon2id(hash) => verified(cx).digest(claimant.credential.id, hash, &claimant.password),
        fast if fast.matches(&claimant.password) => return accept(cx, claimant).map(Progress::Done),
        _ => return Err(Refusal),
    };
    if digest.as_ref().is_some_and(|digest| verified(cx).contains(digest)) {
        return accept(cx, claimant).map(Progress::Done);
    }
    Ok(Progress::Slow(claimant, digest))
}

fn accept(cx: &RequestCx<'_>, claimant: Claimant) -> Result<Accepted, Refusal> {
    let consumer = cx.consumer(claimant.consumer).ok_or(Refusal)?;
    Ok(Accepted { consumer: Some(consumer), credential: claimant.credential })
}

fn verified(cx: &RequestCx<'_>) -> Rc<VerifiedPasswords> {
    cx.worker.get(VerifiedPasswords::new)
}
