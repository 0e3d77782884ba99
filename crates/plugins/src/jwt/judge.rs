//! What is made of a token whose signature is right, and of a request that is refused.

use std::sync::Arc;

use gibbon_entities::Consumer;
use gibbon_jose::{Algorithm, Contents};
use gibbon_plugin_api::{Flow, RequestCx, ResponseCx};
use http::{HeaderName, HeaderValue};
use serde_json::json;
use uuid::Uuid;

use super::counts::Verdict;
use super::handler::{Claimant, Jwt};
use super::issuers::{Issuer, NoSuchConsumer};
use super::refusal::Refusal;
use super::revocations;
use super::single_use::{self, Unused};
use super::steps::{Outcome, Step, Steps};
use super::upstream::Told;
use crate::authentication::{Accepted, busy};

/// Tells clients why their request would have been refused.
const WOULD_REFUSE: HeaderName = HeaderName::from_static("x-gibbon-would-refuse");

/// A token that is accepted.
pub(super) struct Judged {
    accepted: Accepted,
    told: Option<Told>,
    /// What it would have been refused for, were that enforced.
    despite: Option<Refusal>,
    /// Set where other nodes have to be asked first whether it was used before.
    unused: Option<Unused>,
}

/// What is known of a token, for whoever counts.
#[derive(Debug, Default, Clone)]
pub(super) struct Seen {
    pub(super) algorithm: Option<Algorithm>,
    /// One of those that are configured.
    pub(super) issuer: Option<Arc<str>>,
}

/// On the path of a request only this much of the steps is kept.
impl Steps for Seen {
    fn note(&mut self, _: impl FnOnce() -> Step) {}

    fn read(&mut self, algorithm: Option<Algorithm>, issuer: Option<Arc<str>>) {
        *self = Self { algorithm, issuer };
    }
}

/// What has become of a request.
pub(super) struct Ending {
    pub(super) verdict: Verdict,
    /// The consumer of one that passes and would be refused were that enforced; nil where nobody knows whom it is from.
    pub(super) let_through: Option<Uuid>,
}

/// What a client is to be told when its request has its answer.
struct Warned(Verdict);

impl Jwt {
    /// What remains when the signature is right. Runs on every request, whether the token was verified now or before.
    pub(super) fn judge(
        &self,
        cx: &RequestCx<'_>,
        contents: &Contents,
        claimant: Claimant,
        steps: &mut impl Steps,
    ) -> Result<Judged, Refusal> {
        let checked = self.check(cx, contents, claimant.issuer.as_deref(), steps);
        let despite = self.enforced(cx, checked)?.err();
        let Claimant { owner, credential, .. } = claimant;
        let owner = owner.find(cx);
        steps.note(|| owner_step(&owner));
        let (consumer, told) = match &self.config.upstream {
            None => (owner, None),
            Some(upstream) => {
                let consumer = upstream.consumer(contents, cx, owner, steps).map_err(Refusal::Rule)?;
                (consumer, Some(upstream.told(contents, steps).map_err(Refusal::Rule)?))
            }
        };
        let who = consumer.as_ref().ok().and_then(|consumer| consumer.as_deref());
        revocations::check(contents, who, cx, steps).map_err(Refusal::Rule)?;
        let Ok(consumer) = consumer else { return Err(Refusal::NoConsumer(credential.identifier)) };
        let taken = match (&self.single_use, despite) {
            (Some(single_use), None) => self.enforced(cx, single_use.take(contents, &credential, cx.now, steps))?,
            (_, Some(refusal)) => Err(refusal),
            (None, None) => Ok(None),
        };
        let (unused, despite) = taken.map_or_else(|refusal| (None, Some(refusal)), |unused| (unused, None));
        Ok(Judged { accepted: Accepted { consumer, credential }, told, despite, unused })
    }

    /// What was found, unless a request is to be refused for it: then that is the outer error.
    fn enforced<T>(&self, cx: &RequestCx<'_>, found: Result<T, Refusal>) -> Result<Result<T, Refusal>, Refusal> {
        match found {
            Err(refusal) if self.config.enforcement.holds_for(cx.client_ip) => Err(refusal),
            found => Ok(found),
        }
    }

    /// What an issuer demands of its tokens and the claims of time first, then the rules.
    fn check(
        &self,
        cx: &RequestCx<'_>,
        contents: &Contents,
        issuer: Option<&Issuer>,
        steps: &mut impl Steps,
    ) -> Result<(), Refusal> {
        let claims = match issuer {
            None => &self.config.claims,
            Some(issuer) => {
                issuer.check_audience(contents.claims(), steps).map_err(Refusal::Rule)?;
                &self.config.claims_of_issuers
            }
        };
        claims.check(contents, cx.now, steps).map_err(Refusal::Claims)?;
        if let Some(rules) = &self.config.rules {
            rules.check(contents, cx, steps).map_err(Refusal::Rule)?;
        }
        match &self.binding {
            // Looking at a proof uses it up, which an explanation must not.
            Some(_) if steps.explains() => {
                steps.note(|| {
                    Step::judged("`bound_tokens`", Outcome::of(None)).remark("not tried here: a proof counts once")
                });
                Ok(())
            }
            Some(binding) => binding.check(cx, contents).map_err(Refusal::NotBound),
            None => Ok(()),
        }
    }

    /// The issuer of a token, where it is one of those that are configured: whatever else a token says of it might be
    /// different each time.
    pub(super) fn issuer(&self, contents: &Contents) -> Option<Arc<str>> {
        if let Some(issuer) = self.issuers.as_ref().and_then(|issuers| issuers.of(contents)) {
            return Some(Arc::clone(&issuer.name));
        }
        self.config.rules.as_ref()?.issuer(contents).cloned()
    }

    /// Ends what the plugin does to a request, when other nodes were asked where that is needed.
    pub(super) fn answer(
        self: &Arc<Self>,
        cx: &mut RequestCx<'_>,
        outcome: Result<Judged, Refusal>,
        seen: &Seen,
    ) -> Flow {
        match outcome {
            Ok(Judged { unused: Some(unused), accepted, told, .. }) => {
                let (jwt, seen) = (Arc::clone(self), seen.clone());
                Flow::wait(unused.ask(), move |cx, counted| {
                    let found = jwt.enforced(cx, single_use::judge(&counted));
                    let judged = |despite| Judged { accepted, told, despite, unused: None };
                    jwt.end(cx, found.map(|found| judged(found.err())), &seen)
                })
            }
            outcome => self.end(cx, outcome, seen),
        }
    }

    fn end(&self, cx: &mut RequestCx<'_>, outcome: Result<Judged, Refusal>, seen: &Seen) -> Flow {
        let (flow, ending) = self.settle(cx, outcome);
        self.count(cx, ending.verdict, seen);
        if matches!(flow, Flow::Respond(_)) {
            cx.refusal = ending.verdict.code();
        }
        if let Some(consumer) = ending.let_through {
            self.note_let_through(cx, ending.verdict, consumer);
        }
        flow
    }

    /// What becomes of a request, and nothing beside it.
    pub(super) fn settle(&self, cx: &mut RequestCx<'_>, outcome: Result<Judged, Refusal>) -> (Flow, Ending) {
        let verdict = match &outcome {
            Ok(Judged { despite: None, .. }) => Verdict::Accepted,
            Ok(Judged { despite: Some(refusal), .. }) | Err(refusal) => refusal.verdict(),
        };
        let is_lax = || !self.config.rule.has_anonymous() && !self.config.enforcement.holds_for(cx.client_ip);
        let (flow, told, let_through) = match outcome {
            Ok(Judged { accepted, told, despite, .. }) => {
                let let_through =
                    despite.map(|_| accepted.consumer.as_ref().map(|consumer| consumer.id).unwrap_or_default());
                (self.config.rule.conclude(cx, Ok(accepted), |refusal| self.answers.reply(&refusal)), told, let_through)
            }
            Err(_) if is_lax() => (Flow::Continue, None, Some(Uuid::nil())),
            // Whether the token is good cannot be told: see `unavailable`.
            Err(Refusal::NotRemembered) => (busy(), None, None),
            Err(refusal) => {
                (self.config.rule.conclude(cx, Err(refusal), |refusal| self.answers.reply(&refusal)), None, None)
            }
        };
        if let (Flow::Continue, Some(upstream)) = (&flow, &self.config.upstream) {
            self.hide(cx);
            upstream.tell(told.unwrap_or_default(), cx);
        }
        (flow, Ending { verdict, let_through })
    }

    /// Takes the token out of what goes upstream, where that is configured.
    pub(super) fn hide(&self, cx: &mut RequestCx<'_>) {
        if self.config.upstream.as_ref().is_some_and(|upstream| upstream.hides()) {
            self.config.places.hide(cx);
        }
    }

    /// A request passes that would have been refused.
    fn note_let_through(&self, cx: &mut RequestCx<'_>, verdict: Verdict, consumer: Uuid) {
        let route = cx.route.map(|route| route.id).unwrap_or_default();
        self.worker(cx).count_let_through(&self.counts, (route, consumer), verdict);
        let said = json!({ "would_refuse": verdict.code() });
        cx.log_values.merge("jwt", said.as_object().cloned().unwrap_or_default());
        if self.config.enforcement.warns() {
            cx.carried.put(Warned(verdict));
        }
    }

    /// Tells the client, where that is configured, what would have become of its request.
    pub(super) fn warn(cx: &mut ResponseCx<'_>) {
        if let Some(Warned(verdict)) = cx.carried.get() {
            cx.head.headers.set(WOULD_REFUSE, HeaderValue::from_static(verdict.code()));
        }
    }

    /// Nothing can be said of the token now. The anonymous consumer does not stand in: that would tell who has a good
    /// token that it is none.
    pub(super) fn unavailable(&self, cx: &mut RequestCx<'_>, verdict: Verdict, seen: &Seen) -> Flow {
        self.count(cx, verdict, seen);
        cx.refusal = verdict.code();
        busy()
    }

    fn count(&self, cx: &mut RequestCx<'_>, verdict: Verdict, seen: &Seen) {
        let route = cx.route.map(|route| route.id).unwrap_or_default();
        self.worker(cx).count(&self.counts, (route, seen.algorithm, seen.issuer.clone()), verdict);
        if self.config.log_decisions {
            let algorithm = seen.algorithm.map(Algorithm::as_str);
            let said = json!({ "reason": verdict.code(), "alg": algorithm, "issuer": seen.issuer.as_deref() });
            let known = said.as_object().cloned().unwrap_or_default();
            cx.log_values.merge("jwt", known.into_iter().filter(|(_, value)| !value.is_null()).collect());
        }
    }
}

/// Whom the credential or the issuer says that a token is from.
fn owner_step(owner: &Result<Option<Arc<Consumer>>, NoSuchConsumer>) -> Step {
    let step = Step::judged("consumer", Outcome::of(None));
    match owner {
        Ok(Some(consumer)) => {
            let name = consumer.username.as_deref().or(consumer.custom_id.as_deref());
            step.found(name.map_or_else(|| consumer.id.to_string(), str::to_owned))
        }
        Ok(None) => step.remark("nobody who is known here; none is needed"),
        Err(NoSuchConsumer) => step.remark("there is none"),
    }
}
