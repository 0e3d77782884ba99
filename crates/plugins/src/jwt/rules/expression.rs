//! A rule in the Common Expression Language (cel.dev), over the token and the request.
//!
//! What a rule may cost is bounded twice. Its text is bounded when it is configured: it is parsed then, unknown names
//! are refused and regular expressions are compiled. What a token adds to it is bounded by a [`Budget`]: each walk
//! through a list, and each claim that is made a value, is paid for, and a rule that has spent all is refused. Whatever
//! cannot be worked out refuses the request.

mod budget;
mod facts;
mod prepared;
mod values;

#[cfg(test)]
mod tests;

use std::sync::{Arc, LazyLock};

use cel::common::types::{CelBool, CelInt, CelString, DYN_TYPE};
use cel::common::value::CowVal;
use cel::{Context, Env, ExecutionError, Value};
use gibbon_entities::{Body, BodyError};
use gibbon_jose::Contents;
use gibbon_plugin_api::RequestCx;

use super::Lack;
use crate::jwt::steps::{Outcome, Step, Steps};
use budget::Budget;
use facts::Facts;
use prepared::{Patterns, Prepared};

/// A rule, ready to be worked out.
pub(super) struct Expression {
    text: Box<str>,
    prepared: Prepared,
}

/// What a rule has come to.
#[derive(Debug, PartialEq, Eq)]
enum Worth {
    True,
    False,
    /// Neither, and why.
    Unknown(String),
}

/// What every rule may use.
static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut environment = Env::stdlib();
    // Neither name is one that the library has, so neither can be there already.
    _ = environment.add_overload(prepared::PAID, "paid", vec![DYN_TYPE, DYN_TYPE], paid);
    _ = environment.add_overload(prepared::MATCHES, "matches", vec![DYN_TYPE, DYN_TYPE, DYN_TYPE], matches);
    Arc::new(environment)
});

impl Expression {
    /// The rule of a configuration, if it has one.
    pub(super) fn read(config: Body<'_>) -> Result<Option<Self>, BodyError> {
        let Some(text) = config.optional_text("claims_rule")? else { return Ok(None) };
        let refused = |value| BodyError::Value { field: "claims_rule", value };
        Self::new(text).map(Some).map_err(refused)
    }

    fn new(text: &str) -> Result<Self, String> {
        Ok(Self { text: text.into(), prepared: Prepared::new(&ENVIRONMENT, text)? })
    }

    pub(super) fn check(&self, contents: &Contents, cx: &RequestCx<'_>, steps: &mut impl Steps) -> Result<(), Lack> {
        let worth = self.work_out(&Facts::new(contents, cx, &self.prepared.patterns));
        steps.note(|| {
            let step = Step::judged("`claims_rule`", Outcome::of(worth == Worth::True)).wanted(&*self.text);
            match &worth {
                Worth::True => step.found(true),
                Worth::False => step.found(false),
                Worth::Unknown(error) => step.remark(error.chars().take(256).collect::<String>()),
            }
        });
        match worth {
            Worth::True => Ok(()),
            Worth::False => Err(Lack::Rule),
            Worth::Unknown(_) => Err(Lack::RuleFailed),
        }
    }

    fn work_out(&self, facts: &Facts<'_>) -> Worth {
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        context.set_variable_resolver(facts);
        let outcome = Value::resolve_val(&self.prepared.expression, &context);
        // An `||` can make up for an error on one side; for this one nothing does.
        if facts.budget.is_spent() {
            return Worth::Unknown("the token is too large for this rule".to_owned());
        }
        match outcome.map(|value| value.downcast_ref::<CelBool>().map(|truth| *truth.inner())) {
            Ok(Some(true)) => Worth::True,
            Ok(Some(false)) => Worth::False,
            Ok(None) => Worth::Unknown("the rule is neither true nor false".to_owned()),
            Err(error) => Worth::Unknown(error.to_string()),
        }
    }
}

/// A check for a field that holds a rule.
pub(super) fn check(text: &str) -> Result<(), String> {
    Expression::new(text).map(drop)
}

/// A list or map that is about to be walked through, once each of its elements is paid for.
fn paid<'b, 'v>(mut arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let budget = arguments.pop();
    let walked = arguments.pop().ok_or_else(ExecutionError::missing_argument_or_target)?;
    let elements = walked.as_sizer().map_or(0, |sizer| *sizer.size().inner());
    let budget = budget.as_ref().and_then(|budget| budget.downcast_ref::<Budget>());
    if budget.is_some_and(|budget| budget.pay(usize::try_from(elements).unwrap_or_default())) {
        return Ok(walked);
    }
    Err(ExecutionError::function_error("a walk", "too much to walk through"))
}

/// Whether a text matches a pattern that was compiled when the rule was configured.
fn matches<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let [text, place, patterns] = &*arguments else { return Err(ExecutionError::missing_argument_or_target()) };
    let place = place.downcast_ref::<CelInt>().and_then(|place| usize::try_from(*place.inner()).ok());
    let patterns = patterns.downcast_ref::<Patterns>();
    let pattern = place.zip(patterns).and_then(|(place, patterns)| patterns.get(place));
    match text.downcast_ref::<CelString<'_>>().zip(pattern) {
        Some((text, pattern)) => Ok(CowVal::owned(CelBool::from(pattern.is_match(text.inner())))),
        None => Err(ExecutionError::function_error("matches", "what is matched is no text")),
    }
}

impl std::fmt::Debug for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}
