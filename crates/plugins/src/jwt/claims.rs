//! The claims of time: `exp` and `nbf` (RFC 7519 sections 4.1.4 and 4.1.5), and how far ahead `exp` may lie.
//!
//! There is no leeway. Times may have fractions; since the clock here counts whole seconds, a fraction never makes a
//! token live longer. Large and negative numbers are numbers like all others.

use gibbon_entities::{Body, BodyError};
use gibbon_jose::json::{JsonObject, JsonValue};
use serde_json::{Map, Value};

use super::counts::Verdict;

/// Which claims are looked at. The others are not, whatever they say.
#[derive(Debug)]
pub(super) struct ClaimRules {
    verify_exp: bool,
    verify_nbf: bool,
    /// Seconds.
    maximum_life: Option<f64>,
}

/// What is wrong, by claim.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ClaimErrors {
    pub(super) exp: Option<&'static str>,
    pub(super) nbf: Option<&'static str>,
}

const NO_NUMBER: &str = "must be a number";
const EXPIRED: &str = "token expired";
const NOT_YET: &str = "token not valid yet";
const TOO_LONG: &str = "exceeds maximum allowed expiration";

impl ClaimErrors {
    /// What they are counted as: the first of them, `exp` before `nbf`.
    pub(super) fn verdict(&self) -> Verdict {
        match (self.exp, self.nbf) {
            (Some(EXPIRED), _) => Verdict::Expired,
            (Some(TOO_LONG), _) => Verdict::LivesTooLong,
            (None, Some(NOT_YET)) => Verdict::NotYetValid,
            _ => Verdict::ClaimNoNumber,
        }
    }
}

impl ClaimRules {
    pub(super) fn read(config: Body<'_>) -> Result<Self, BodyError> {
        let claims = config.texts("claims_to_verify")?;
        let maximum = match config.get("maximum_expiration") {
            None => None,
            Some(value) => {
                Some(value.as_f64().ok_or(BodyError::Type { field: "maximum_expiration", expected: "a number" })?)
            }
        };
        Ok(Self {
            verify_exp: claims.iter().any(|claim| **claim == *"exp"),
            verify_nbf: claims.iter().any(|claim| **claim == *"nbf"),
            maximum_life: maximum.filter(|seconds| *seconds > 0.0),
        })
    }

    /// Judges `claims` at `now`, in seconds since 1970. The bound on a token's life comes last; it demands an `exp`
    /// even where that is not among the claims to verify.
    pub(super) fn check(&self, claims: &JsonObject, now: i64) -> Result<(), ClaimErrors> {
        if !self.verify_exp && !self.verify_nbf && self.maximum_life.is_none() {
            return Ok(());
        }
        let now = now as f64;
        let exp = number(claims, "exp");
        let errors = ClaimErrors {
            exp: self.verify_exp.then(|| verdict(exp, |exp| exp.floor() <= now, EXPIRED)).flatten(),
            nbf: self.verify_nbf.then(|| verdict(number(claims, "nbf"), |nbf| nbf > now, NOT_YET)).flatten(),
        };
        if errors != ClaimErrors::default() {
            return Err(errors);
        }
        match self.maximum_life {
            Some(maximum) if exp.is_none_or(|exp| exp - now > maximum) => {
                Err(ClaimErrors { exp: Some(TOO_LONG), nbf: None })
            }
            _ => Ok(()),
        }
    }
}

impl ClaimErrors {
    pub(super) fn to_json(&self) -> Value {
        let errors = [("exp", self.exp), ("nbf", self.nbf)];
        let found = errors.into_iter().filter_map(|(claim, error)| Some((claim.to_owned(), Value::from(error?))));
        Value::Object(found.collect::<Map<_, _>>())
    }
}

fn verdict(claim: Option<f64>, fails: impl FnOnce(f64) -> bool, error: &'static str) -> Option<&'static str> {
    match claim {
        None => Some(NO_NUMBER),
        Some(time) => fails(time).then_some(error),
    }
}

fn number(claims: &JsonObject, name: &str) -> Option<f64> {
    match claims.get(name) {
        Some(JsonValue::Number(number)) => Some(number.as_f64()),
        _ => None,
    }
}
