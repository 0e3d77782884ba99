//! What the value of a field must be.

use serde_json::Value;

use super::Field;
use crate::check::{Check, Rule};
use crate::pattern::Pattern;

/// Checks, each at most once; they run in a fixed order, whatever the order of declaration.
impl Field {
    /// Exactly this value; `eq(Value::Null)` forbids every other.
    pub fn eq(self, value: impl Into<Value>) -> Self {
        self.with(Check::Eq(value.into()))
    }

    /// Any but this value; `ne(Value::Null)` demands one.
    pub fn ne(self, value: impl Into<Value>) -> Self {
        self.with(Check::Ne(value.into()))
    }

    /// One of these values.
    pub fn one_of<T: Into<Value>>(self, values: impl IntoIterator<Item = T>) -> Self {
        self.with(Check::OneOf(values.into_iter().map(Into::into).collect()))
    }

    /// None of these values.
    pub fn not_one_of<T: Into<Value>>(self, values: impl IntoIterator<Item = T>) -> Self {
        self.with(Check::NotOneOf(values.into_iter().map(Into::into).collect()))
    }

    /// A number above this one.
    pub fn gt(self, limit: impl Into<Value>) -> Self {
        self.with(Check::Gt(limit.into()))
    }

    /// A number in this range, both ends included.
    pub fn between(self, low: impl Into<Value>, high: impl Into<Value>) -> Self {
        self.with(Check::Between(low.into(), high.into()))
    }

    /// A positive number of seconds (or, for a number field, seconds with a fraction) since 1970.
    pub fn timestamp(self) -> Self {
        self.with(Check::Timestamp)
    }

    /// A UUID in its hyphenated form.
    pub fn uuid(self) -> Self {
        self.with(Check::Uuid)
    }

    /// A regular expression.
    pub fn is_regex(self) -> Self {
        self.with(Check::IsRegex)
    }

    /// This many bytes of a string, elements of an array or set, entries of a map.
    pub fn len_eq(self, length: usize) -> Self {
        self.with(Check::LenEq(length))
    }

    /// At least this many; see [`Field::len_eq`]. `len_min(0)` makes an empty string acceptable.
    pub fn len_min(self, length: usize) -> Self {
        self.with(Check::LenMin(length))
    }

    /// At most this many; see [`Field::len_eq`].
    pub fn len_max(self, length: usize) -> Self {
        self.with(Check::LenMax(length))
    }

    /// A string that begins so.
    pub fn starts_with(self, prefix: &'static str) -> Self {
        self.with(Check::StartsWith(prefix))
    }

    /// A string that matches this Lua pattern. (Patterns are Lua's because `/schemas` shows them, as Kong does.)
    pub fn match_pattern(self, pattern: &'static str) -> Self {
        self.with(Check::Match(Pattern::new(pattern)))
    }

    /// A string that does not match this Lua pattern.
    pub fn not_match(self, pattern: &'static str) -> Self {
        self.with(Check::NotMatch(Pattern::new(pattern)))
    }

    /// A string that matches all these Lua patterns.
    pub fn match_all(self, rules: impl IntoIterator<Item = Rule>) -> Self {
        self.with(Check::MatchAll(rules.into_iter().collect()))
    }

    /// A string that matches none of these Lua patterns.
    pub fn match_none(self, rules: impl IntoIterator<Item = Rule>) -> Self {
        self.with(Check::MatchNone(rules.into_iter().collect()))
    }

    /// A string that matches one of these Lua patterns; `err` is what is said of any other.
    pub fn match_any(self, patterns: impl IntoIterator<Item = &'static str>, err: Option<&'static str>) -> Self {
        self.with(Check::MatchAny { patterns: patterns.into_iter().map(Pattern::new).collect(), err })
    }

    /// An array or set that has this element.
    pub fn contains(self, element: impl Into<Value>) -> Self {
        self.with(Check::Contains(element.into()))
    }

    /// A set whose elements all come from one of these subsets.
    pub fn mutually_exclusive_subsets<S: IntoIterator<Item = &'static str>>(
        self,
        subsets: impl IntoIterator<Item = S>,
    ) -> Self {
        self.with(Check::MutuallyExclusiveSubsets(subsets.into_iter().map(|set| set.into_iter().collect()).collect()))
    }

    /// A string that this function accepts; its error is the violation. `/schemas` does not show it.
    pub fn check_str(self, check: fn(&str) -> Result<(), String>) -> Self {
        self.with(Check::CustomStr(check))
    }

    /// A value that this function accepts; its error is the violation. `/schemas` does not show it.
    pub fn check(self, check: fn(&Value) -> Result<(), String>) -> Self {
        self.with(Check::Custom(check))
    }

    /// Puts a check in its place, instead of one of the same sort.
    fn with(mut self, check: Check) -> Self {
        match self.checks.binary_search_by_key(&check.rank(), Check::rank) {
            Ok(place) => self.checks[place] = check,
            Err(place) => self.checks.insert(place, check),
        }
        self
    }
}
