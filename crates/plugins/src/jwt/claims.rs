//! The claims of time: `exp` and `nbf` (RFC 7519 sections 4.1.4 and 4.1.5), and how far ahead `exp` may lie.
//!
//! There is no leeway unless one is set. Times may have fractions; since the clock here counts whole seconds, a fraction never makes a
//! token live longer. Large and negative numbers are numbers like all others.

use gibbon_entities::{Body, BodyError};
use gibbon_jose::Contents;
use serde_json::{Map, Value};

use super::counts::Verdict;
use super::steps::{Outcome, Step, Steps, shown};
use super::time_words::ago;

/// Which claims are looked at. The others are not, whatever they say.
#[derive(Debug)]
pub(super) struct ClaimRules {
    verify_exp: bool,
    verify_nbf: bool,
    /// Seconds.
    maximum_life: Option<f64>,
    /// By how many seconds clocks may differ.
    leeway: f64,
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
            leeway: config.number("leeway", 0.0)?,
        })
    }

    /// The same rules, with `exp` among the claims to verify.
    pub(super) fn with_exp(self) -> Self {
        Self { verify_exp: true, ..self }
    }

    /// Judges a token's claims at `now`, in seconds since 1970. The bound on a token's life comes last; it demands an
    /// `exp` even where that is not among the claims to verify.
    pub(super) fn check(&self, contents: &Contents, now: i64, steps: &mut impl Steps) -> Result<(), ClaimErrors> {
        let outcome = self.judge(contents, now as f64);
        let errors = outcome.as_ref().err();
        steps.note(|| self.step(("exp", contents.exp()), contents, now as f64, errors.and_then(|errors| errors.exp)));
        steps.note(|| self.step(("nbf", contents.nbf()), contents, now as f64, errors.and_then(|errors| errors.nbf)));
        outcome
    }

    fn judge(&self, contents: &Contents, now: f64) -> Result<(), ClaimErrors> {
        if !self.verify_exp && !self.verify_nbf && self.maximum_life.is_none() {
            return Ok(());
        }
        let exp = contents.exp();
        let (late, early) = (now - self.leeway, now + self.leeway);
        let errors = ClaimErrors {
            exp: self.verify_exp.then(|| verdict(exp, |exp| exp.floor() <= late, EXPIRED)).flatten(),
            nbf: self.verify_nbf.then(|| verdict(contents.nbf(), |nbf| nbf > early, NOT_YET)).flatten(),
        };
        if errors != ClaimErrors::default() {
            return Err(errors);
        }
        match self.maximum_life {
            Some(maximum) if exp.is_none_or(|exp| exp - early > maximum) => {
                Err(ClaimErrors { exp: Some(TOO_LONG), nbf: None })
            }
            _ => Ok(()),
        }
    }

    /// What is told of a claim: how it lies to now, in words, and what was demanded of it.
    fn step(
        &self,
        (name, time): (&str, Option<f64>),
        contents: &Contents,
        now: f64,
        error: Option<&'static str>,
    ) -> Step {
        let is_judged = error.is_some() || if name == "exp" { self.judges_exp() } else { self.verify_nbf };
        let outcome = Outcome::of(is_judged.then_some(error.is_none()));
        let lies = time.map(|time| format!("{}; `{name}` is in seconds since 1970 UTC", ago(now - time)));
        let about = error.or_else(|| (!is_judged).then_some("not looked at: not among `claims_to_verify`"));
        let remark: Vec<_> = about.map(str::to_owned).into_iter().chain(lies).collect();
        let step = Step::judged(format!("claim `{name}`"), outcome).found(shown(contents.claims().get(name)));
        if remark.is_empty() { step } else { step.remark(remark.join(", ")) }
    }

    fn judges_exp(&self) -> bool {
        self.verify_exp || self.maximum_life.is_some()
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
