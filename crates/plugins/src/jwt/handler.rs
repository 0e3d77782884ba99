//! What the plugin does to a request: find the token, find who claims to have signed it, verify, judge the claims.

use std::rc::Rc;
use std::sync::Arc;

use gibbon_jose::json::JsonValue;
use gibbon_jose::{Contents, Cost, Limits, SignatureError, Token, VerifiedToken, Verifier};
use gibbon_plugin_api::{ConfigureError, Credential, Flow, Handler, RequestCx, Settings};
use serde_json::Value;
use uuid::Uuid;

use super::config::Config;
use super::counts::{Counts, Verdict};
use super::credential::JwtCredential;
use super::entities::KIND;
use super::refusal::{Answers, Refusal};
use super::retrieval::Retrieved;
use super::worker::JwtWorker;
use crate::authentication::{Accepted, busy};

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let config = Config::read(config)?;
    let scope = config.rules.as_ref().and_then(|rules| rules.scope());
    let answers = Answers::new(config.realm.as_deref(), &config.key_claim, scope.as_deref())?;
    let counts = settings.node.live.measured::<Counts>();
    let jwt = Jwt { config, answers, verified_tokens_bytes: settings.verified_tokens_bytes, counts };
    Ok(Box::new(JwtHandler(Arc::new(jwt))))
}

/// The plugin in one configuration; shared with what is verified off the workers.
struct JwtHandler(Arc<Jwt>);

struct Jwt {
    config: Config,
    answers: Answers,
    verified_tokens_bytes: usize,
    counts: Arc<Counts>,
}

/// Who a token says that it is from.
struct Claimant {
    consumer: Uuid,
    credential: Credential,
}

/// How far a request has come without waiting.
enum Progress {
    /// All the way.
    Done(Accepted),
    /// Verifying the signature takes too long for a worker.
    Slow(Token<'static>, Arc<Verifier>, Claimant),
}

impl Handler for JwtHandler {
    fn secret_arguments(&self) -> Vec<Box<str>> {
        self.0.config.places.arguments()
    }

    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        if self.0.config.rule.is_settled(cx) {
            return Flow::Continue;
        }
        match self.0.authenticate(cx) {
            Ok(Progress::Done(accepted)) => self.0.answer(cx, Ok(accepted)),
            Ok(Progress::Slow(token, verifier, claimant)) => self.verify_elsewhere(cx, token, verifier, claimant),
            Err(refusal) => self.0.answer(cx, Err(refusal)),
        }
    }
}

impl JwtHandler {
    fn verify_elsewhere(
        &self,
        cx: &RequestCx<'_>,
        token: Token<'static>,
        verifier: Arc<Verifier>,
        claimant: Claimant,
    ) -> Flow {
        let Ok(verifying) = cx.offload(move || token.verify(&verifier)) else { return self.0.too_busy(cx) };
        let jwt = Arc::clone(&self.0);
        Flow::wait(verifying, move |cx, outcome| match outcome {
            Ok(verified) => jwt.conclude(cx, &verified, claimant),
            Err(_) => jwt.too_busy(cx),
        })
    }
}

impl Jwt {
    fn authenticate(&self, cx: &RequestCx<'_>) -> Result<Progress, Refusal> {
        let raw = match self.config.places.retrieve(cx) {
            Retrieved::Token(raw) => raw,
            Retrieved::Nothing => return Err(Refusal::NoToken),
            Retrieved::Several => return Err(Refusal::SeveralTokens),
            Retrieved::BareName => return Err(Refusal::Unrecognizable),
        };
        let worker = self.worker(cx);
        if let Some((contents, claimant)) = self.remembered(cx, &worker, &raw) {
            return self.judge(cx, &contents, claimant).map(Progress::Done);
        }
        let token = Token::parse(&raw, &Limits::default()).map_err(Refusal::BadToken)?;
        let (credential, claimant) = self.claimant(cx, token.contents())?;
        if token.algorithm() != credential.algorithm {
            return Err(Refusal::WrongAlgorithm);
        }
        let verifier = worker.verifier(credential, self.config.secret_encoding).ok_or(Refusal::NoKey)?;
        if verifier.cost() == Cost::Slow {
            return Ok(Progress::Slow(token.into_owned(), verifier, claimant));
        }
        let verified = token.verify(&verifier).map_err(|_| Refusal::WrongSignature)?;
        self.remember(cx, &worker, &verified);
        self.judge(cx, verified.contents(), claimant).map(Progress::Done)
    }

    /// Goes on where [`JwtHandler::verify_elsewhere`] has ended.
    fn conclude(
        &self,
        cx: &mut RequestCx<'_>,
        verified: &Result<VerifiedToken<'static>, SignatureError>,
        claimant: Claimant,
    ) -> Flow {
        let outcome = match verified {
            Ok(verified) => {
                self.remember(cx, &self.worker(cx), verified);
                self.judge(cx, verified.contents(), claimant)
            }
            Err(_) => Err(Refusal::WrongSignature),
        };
        self.answer(cx, outcome)
    }

    /// The contents of a token whose signature this worker has verified before, under the key that its credential has
    /// now. Whatever is not as it was then takes the long way, which finds the words for it.
    fn remembered(&self, cx: &RequestCx<'_>, worker: &JwtWorker, raw: &[u8]) -> Option<(Arc<Contents>, Claimant)> {
        if self.verified_tokens_bytes == 0 {
            return None;
        }
        let mut tokens = worker.tokens.borrow_mut();
        let mut found = tokens.find(raw, unsigned(cx.now))?;
        let (credential, claimant) = self.claimant(cx, found.contents()).ok()?;
        let key = worker.identity(credential, self.config.secret_encoding)?;
        let same = credential.algorithm == found.contents().algorithm() && found.is_verified_by(key);
        same.then(|| (Arc::clone(found.contents()), claimant))
    }

    fn remember(&self, cx: &RequestCx<'_>, worker: &JwtWorker, verified: &VerifiedToken<'_>) {
        if self.verified_tokens_bytes > 0 {
            worker.tokens.borrow_mut().insert(verified, unsigned(cx.now));
        }
    }

    /// The credential that a token names: in its claims or else in its header. Null is nothing in either.
    fn claimant<'r>(
        &self,
        cx: &'r RequestCx<'_>,
        contents: &Contents,
    ) -> Result<(&'r JwtCredential, Claimant), Refusal> {
        let name = &*self.config.key_claim;
        let in_claims = contents.claims().get(name).filter(|value| !matches!(value, JsonValue::Null));
        let key = match in_claims.or_else(|| contents.header().get(name)) {
            None | Some(JsonValue::Null) => return Err(Refusal::NoKeyClaim),
            Some(value) => value.as_str().filter(|key| !key.is_empty()).ok_or(Refusal::InvalidKeyClaim)?,
        };
        let credential: &JwtCredential = cx.credential(KIND, &key).ok_or(Refusal::UnknownKey)?;
        let identifier = Box::<str>::from(key);
        let claimant =
            Claimant { consumer: credential.consumer, credential: Credential { id: credential.id, identifier } };
        Ok((credential, claimant))
    }

    /// What remains when the signature is right. Runs on every request, whether the token was verified now or before.
    fn judge(&self, cx: &RequestCx<'_>, contents: &Contents, claimant: Claimant) -> Result<Accepted, Refusal> {
        self.config.claims.check(contents.claims(), cx.now, &mut ()).map_err(Refusal::Claims)?;
        if let Some(rules) = &self.config.rules {
            rules.check(contents, cx, &mut ()).map_err(Refusal::Rule)?;
        }
        let Claimant { consumer, credential } = claimant;
        match cx.consumer(consumer) {
            Some(consumer) => Ok(Accepted { consumer, credential }),
            None => Err(Refusal::NoConsumer(credential.identifier)),
        }
    }

    fn answer(&self, cx: &mut RequestCx<'_>, outcome: Result<Accepted, Refusal>) -> Flow {
        self.count(cx, outcome.as_ref().map_or_else(Refusal::verdict, |_| Verdict::Accepted));
        self.config.rule.conclude(cx, outcome, |refusal| self.answers.reply(&refusal))
    }

    fn too_busy(&self, cx: &RequestCx<'_>) -> Flow {
        self.count(cx, Verdict::Busy);
        busy()
    }

    fn count(&self, cx: &RequestCx<'_>, verdict: Verdict) {
        self.worker(cx).count(&self.counts, cx.route.map(|route| route.id), verdict);
    }

    fn worker(&self, cx: &RequestCx<'_>) -> Rc<JwtWorker> {
        cx.worker.get(|| JwtWorker::new(self.verified_tokens_bytes, &self.counts))
    }
}

/// The clock as the cache counts; before 1970 is 1970.
fn unsigned(now: i64) -> u64 {
    u64::try_from(now).unwrap_or_default()
}
