//! Why a request is let through or refused, told by the code that decides.

use gibbon_jose::json::{JsonObject, JsonValue};
use gibbon_jose::{Algorithm, Contents, Token, TokenError};
use gibbon_plugin_api::{Explanation, Flow, RequestCx};
use serde_json::Value;

use super::counts::{Counts, Verdict};
use super::handler::{Claimant, Jwt, Patience, Progress, Signers, verify_with_any};
use super::issuers::Lookup;
use super::judge::Ending;
use super::refusal::Refusal;
use super::retrieval::{Retrieved, TokenPlaces};
use super::steps::{Outcome, Step, Steps, shortened, shown};
use super::worker::JwtWorker;
use crate::authentication::busy;

impl Jwt {
    /// Decides about a request, and tells how.
    pub(super) fn explain(&self, cx: &mut RequestCx<'_>) -> Explanation {
        if let Some((metadata, reply)) = self.metadata.as_ref().and_then(|told| Some((told, told.answer(cx)?))) {
            return Explanation { steps: vec![metadata.step().to_json()], reply: Some(reply) };
        }
        // A worker of its own: what it would remember and count is nobody's.
        drop(cx.worker.get(|| JwtWorker::new(0, &Counts::default())));
        if let Some(upstream) = &self.config.upstream {
            upstream.clear(&mut cx.head.headers);
        }
        let mut steps = Vec::new();
        if self.config.rule.is_settled(cx) {
            let why = "a plugin before it has accepted the request, or it is a preflight that needs no token";
            steps.push(Step::judged("nothing to decide", Outcome::of(None)).remark(why));
            return Explanation { steps: steps.iter().map(Step::to_json).collect(), reply: None };
        }
        let progress = self.authenticate(cx, Patience::Unsent, &mut steps);
        let (flow, ending) = self.end_unsent(cx, progress, &mut steps);
        let verdict = Step::judged("decision", Outcome::of(!matches!(flow, Flow::Respond(_))));
        let enforced = ending.let_through.is_none();
        let remark = if enforced {
            "as it is configured"
        } else {
            "it would be refused, and is let through: it is not enforced"
        };
        steps.push(verdict.found(ending.verdict.code()).remark(remark));
        let reply = match flow {
            Flow::Respond(reply) => Some(*reply),
            _ => None,
        };
        Explanation { steps: steps.iter().map(Step::to_json).collect(), reply }
    }

    fn end_unsent(
        &self,
        cx: &mut RequestCx<'_>,
        progress: Result<Progress, Refusal>,
        steps: &mut Vec<Step>,
    ) -> (Flow, Ending) {
        let away = |verdict| (busy(), Ending { verdict, let_through: None });
        match progress {
            Ok(Progress::Done(judged)) => self.settle(cx, Ok(judged)),
            Ok(Progress::Slow(token, verifiers, claimant)) => {
                let verified = verify_with_any(&token, &verifiers);
                steps.push(signature(verified.is_ok()));
                let progress = self.conclude(cx, &verified, claimant, Patience::Unsent, steps);
                self.end_unsent(cx, progress, steps)
            }
            // Nobody is asked for a request that nobody has sent, so neither differs from the other.
            Ok(Progress::Fetching(_) | Progress::KeysAway) => away(Verdict::KeysAway),
            Ok(Progress::Asking(..) | Progress::IssuerAway) => away(Verdict::IntrospectionAway),
            Err(refusal) => self.settle(cx, Err(refusal)),
        }
    }
}

/// Where a token was looked for, and where one was.
pub(super) fn retrieved(places: &TokenPlaces, cx: &RequestCx<'_>, found: &Retrieved<'_>) -> Step {
    let held: Vec<String> = places.each().filter(|(_, place)| place.holds_one(cx)).map(|(name, _)| name).collect();
    let wanted: Vec<String> = places.each().map(|(name, _)| name).collect();
    let step = Step::judged("token", Outcome::of(matches!(found, Retrieved::Token(_)))).found(held);
    let step = step.wanted(format!("one token in {}", wanted.join(", ")));
    match found {
        Retrieved::Token(_) => step,
        Retrieved::Nothing => step.remark("there is none; a header needs `Bearer` and a space in front of it"),
        Retrieved::Several => step.remark("there are different tokens"),
        Retrieved::BareName => step.remark("a query argument for tokens has no value"),
    }
}

/// What could be read of a token.
pub(super) fn parsed(token: &Result<Token<'_>, TokenError>, steps: &mut impl Steps) {
    match token {
        Ok(token) => {
            steps.note(|| Step::judged("header", Outcome::of(None)).found(object(token.header())));
            steps.note(|| Step::judged("claims", Outcome::of(None)).found(object(token.claims())));
        }
        Err(error) => steps.note(|| Step::judged("token can be read", Outcome::Fails).remark(error.to_string())),
    }
}

/// What an issuer has said of a token that says nothing itself.
pub(super) fn told(contents: &Contents) -> Step {
    Step::judged("claims", Outcome::of(None)).found(object(contents.claims())).remark("told by the issuer")
}

/// Which credential or issuer a token names.
pub(super) fn claimed(name: &str, contents: &Contents, found: &Result<(Signers<'_>, Claimant), Refusal>) -> Step {
    if let Ok((_, Claimant { issuer: Some(issuer), .. })) = found {
        return Step::judged("issuer", Outcome::Holds).found(&*issuer.name).remark("one of `issuers`");
    }
    let (claims, header) = (contents.claims(), contents.header());
    let in_claims = claims.get(name).filter(|value| !matches!(value, JsonValue::Null));
    let step = Step::judged(format!("key by `{name}`"), Outcome::of(found.is_ok()));
    let step = step.found(shown(in_claims.or_else(|| header.get(name))));
    match found {
        Ok(_) => step,
        Err(Refusal::NoKeyClaim) => step.remark("neither the claims nor the header have it"),
        Err(Refusal::InvalidKeyClaim) => step.remark("it is no text, or an empty one"),
        Err(_) => step.remark("no credential has this key"),
    }
}

pub(super) fn algorithm(found: Algorithm, wanted: Algorithm) -> Step {
    Step::judged("algorithm", Outcome::of(found == wanted)).found(found.as_str()).wanted(wanted.as_str())
}

/// Which of several keys may have signed a token.
pub(super) fn key(kid: Option<&str>, algorithm: Algorithm, found: &Lookup) -> Step {
    let wanted = format!("a key for {}", algorithm.as_str());
    let step = Step::judged("key by `kid`", Outcome::of(matches!(found, Lookup::Found(_)))).wanted(wanted);
    let step = match kid {
        Some(kid) => step.found(shortened(kid)),
        None => step,
    };
    match found {
        Lookup::Found(verifiers) => step.remark(format!("{} to try", verifiers.len())),
        Lookup::OtherAlgorithm => step.remark("that key is for another algorithm"),
        Lookup::OutOfTime => step.remark("that key is not valid now"),
        Lookup::Unknown => step.remark("the issuer publishes no such key, as far as is known here"),
        Lookup::Away => step.remark("there are no keys of the issuer: they were never fetched, or are too old"),
    }
}

pub(super) fn signature(is_right: bool) -> Step {
    let step = Step::judged("signature", Outcome::of(is_right));
    if is_right { step } else { step.remark("the key has not signed these bytes") }
}

/// A credential without a key that can be used.
pub(super) fn no_key() -> Step {
    Step::judged("key", Outcome::Fails).remark("the credential has none that can be used")
}

/// An object as an explanation shows it.
fn object(object: &JsonObject) -> Value {
    Value::Object(object.iter().map(|(name, value)| (name.into_owned(), shown(Some(value)))).collect())
}
