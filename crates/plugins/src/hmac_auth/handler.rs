//! What the plugin does to a request: find the signature, find whose it is, look at the clock, verify.

use std::sync::Arc;

use gibbon_plugin_api::{BodyNeed, ConfigureError, Credential, Flow, Handler, Reply, RequestCx, Settings};
use http::header::{AUTHORIZATION, DATE, PROXY_AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use super::config::{Bodies, Config};
use super::digest;
use super::entities::{KIND, SecretCredential};
use super::parameters::Parameters;
use super::signing::signed_text;
use crate::authentication::{Accepted, Visibility, busy, challenge};

const X_DATE: HeaderName = HeaderName::from_static("x-date");
const DIGEST: &str = "Digest";

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, _: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let config = Config::read(config)?;
    let challenge = challenge("hmac", &[("realm", config.realm.as_deref())])?;
    Ok(Box::new(HmacAuthHandler(Arc::new(HmacAuth { config, challenge }))))
}

/// The plugin in one configuration; shared with what is hashed off the workers.
struct HmacAuthHandler(Arc<HmacAuth>);

struct HmacAuth {
    config: Config,
    challenge: HeaderValue,
}

/// Why a request is not let through, in the words of Kong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    NoSignature,
    WrongDate,
    Unverifiable,
    WrongSignature,
}

impl Refusal {
    fn message(self) -> &'static str {
        match self {
            Self::NoSignature => "Unauthorized",
            Self::WrongDate => {
                "HMAC signature cannot be verified, a valid date or x-date header is required for HMAC Authentication"
            }
            Self::Unverifiable => "HMAC signature cannot be verified",
            Self::WrongSignature => "HMAC signature does not match",
        }
    }
}

impl Handler for HmacAuthHandler {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        if self.0.config.rule.is_settled(cx) {
            return Flow::Continue;
        }
        match self.0.authenticate(cx) {
            Ok(accepted) if self.0.config.bodies == Bodies::Validated => self.check_body(cx, accepted),
            outcome => self.0.answer(cx, outcome),
        }
    }

    fn body_need(&self) -> BodyNeed {
        match self.0.config.bodies {
            Bodies::Validated => BodyNeed::Buffer,
            Bodies::Unseen => BodyNeed::Stream,
        }
    }
}

impl HmacAuthHandler {
    /// A long body is hashed elsewhere.
    fn check_body(&self, cx: &mut RequestCx<'_>, accepted: Accepted) -> Flow {
        let body = cx.body.clone().unwrap_or_default();
        if body.len() <= digest::SHORT {
            let holds = digest::holds(cx.head.headers.get(DIGEST), &body);
            return self.0.answer_of_body(cx, accepted, holds);
        }
        let told = cx.head.headers.get(DIGEST).map(<[u8]>::to_vec);
        let Ok(hashing) = cx.offload(move || digest::holds(told.as_deref(), &body)) else { return busy() };
        let hmac_auth = Arc::clone(&self.0);
        Flow::wait(hashing, move |cx, holds| match holds {
            Ok(holds) => hmac_auth.answer_of_body(cx, accepted, holds),
            Err(_) => busy(),
        })
    }
}

impl HmacAuth {
    fn authenticate(&self, cx: &mut RequestCx<'_>) -> Result<Accepted, Refusal> {
        let headers = &cx.head.headers;
        if !headers.contains(&AUTHORIZATION) && !headers.contains(&PROXY_AUTHORIZATION) {
            return Err(Refusal::NoSignature);
        }
        if !self.is_recent(cx, &X_DATE) && !self.is_recent(cx, &DATE) {
            return Err(Refusal::WrongDate);
        }
        let parameters = self.take(cx, &PROXY_AUTHORIZATION).or_else(|| self.take(cx, &AUTHORIZATION));
        self.verify(cx, &parameters.ok_or(Refusal::Unverifiable)?)
    }

    /// What the header says; the upstream does not see it if that is not wanted.
    fn take(&self, cx: &mut RequestCx<'_>, header: &HeaderName) -> Option<Parameters> {
        let parameters = cx.head.headers.get(header).and_then(Parameters::parse);
        if self.config.visibility == Visibility::Hidden {
            cx.head.headers.remove(header);
        }
        parameters
    }

    fn verify(&self, cx: &RequestCx<'_>, parameters: &Parameters) -> Result<Accepted, Refusal> {
        let covers = |wanted: &str| parameters.headers.iter().any(|name| name.eq_ignore_ascii_case(wanted));
        let algorithm = self.config.algorithms.iter().find(|known| known.as_str() == &*parameters.algorithm);
        let algorithm = algorithm.ok_or(Refusal::Unverifiable)?;
        if !self.config.enforce_headers.iter().all(|wanted| covers(wanted)) {
            return Err(Refusal::Unverifiable);
        }
        let username = &*parameters.username;
        let found: &SecretCredential = cx.credential(KIND, username).ok_or(Refusal::Unverifiable)?;
        let signature = base64_simd::forgiving_decode_to_vec(parameters.signature.as_bytes());
        let signature = signature.map_err(|_| Refusal::WrongSignature)?;
        let text = signed_text(cx.head, &parameters.headers);
        if !algorithm.verifies(found.secret.as_bytes(), &text, &signature) {
            return Err(Refusal::WrongSignature);
        }
        let consumer = cx.consumer(found.consumer).ok_or(Refusal::Unverifiable)?;
        Ok(Accepted { consumer: Some(consumer), credential: Credential { id: found.id, identifier: username.into() } })
    }

    /// Whether a header holds a moment that is not too far from now.
    fn is_recent(&self, cx: &RequestCx<'_>, header: &HeaderName) -> bool {
        let moment = cx.head.headers.get_str(header).and_then(|text| httpdate::parse_http_date(text).ok());
        let seconds = moment.and_then(|moment| moment.duration_since(std::time::UNIX_EPOCH).ok());
        let seconds = seconds.and_then(|since| i64::try_from(since.as_secs()).ok());
        seconds.is_some_and(|seconds| (cx.now.abs_diff(seconds) as f64) <= self.config.clock_skew)
    }

    fn answer_of_body(&self, cx: &mut RequestCx<'_>, accepted: Accepted, holds: bool) -> Flow {
        self.answer(cx, if holds { Ok(accepted) } else { Err(Refusal::WrongSignature) })
    }

    fn answer(&self, cx: &mut RequestCx<'_>, outcome: Result<Accepted, Refusal>) -> Flow {
        self.config.rule.conclude(cx, outcome, |refusal| {
            Reply::error(StatusCode::UNAUTHORIZED, refusal.message())
                .with_header(WWW_AUTHENTICATE, self.challenge.clone())
        })
    }
}
