//! Checks of one value, in Kong's order and wording.

use serde_json::{Value, json};

use crate::Object;
use crate::field::Kind;
use crate::number::{display, equal, less, whole};
use crate::pattern::Pattern;

/// A check of one value.
#[derive(Debug, Clone)]
pub(crate) enum Check {
    Eq(Value),
    Ne(Value),
    NotOneOf(Vec<Value>),
    OneOf(Vec<Value>),
    Gt(Value),
    Timestamp,
    Uuid,
    IsRegex,
    Between(Value, Value),
    LenEq(usize),
    LenMin(usize),
    LenMax(usize),
    StartsWith(&'static str),
    NotMatch(Pattern),
    MatchNone(Vec<Rule>),
    Match(Pattern),
    MatchAll(Vec<Rule>),
    MatchAny { patterns: Vec<Pattern>, err: Option<&'static str> },
    Contains(Value),
    Custom(fn(&Value) -> Result<(), String>),
    CustomStr(fn(&str) -> Result<(), String>),
    MutuallyExclusiveSubsets(Vec<Vec<&'static str>>),
}

/// A pattern and what is said when it is not kept.
#[derive(Debug, Clone)]
pub struct Rule {
    pattern: Pattern,
    err: Option<&'static str>,
}

impl Rule {
    /// A Lua pattern with the violation that it reports.
    pub fn new(pattern: &'static str, err: &'static str) -> Self {
        Self { pattern: Pattern::new(pattern), err: Some(err) }
    }

    fn to_json(&self) -> Value {
        let mut rule = Object::new();
        rule.insert("pattern".into(), self.pattern.wire.into());
        if let Some(err) = self.err {
            rule.insert("err".into(), err.into());
        }
        Value::Object(rule)
    }
}

/// The order in which Kong runs its validators; only the first violation of a value is reported.
impl Check {
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Self::Eq(_) => 0,
            Self::Ne(_) => 1,
            Self::NotOneOf(_) => 2,
            Self::OneOf(_) => 3,
            Self::Gt(_) => 4,
            Self::Timestamp => 5,
            Self::Uuid => 6,
            Self::IsRegex => 7,
            Self::Between(..) => 8,
            Self::LenEq(_) => 9,
            Self::LenMin(_) => 10,
            Self::LenMax(_) => 11,
            Self::StartsWith(_) => 12,
            Self::NotMatch(_) => 13,
            Self::MatchNone(_) => 14,
            Self::Match(_) => 15,
            Self::MatchAll(_) => 16,
            Self::MatchAny { .. } => 17,
            Self::Contains(_) => 18,
            Self::Custom(_) | Self::CustomStr(_) => 19,
            Self::MutuallyExclusiveSubsets(_) => 20,
        }
    }
}

/// The rank of [`Check::LenMin`], which strings have even when it is not declared.
pub(crate) const LEN_MIN_RANK: u8 = 10;

/// What is said of an empty string where nothing else is declared.
pub(crate) fn non_empty(value: &Value) -> Result<(), String> {
    Check::LenMin(1).run(value)
}

/// Running a check on a value of the right type.
impl Check {
    pub(crate) fn run(&self, value: &Value) -> Result<(), String> {
        match self {
            Self::Eq(wanted) => ensure(equal(value, wanted), || format!("value must be {}", display(wanted))),
            Self::Ne(other) => ensure(!equal(value, other), || format!("value must not be {}", display(value))),
            Self::NotOneOf(options) => {
                ensure(!one_of(options, value), || format!("must not be one of: {}", list(options)))
            }
            Self::OneOf(options) => ensure(one_of(options, value), || format!("expected one of: {}", list(options))),
            Self::Gt(limit) => ensure(less(limit, value), || format!("value must be greater than {}", display(limit))),
            Self::Timestamp => ensure(less(&json!(0), value), || "expected a valid timestamp".into()),
            Self::Between(low, high) => ensure(!less(value, low) && !less(high, value), || {
                format!("value should be between {} and {}", whole(low), whole(high))
            }),
            Self::LenEq(wanted) => ensure(length(value) == *wanted, || format!("length must be {wanted}")),
            Self::LenMin(least) => ensure(length(value) >= *least, || format!("length must be at least {least}")),
            Self::LenMax(most) => ensure(length(value) <= *most, || format!("length must be at most {most}")),
            Self::Contains(wanted) => {
                let found = value.as_array().is_some_and(|array| one_of(array, wanted));
                ensure(found, || format!("expected to contain: {}", display(wanted)))
            }
            Self::Custom(check) => check(value),
            Self::MutuallyExclusiveSubsets(subsets) => exclusive(subsets, value),
            of_strings => of_strings.run_str(value.as_str().unwrap_or_default()),
        }
    }

    fn run_str(&self, text: &str) -> Result<(), String> {
        match self {
            Self::Uuid => ensure(is_uuid(text), || "expected a valid UUID".into()),
            Self::IsRegex => ensure(fancy_regex::Regex::new(text).is_ok(), || format!("not a valid regex: {text}")),
            Self::StartsWith(prefix) => ensure(text.starts_with(prefix), || format!("should start with: {prefix}")),
            Self::NotMatch(pattern) => ensure(!pattern.matches(text), || invalid(text)),
            Self::Match(pattern) => ensure(pattern.matches(text), || invalid(text)),
            Self::MatchNone(rules) => broken(rules.iter().find(|rule| rule.pattern.matches(text)), text),
            Self::MatchAll(rules) => broken(rules.iter().find(|rule| !rule.pattern.matches(text)), text),
            Self::MatchAny { patterns, err } => {
                let matched = patterns.iter().any(|pattern| pattern.matches(text));
                ensure(matched, || err.map_or_else(|| invalid(text), str::to_owned))
            }
            Self::CustomStr(check) => check(text),
            _ => Ok(()),
        }
    }
}

/// The attribute as `/schemas` shows it.
impl Check {
    pub(crate) fn to_json(&self) -> Option<(&'static str, Value)> {
        Some(match self {
            Self::Eq(value) => ("eq", value.clone()),
            Self::Ne(value) => ("ne", value.clone()),
            Self::NotOneOf(values) => ("not_one_of", values.clone().into()),
            Self::OneOf(values) => ("one_of", values.clone().into()),
            Self::Gt(limit) => ("gt", limit.clone()),
            Self::Timestamp => ("timestamp", true.into()),
            Self::Uuid => ("uuid", true.into()),
            Self::IsRegex => ("is_regex", true.into()),
            Self::Between(low, high) => ("between", json!([low, high])),
            Self::LenEq(length) => ("len_eq", (*length).into()),
            Self::LenMin(length) => ("len_min", (*length).into()),
            Self::LenMax(length) => ("len_max", (*length).into()),
            Self::StartsWith(prefix) => ("starts_with", (*prefix).into()),
            Self::NotMatch(pattern) => ("not_match", pattern.wire.into()),
            Self::MatchNone(rules) => ("match_none", rules.iter().map(Rule::to_json).collect()),
            Self::Match(pattern) => ("match", pattern.wire.into()),
            Self::MatchAll(rules) => ("match_all", rules.iter().map(Rule::to_json).collect()),
            Self::MatchAny { patterns, err } => {
                let mut any = Object::new();
                any.insert("patterns".into(), patterns.iter().map(|pattern| pattern.wire).collect());
                if let Some(err) = err {
                    any.insert("err".into(), (*err).into());
                }
                ("match_any", any.into())
            }
            Self::Contains(value) => ("contains", value.clone()),
            Self::MutuallyExclusiveSubsets(subsets) => ("mutually_exclusive_subsets", json!(subsets)),
            Self::Custom(_) | Self::CustomStr(_) => return None,
        })
    }
}

/// Whether `value` has the type of a field; the violation if not. Elements and members are not looked at.
pub(crate) fn of_type(kind: &Kind, value: &Value) -> Result<(), &'static str> {
    let (fits, violation) = match kind {
        Kind::Any | Kind::Elements(_) | Kind::Json | Kind::Foreign { .. } => (true, ""),
        Kind::String => (value.is_string(), "expected a string"),
        Kind::Integer => (crate::number::is_integer(value), "expected an integer"),
        Kind::Number => (value.is_number(), "expected a number"),
        Kind::Boolean => (value.is_boolean(), "expected a boolean"),
        Kind::Array(_) => (value.is_array(), "expected an array"),
        Kind::Set(_) => (value.is_array(), "expected a set"),
        Kind::Map { .. } => (value.is_object(), "expected a map"),
        Kind::Record(_) => (value.is_object(), "expected a record"),
    };
    if fits { Ok(()) } else { Err(violation) }
}

fn ensure(kept: bool, violation: impl FnOnce() -> String) -> Result<(), String> {
    if kept { Ok(()) } else { Err(violation()) }
}

fn broken(rule: Option<&Rule>, text: &str) -> Result<(), String> {
    rule.map_or(Ok(()), |rule| Err(rule.err.map_or_else(|| invalid(text), str::to_owned)))
}

fn invalid(text: &str) -> String {
    format!("invalid value: {text}")
}

fn one_of(options: &[Value], value: &Value) -> bool {
    options.iter().any(|option| equal(option, value))
}

fn list(options: &[Value]) -> String {
    options.iter().map(display).collect::<Vec<_>>().join(", ")
}

fn length(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(elements) => elements.len(),
        Value::Object(members) => members.len(),
        _ => 0,
    }
}

/// Whether this is a UUID in its hyphenated form, in either case of letters.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

fn exclusive(subsets: &[Vec<&'static str>], value: &Value) -> Result<(), String> {
    let mut touched: Vec<&Vec<&'static str>> = Vec::new();
    for element in value.as_array().into_iter().flatten().filter_map(Value::as_str) {
        // As in Kong, an element that stands in several subsets counts for the last.
        if let Some(subset) = subsets.iter().rfind(|subset| subset.contains(&element))
            && !touched.contains(&subset)
        {
            touched.push(subset);
        }
    }
    ensure(touched.len() <= 1, || {
        let sets: Vec<_> = touched.iter().map(|subset| format!("({})", quoted(subset))).collect();
        format!("these sets are mutually exclusive: {}", sets.join(", "))
    })
}

/// `'a', 'b'`, as messages list names.
pub(crate) fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
