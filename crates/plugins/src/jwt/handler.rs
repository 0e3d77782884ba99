//! What the plugin does to a request: find the token, find who claims to have signed it, verify, judge the claims.

mod keyed;

use std::rc::Rc;
use std::sync::Arc;

use gibbon_jose::json::JsonValue;
use gibbon_jose::{Contents, Cost, Limits, SignatureError, Token, VerifiedToken, Verifier};
use gibbon_plugin_api::{ConfigureError, Credential, Flow, Handler, RequestCx, Settings};
use serde_json::Value;

use super::binding::Binding;
use super::config::Config;
use super::counts::{Counts, Verdict};
use super::credential::JwtCredential;
use super::entities::KIND;
use super::issuers::{Fetching, Issuer, Issuers, Keyring, Owner, Sources};
use super::refusal::{Answers, Refusal};
use super::retrieval::Retrieved;
use super::worker::JwtWorker;
use crate::authentication::{Accepted, busy};

/// Makes a handler of a validated configuration.
pub(super) fn configure(value: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let config = Config::read(value)?;
    let scope = config.rules.as_ref().and_then(|rules| rules.scope());
    let answers = Answers::new(config.realm.as_deref(), &config.key_claim, scope.as_deref())?;
    let counts = settings.node.live.measured::<Counts>();
    let sources = Sources::new(settings);
    let issuers = Issuers::read(value, &sources)?;
    let binding = config.bound.map(|demanded| demanded.on(&settings.node));
    let jwt = Jwt {
        config,
        answers,
        verified_tokens_bytes: settings.verified_tokens_bytes,
        counts,
        sources,
        issuers,
        binding,
    };
    Ok(Box::new(JwtHandler(Arc::new(jwt))))
}

/// The plugin in one configuration; shared with what is verified off the workers.
struct JwtHandler(Arc<Jwt>);

struct Jwt {
    config: Config,
    answers: Answers,
    verified_tokens_bytes: usize,
    counts: Arc<Counts>,
    /// Where keys are fetched from.
    sources: Sources,
    issuers: Option<Issuers>,
    binding: Option<Binding>,
}

/// Who a token says that it is from.
struct Claimant {
    owner: Owner,
    credential: Credential,
    /// The issuer whose token it is, where that needs no credential.
    issuer: Option<Arc<Issuer>>,
}

/// What a token has to be verified with.
enum Signers<'r> {
    /// The key of a credential.
    Credential(&'r JwtCredential),
    /// One of several keys.
    Keyring(&'r Keyring),
}

/// Whether a request may wait for keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Patience {
    /// It has not waited yet.
    Fresh,
    /// It has.
    Used,
}

/// How far a request has come without waiting.
enum Progress {
    /// All the way.
    Done(Accepted),
    /// Verifying the signature takes too long for a worker.
    Slow(Token<'static>, Vec<Arc<Verifier>>, Claimant),
    /// The keys have to be fetched first.
    Fetching(Fetching),
    /// There are no keys, and none can be had.
    KeysAway,
}

impl Handler for JwtHandler {
    fn secret_arguments(&self) -> Vec<Box<str>> {
        self.0.config.places.arguments()
    }

    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        if self.0.config.rule.is_settled(cx) {
            return Flow::Continue;
        }
        self.begin(cx, Patience::Fresh)
    }
}

impl JwtHandler {
    fn begin(&self, cx: &mut RequestCx<'_>, patience: Patience) -> Flow {
        match self.0.authenticate(cx, patience) {
            Ok(Progress::Done(accepted)) => self.0.answer(cx, Ok(accepted)),
            Ok(Progress::Slow(token, verifiers, claimant)) => self.verify_elsewhere(cx, token, verifiers, claimant),
            Ok(Progress::Fetching(fetching)) => self.fetch(cx, fetching),
            Ok(Progress::KeysAway) => self.0.unavailable(cx, Verdict::KeysAway),
            Err(refusal) => self.0.answer(cx, Err(refusal)),
        }
    }

    /// Begins again when the keys were fetched, with what there is then.
    fn fetch(&self, cx: &RequestCx<'_>, fetching: Fetching) -> Flow {
        let Some(runtime) = self.0.sources.runtime() else { return self.0.unavailable(cx, Verdict::KeysAway) };
        let again = Self(Arc::clone(&self.0));
        Flow::wait(runtime.spawn(fetching), move |cx, _| again.begin(cx, Patience::Used))
    }

    fn verify_elsewhere(
        &self,
        cx: &RequestCx<'_>,
        token: Token<'static>,
        verifiers: Vec<Arc<Verifier>>,
        claimant: Claimant,
    ) -> Flow {
        let verifying = cx.offload(move || keyed::verify_with_any(&token, &verifiers));
        let Ok(verifying) = verifying else { return self.0.too_busy(cx) };
        let jwt = Arc::clone(&self.0);
        Flow::wait(verifying, move |cx, outcome| match outcome {
            Ok(verified) => jwt.conclude(cx, &verified, claimant),
            Err(_) => jwt.too_busy(cx),
        })
    }
}

impl Jwt {
    fn authenticate(&self, cx: &RequestCx<'_>, patience: Patience) -> Result<Progress, Refusal> {
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
        let (signers, claimant) = self.claimant(cx, token.contents())?;
        let credential = match signers {
            Signers::Credential(credential) => credential,
            Signers::Keyring(keyring) => return self.by_keyring(cx, &worker, token, (keyring, claimant), patience),
        };
        if token.algorithm() != credential.algorithm {
            return Err(Refusal::WrongAlgorithm);
        }
        let verifier = worker.verifier(credential, self.config.secret_encoding).ok_or(Refusal::NoKey)?;
        if verifier.cost() == Cost::Slow {
            return Ok(Progress::Slow(token.into_owned(), vec![verifier], claimant));
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
        let (signers, claimant) = self.claimant(cx, found.contents()).ok()?;
        let credential = match signers {
            Signers::Credential(credential) => credential,
            Signers::Keyring(keyring) => {
                let key = found.verifier();
                let same = keyring.confirm(cx, key) && found.is_verified_by(key);
                return same.then(|| (Arc::clone(found.contents()), claimant));
            }
        };
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
    fn claimant<'r>(&'r self, cx: &'r RequestCx<'_>, contents: &Contents) -> Result<(Signers<'r>, Claimant), Refusal> {
        if let Some(issuer) = self.issuers.as_ref().and_then(|issuers| issuers.of(contents)) {
            let owner = issuer.owner(cx, contents);
            let claimant =
                Claimant { owner, credential: issuer.credential(contents), issuer: Some(Arc::clone(issuer)) };
            return Ok((Signers::Keyring(&issuer.keys), claimant));
        }
        let name = &*self.config.key_claim;
        let in_claims = contents.claims().get(name).filter(|value| !matches!(value, JsonValue::Null));
        let key = match in_claims.or_else(|| contents.header().get(name)) {
            None | Some(JsonValue::Null) => return Err(Refusal::NoKeyClaim),
            Some(value) => value.as_str().filter(|key| !key.is_empty()).ok_or(Refusal::InvalidKeyClaim)?,
        };
        let credential: &JwtCredential = cx.credential(KIND, &key).ok_or(Refusal::UnknownKey)?;
        let identifier = Box::<str>::from(key);
        let claimant = Claimant {
            owner: Owner::Consumer(credential.consumer),
            credential: Credential { id: credential.id, identifier },
            issuer: None,
        };
        Ok((credential.signers(self.config.secret_encoding, &self.sources), claimant))
    }

    /// What remains when the signature is right. Runs on every request, whether the token was verified now or before.
    fn judge(&self, cx: &RequestCx<'_>, contents: &Contents, claimant: Claimant) -> Result<Accepted, Refusal> {
        let claims = match &claimant.issuer {
            None => &self.config.claims,
            Some(issuer) => {
                issuer.check_audience(contents.claims(), &mut ()).map_err(Refusal::Rule)?;
                &self.config.claims_of_issuers
            }
        };
        claims.check(contents.claims(), cx.now, &mut ()).map_err(Refusal::Claims)?;
        if let Some(rules) = &self.config.rules {
            rules.check(contents, cx, &mut ()).map_err(Refusal::Rule)?;
        }
        if let Some(binding) = &self.binding {
            binding.check(cx, contents).map_err(Refusal::NotBound)?;
        }
        let Claimant { owner, credential, .. } = claimant;
        match owner.find(cx) {
            Ok(consumer) => Ok(Accepted { consumer, credential }),
            Err(_) => Err(Refusal::NoConsumer(credential.identifier)),
        }
    }

    fn answer(&self, cx: &mut RequestCx<'_>, outcome: Result<Accepted, Refusal>) -> Flow {
        self.count(cx, outcome.as_ref().map_or_else(Refusal::verdict, |_| Verdict::Accepted));
        self.config.rule.conclude(cx, outcome, |refusal| self.answers.reply(&refusal))
    }

    fn too_busy(&self, cx: &RequestCx<'_>) -> Flow {
        self.unavailable(cx, Verdict::Busy)
    }

    /// Nothing can be said of the token now. The anonymous consumer does not stand in: that would tell who has a good
    /// token that it is none.
    fn unavailable(&self, cx: &RequestCx<'_>, verdict: Verdict) -> Flow {
        self.count(cx, verdict);
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
