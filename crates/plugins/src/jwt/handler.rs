//! What the plugin does to a request: find the token, find who claims to have signed it, verify, judge the claims.

mod asked;
mod keyed;

use std::rc::Rc;
use std::sync::Arc;

use gibbon_jose::json::JsonValue;
use gibbon_jose::{Contents, Cost, Limits, SignatureError, Token, VerifiedToken, Verifier};
use gibbon_plugin_api::{
    ConfigureError, Credential, Explanation, Flow, Handler, Phases, RequestCx, ResponseCx, Settings,
};
use serde_json::Value;

use super::binding::Binding;
use super::config::Config;
use super::counts::{Counts, Verdict};
use super::credential::JwtCredential;
use super::entities::KIND;
use super::explain;
use super::introspection::{Asking, Away, Introspection};
use super::issuers::{Fetching, Issuer, Issuers, Keyring, Owner, Sources};
use super::judge::{Judged, Seen};
use super::refusal::{Answers, Refusal, Told};
use super::resource_metadata::ResourceMetadata;
use super::retrieval::Retrieved;
use super::single_use::SingleUse;
use super::steps::Steps;
use super::worker::JwtWorker;
pub(super) use asked::Asked;
pub(super) use keyed::verify_with_any;

/// Makes a handler of a validated configuration.
pub(super) fn configure(value: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let config = Config::read(value)?;
    let scope = config.rules.as_ref().and_then(|rules| rules.scope());
    let metadata = ResourceMetadata::read(value)?;
    let told =
        Told { realm: config.realm.as_deref(), scope: scope.as_deref(), metadata: metadata.as_ref().map(|m| m.url()) };
    let answers = Answers::new(&config.key_claim, &told)?;
    let counts = settings.node.live.measured::<Counts>();
    let sources = Sources::new(settings);
    let issuers = Issuers::read(value, &sources)?;
    let introspection = Introspection::read(value, settings)?;
    let binding = config.bound.map(|demanded| demanded.on(&settings.node));
    let single_use = config.single_use.map(|wanted| wanted.on(&settings.node));
    let jwt = Jwt {
        config,
        answers,
        metadata,
        verified_tokens_bytes: settings.verified_tokens_bytes,
        counts,
        sources,
        issuers,
        introspection,
        binding,
        single_use,
    };
    Ok(Box::new(JwtHandler(Arc::new(jwt))))
}

/// The plugin in one configuration; shared with what is verified off the workers.
struct JwtHandler(Arc<Jwt>);

pub(super) struct Jwt {
    pub(super) config: Config,
    pub(super) answers: Answers,
    pub(super) metadata: Option<ResourceMetadata>,
    verified_tokens_bytes: usize,
    pub(super) counts: Arc<Counts>,
    /// Where keys are fetched from.
    sources: Sources,
    pub(super) issuers: Option<Issuers>,
    introspection: Option<Introspection>,
    pub(super) binding: Option<Binding>,
    pub(super) single_use: Option<SingleUse>,
}

/// Who a token says that it is from.
pub(super) struct Claimant {
    pub(super) owner: Owner,
    pub(super) credential: Credential,
    /// The issuer whose token it is, where that needs no credential.
    pub(super) issuer: Option<Arc<Issuer>>,
}

/// What a token has to be verified with.
pub(super) enum Signers<'r> {
    /// The key of a credential.
    Credential(&'r JwtCredential),
    /// One of several keys.
    Keyring(&'r Keyring),
}

/// Whether a request may wait for keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// It has not waited yet.
    Fresh,
    /// It has.
    Used,
    /// Nobody has sent it: no keys are fetched for it, and none has been used by it.
    Unsent,
}

/// How far a request has come without waiting.
pub(super) enum Progress {
    /// All the way.
    Done(Judged),
    /// Verifying the signature takes too long for a worker.
    Slow(Token<'static>, Vec<Arc<Verifier>>, Claimant),
    /// The keys have to be fetched first.
    Fetching(Fetching),
    /// There are no keys, and none can be had.
    KeysAway,
    /// An issuer is asked whether the token is good.
    Asking(Asking, Asked),
    /// It cannot be asked.
    IssuerAway,
}

impl Handler for JwtHandler {
    fn secret_arguments(&self) -> Vec<Box<str>> {
        self.0.config.places.arguments()
    }

    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        if let Some(reply) = self.0.metadata.as_ref().and_then(|metadata| metadata.answer(cx)) {
            return Flow::respond(reply);
        }
        if let Some(upstream) = &self.0.config.upstream {
            upstream.clear(&mut cx.head.headers);
        }
        if self.0.config.rule.is_settled(cx) {
            self.0.hide(cx);
            return Flow::Continue;
        }
        self.begin(cx, Patience::Fresh)
    }

    fn explain(&self, cx: &mut RequestCx<'_>) -> Option<Explanation> {
        Some(self.0.explain(cx))
    }

    fn response(&self, cx: &mut ResponseCx<'_>) {
        Jwt::warn(cx);
    }

    fn phases(&self) -> Phases {
        match self.0.config.enforcement.warns() {
            true => Phases::ACCESS.and(Phases::RESPONSE),
            false => Phases::ACCESS,
        }
    }
}

impl JwtHandler {
    fn begin(&self, cx: &mut RequestCx<'_>, patience: Patience) -> Flow {
        let mut seen = Seen::default();
        let progress = self.0.authenticate(cx, patience, &mut seen);
        self.proceed(cx, progress, seen)
    }

    /// Goes on from as far as a request has come without waiting.
    fn proceed(&self, cx: &mut RequestCx<'_>, progress: Result<Progress, Refusal>, seen: Seen) -> Flow {
        match progress {
            Ok(Progress::Done(judged)) => self.0.answer(cx, Ok(judged), &seen),
            Ok(Progress::Slow(token, verifiers, claimant)) => {
                self.verify_elsewhere(cx, token, verifiers, (claimant, seen))
            }
            Ok(Progress::Fetching(fetching)) => self.fetch(cx, fetching, &seen),
            Ok(Progress::KeysAway) => self.0.unavailable(cx, Verdict::KeysAway, &seen),
            Ok(Progress::Asking(asking, asked)) => self.ask(asking, asked, seen),
            Ok(Progress::IssuerAway) => self.0.unavailable(cx, Verdict::IntrospectionAway, &seen),
            Err(refusal) => self.0.answer(cx, Err(refusal), &seen),
        }
    }

    /// Begins again when the keys were fetched, with what there is then.
    fn fetch(&self, cx: &mut RequestCx<'_>, fetching: Fetching, seen: &Seen) -> Flow {
        let Some(runtime) = self.0.sources.runtime() else {
            return self.0.unavailable(cx, Verdict::KeysAway, seen);
        };
        let again = Self(Arc::clone(&self.0));
        Flow::wait(runtime.spawn(fetching), move |cx, _| again.begin(cx, Patience::Used))
    }

    /// Goes on with what an issuer says of the token.
    fn ask(&self, asking: Asking, asked: Asked, mut seen: Seen) -> Flow {
        let jwt = Arc::clone(&self.0);
        Flow::wait(asking, move |cx, found| match found {
            Ok(finding) => {
                let outcome = jwt.found(cx, &finding, asked, &mut seen);
                jwt.answer(cx, outcome, &seen)
            }
            Err(Away) => jwt.unavailable(cx, Verdict::IntrospectionAway, &seen),
        })
    }

    fn verify_elsewhere(
        &self,
        cx: &mut RequestCx<'_>,
        token: Token<'static>,
        verifiers: Vec<Arc<Verifier>>,
        (claimant, mut seen): (Claimant, Seen),
    ) -> Flow {
        let verifying = cx.offload(move || verify_with_any(&token, &verifiers));
        let Ok(verifying) = verifying else { return self.0.unavailable(cx, Verdict::Busy, &seen) };
        let again = Self(Arc::clone(&self.0));
        Flow::wait(verifying, move |cx, outcome| match outcome {
            Ok(verified) => {
                let progress = again.0.conclude(cx, &verified, claimant, Patience::Used, &mut seen);
                again.proceed(cx, progress, seen)
            }
            Err(_) => again.0.unavailable(cx, Verdict::Busy, &seen),
        })
    }
}

impl Jwt {
    pub(super) fn authenticate(
        &self,
        cx: &RequestCx<'_>,
        patience: Patience,
        steps: &mut impl Steps,
    ) -> Result<Progress, Refusal> {
        let found = self.config.places.retrieve(cx);
        steps.note(|| explain::retrieved(&self.config.places, cx, &found));
        let raw = match found {
            Retrieved::Token(raw) => raw,
            Retrieved::Nothing => return Err(Refusal::NoToken),
            Retrieved::Several => return Err(Refusal::SeveralTokens),
            Retrieved::BareName => return Err(Refusal::Unrecognizable),
        };
        let worker = self.worker(cx);
        if let Some((contents, claimant)) = self.remembered(cx, &worker, &raw) {
            steps.read(contents.algorithm(), self.issuer(&contents));
            return self.signed(cx, &raw, &contents, claimant, patience, steps);
        }
        let parsed = Token::parse(&raw, &Limits::default());
        if let (Err(error), Some(introspection)) = (&parsed, &self.introspection)
            && introspection.is_of(&raw, *error)
        {
            let asked = Asked::Opaque(introspection.endpoint());
            return self.look_up(cx, introspection, &raw, asked, patience, steps);
        }
        explain::parsed(&parsed, steps);
        let token = parsed.map_err(Refusal::BadToken)?;
        steps.read(Some(token.algorithm()), self.issuer(token.contents()));
        let claimed = self.claimant(cx, token.contents());
        steps.note(|| explain::claimed(&self.config.key_claim, token.contents(), &claimed));
        let (signers, claimant) = claimed?;
        let credential = match signers {
            Signers::Credential(credential) => credential,
            Signers::Keyring(keyring) => {
                return self.by_keyring(cx, &worker, token, (keyring, claimant), patience, steps);
            }
        };
        steps.note(|| explain::algorithm(token.algorithm(), credential.algorithm));
        if token.algorithm() != credential.algorithm {
            return Err(Refusal::WrongAlgorithm);
        }
        let verifier = worker.verifier(credential, self.config.secret_encoding).ok_or_else(|| {
            steps.note(explain::no_key);
            Refusal::NoKey
        })?;
        if verifier.cost() == Cost::Slow {
            return Ok(Progress::Slow(token.into_owned(), vec![verifier], claimant));
        }
        let verified = token.verify(&verifier);
        steps.note(|| explain::signature(verified.is_ok()));
        let verified = verified.map_err(|_| Refusal::WrongSignature)?;
        self.remember(cx, &worker, &verified);
        self.signed(cx, verified.raw(), verified.contents(), claimant, patience, steps)
    }

    /// Goes on where [`JwtHandler::verify_elsewhere`] has ended.
    pub(super) fn conclude(
        &self,
        cx: &RequestCx<'_>,
        verified: &Result<VerifiedToken<'static>, SignatureError>,
        claimant: Claimant,
        patience: Patience,
        steps: &mut impl Steps,
    ) -> Result<Progress, Refusal> {
        let verified = verified.as_ref().map_err(|_| Refusal::WrongSignature)?;
        self.remember(cx, &self.worker(cx), verified);
        self.signed(cx, verified.raw(), verified.contents(), claimant, patience, steps)
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
        let same = found.contents().algorithm() == Some(credential.algorithm) && found.is_verified_by(key);
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

    pub(super) fn worker(&self, cx: &RequestCx<'_>) -> Rc<JwtWorker> {
        cx.worker.get(|| JwtWorker::new(self.verified_tokens_bytes, &self.counts))
    }
}

/// The clock as the cache counts; before 1970 is 1970.
fn unsigned(now: i64) -> u64 {
    u64::try_from(now).unwrap_or_default()
}
