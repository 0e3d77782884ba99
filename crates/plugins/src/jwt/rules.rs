//! Rules on what a token says: for whom it is, who has issued it, of which type it is, how old, what it permits.
//!
//! None of them exists in Kong. A configuration without any of them has no [`Rules`], and its requests never come here.

mod audience;
mod claim_path;
mod expression;
mod fields;
mod scopes;

use std::sync::Arc;

use gibbon_entities::{Body, BodyError};
use gibbon_jose::Contents;
use gibbon_jose::json::JsonValue;
use gibbon_plugin_api::RequestCx;

use super::steps::{Outcome, Step, Steps, shown};
pub(super) use audience::Audiences;
pub(super) use claim_path::{ClaimPath, check as check_claim_path};
use expression::Expression;
pub(super) use fields::fields;
use scopes::Scopes;

/// The rules of one configuration.
#[derive(Debug)]
pub(super) struct Rules {
    audiences: Audiences,
    issuers: Vec<Arc<str>>,
    types: Vec<Box<str>>,
    required: Vec<ClaimPath>,
    /// How old a token may be, in seconds.
    max_age: Option<f64>,
    /// By how much clocks may differ, in seconds.
    leeway: f64,
    scopes: Option<Scopes>,
    expression: Option<Expression>,
}

/// What a token lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lack {
    /// It is for somebody else.
    Audience,
    /// It is from somebody else.
    Issuer,
    /// It is of another type.
    Type,
    /// It has no claim of this name, or a null.
    Claim(Box<str>),
    /// It was issued too long ago.
    Age,
    /// It was issued after now.
    IssuedLater,
    /// Its scopes do not permit this.
    Scope,
    /// The expression is false.
    Rule,
    /// The expression could not be worked out.
    RuleFailed,
    /// It is revoked.
    Revoked,
    /// Its claim names no consumer.
    Consumer,
    /// The claim of this name cannot be told to an upstream.
    Unfit(Box<str>),
}

impl Lack {
    /// Whether the token is all right as such and does not permit this request.
    pub(super) fn is_of_permission(&self) -> bool {
        matches!(self, Self::Scope | Self::Rule | Self::RuleFailed | Self::Consumer)
    }
}

impl Rules {
    /// `None` where no rule is set.
    pub(super) fn read(config: Body<'_>) -> Result<Option<Self>, BodyError> {
        let max_age = config.number("max_age", 0.0)?;
        let rules = Self {
            audiences: Audiences(config.texts("audiences")?),
            issuers: config.texts("allowed_issuers")?.into_iter().map(Arc::from).collect(),
            types: config.texts("token_types")?.iter().map(|name| bare_type(name).into()).collect(),
            required: config.texts("required_claims")?.iter().map(|path| ClaimPath::new(path)).collect(),
            max_age: Some(max_age).filter(|seconds| *seconds > 0.0),
            leeway: config.number("leeway", 0.0)?,
            scopes: Scopes::read(config)?,
            expression: Expression::read(config)?,
        };
        Ok(Some(rules).filter(Self::say_anything))
    }

    fn say_anything(&self) -> bool {
        let lists = !self.audiences.0.is_empty() || !self.issuers.is_empty() || !self.types.is_empty();
        let single = self.max_age.is_some() || self.scopes.is_some() || self.expression.is_some();
        lists || single || !self.required.is_empty()
    }

    /// The scopes that a token needs, as `WWW-Authenticate` names them.
    pub(super) fn scope(&self) -> Option<String> {
        self.scopes.as_ref().map(Scopes::to_string)
    }

    /// The issuer of a token, if it is one of those that are configured.
    pub(super) fn issuer(&self, contents: &Contents) -> Option<&Arc<str>> {
        let found = contents.claims().get_str("iss")?;
        self.issuers.iter().find(|issuer| ***issuer == *found)
    }

    /// Judges a token: first what makes it one that is not meant for here, then what it permits.
    pub(super) fn check(&self, contents: &Contents, cx: &RequestCx<'_>, steps: &mut impl Steps) -> Result<(), Lack> {
        self.check_issuer(contents, steps)?;
        self.audiences.check(contents.claims(), steps)?;
        self.check_type(contents, steps)?;
        for path in &self.required {
            let found = path.find(contents.claims());
            let holds = !matches!(found, None | Some(JsonValue::Null));
            let name = || format!("claim `{path}`");
            steps.note(|| Step::judged(name(), Outcome::of(holds)).found(shown(found)).wanted("any value"));
            if !holds {
                return Err(Lack::Claim(path.as_str().into()));
            }
        }
        self.check_age(contents, cx.now, steps)?;
        if let Some(scopes) = &self.scopes {
            scopes.check(contents.claims(), steps)?;
        }
        match &self.expression {
            Some(expression) => expression.check(contents, cx, steps),
            None => Ok(()),
        }
    }

    fn check_issuer(&self, contents: &Contents, steps: &mut impl Steps) -> Result<(), Lack> {
        if self.issuers.is_empty() {
            return Ok(());
        }
        let holds = self.issuer(contents).is_some();
        let found = contents.claims().get("iss");
        steps
            .note(|| Step::judged("claim `iss`", Outcome::of(holds)).found(shown(found)).wanted(one_of(&self.issuers)));
        if holds { Ok(()) } else { Err(Lack::Issuer) }
    }

    /// The type in the header (RFC 7515 section 4.1.9): the case and `application/` in front of it mean nothing.
    fn check_type(&self, contents: &Contents, steps: &mut impl Steps) -> Result<(), Lack> {
        if self.types.is_empty() {
            return Ok(());
        }
        let found = contents.header().get_str("typ");
        let is_wanted = |found: &str| self.types.iter().any(|wanted| wanted.eq_ignore_ascii_case(bare_type(found)));
        let holds = found.as_deref().is_some_and(is_wanted);
        let value = contents.header().get("typ");
        steps.note(|| Step::judged("header `typ`", Outcome::of(holds)).found(shown(value)).wanted(one_of(&self.types)));
        if holds { Ok(()) } else { Err(Lack::Type) }
    }

    fn check_age(&self, contents: &Contents, now: i64, steps: &mut impl Steps) -> Result<(), Lack> {
        let Some(max_age) = self.max_age else { return Ok(()) };
        let age = contents.claims().get_number("iat").map(|iat| now as f64 - iat);
        let outcome = match age {
            None => Err(Lack::Claim("iat".into())),
            Some(age) if age > max_age + self.leeway => Err(Lack::Age),
            Some(age) if age < -self.leeway => Err(Lack::IssuedLater),
            Some(_) => Ok(()),
        };
        let found = contents.claims().get("iat");
        steps.note(|| {
            let wanted = format!("at most {max_age} s ago, give or take {} s", self.leeway);
            let step = Step::judged("claim `iat`", Outcome::of(outcome.is_ok())).found(shown(found)).wanted(wanted);
            match age {
                Some(age) => step.remark(format!("issued {}", super::time_words::ago(age))),
                None => step,
            }
        });
        outcome
    }
}

fn one_of<T: AsRef<str>>(wanted: &[T]) -> String {
    let names: Vec<_> = wanted.iter().map(AsRef::as_ref).collect();
    format!("one of {}", names.join(", "))
}

fn bare_type(name: &str) -> &str {
    const APPLICATION: &str = "application/";
    match name.get(..APPLICATION.len()) {
        Some(start) if start.eq_ignore_ascii_case(APPLICATION) => name.get(APPLICATION.len()..).unwrap_or(name),
        _ => name,
    }
}
