//! A parsed expression.

use std::borrow::Cow;

use regex::Regex;

use crate::error::ExpressionError;
use crate::facts::Facts;
use crate::field::{Subsystem, TextField};
use crate::parse;
use crate::reach::{self, Reach};
use crate::test::Case;
use crate::tree::Tree;

/// A parsed expression.
#[derive(Debug)]
pub struct Expression {
    pub(crate) tree: Tree,
    /// The regexes for the path or segments of it, in the order in which they stand there.
    pub(crate) regexes: Box<[PathRegex]>,
}

/// A regex for the path or for segments of it.
#[derive(Debug)]
pub(crate) struct PathRegex {
    pub(crate) field: TextField,
    pub(crate) case: Case,
    pub(crate) regex: Regex,
}

/// What of the path of a request made an expression true.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many bytes of the path the last comparison with `http.path` matched that was true: the constant of `==`, `^=`
    /// and `=^`, what a regex found. A route with `strip_path` takes so many bytes from the beginning of the path.
    pub path: Option<usize>,
    /// A bit for each regex that matched.
    regexes: u64,
}

/// A group of a regex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<'e, 'p> {
    /// Which group of its regex it is, from 1. Of several regexes the last one has the numbers; a group that only its
    /// name can still find has none.
    pub number: Option<usize>,
    /// Its name, if it has one.
    pub name: Option<&'e str>,
    /// What it matched, if it took part in the match.
    pub text: Option<Cow<'p, str>>,
}

impl Outcome {
    /// What matched so many bytes of the path, by no expression.
    pub fn of_path(length: usize) -> Self {
        Self { path: Some(length), regexes: 0 }
    }

    pub(crate) fn note(&mut self, regex: usize) {
        self.regexes |= u32::try_from(regex).ok().and_then(|regex| 1_u64.checked_shl(regex)).unwrap_or_default();
    }

    fn has(self, regex: usize) -> bool {
        regex < 64 && self.regexes >> regex & 1 == 1
    }
}

impl Expression {
    /// Parses and checks an expression.
    ///
    /// # Errors
    /// If it is none, compares what cannot be compared, names a field that there is not, or is too much.
    pub fn parse(text: &str, subsystem: Subsystem) -> Result<Self, ExpressionError> {
        parse::parse(text, subsystem)
    }

    /// Whether it is true of a request, and what of the path made it so.
    pub fn evaluate(&self, facts: &impl Facts) -> Option<Outcome> {
        let mut outcome = Outcome::default();
        self.tree.holds(facts, &mut outcome).then_some(outcome)
    }

    /// Which requests it can be true of.
    pub fn reach(&self) -> Reach {
        reach::of(self)
    }

    /// The groups of the regexes that matched a path. Of the regexes in an expression, the first 64 count.
    pub fn groups<'p>(&self, path: &'p str, outcome: Outcome) -> Vec<Group<'_, 'p>> {
        let mut groups = Vec::new();
        let matched = self.regexes.iter().enumerate().filter(|(number, _)| outcome.has(*number));
        for (_, regex) in matched {
            // What came before keeps what the last one has not.
            let later = regex.groups(path);
            groups.retain_mut(|group: &mut Group<'_, 'p>| {
                let is_taken = |other: &Group<'_, '_>| other.number == group.number && other.text.is_some();
                if later.iter().any(is_taken) {
                    group.number = None;
                }
                let is_renamed = later.iter().any(|other| other.name == group.name && other.text.is_some());
                group.number.is_some() || group.name.is_some() && !is_renamed
            });
            groups.extend(later);
        }
        groups
    }
}

impl PathRegex {
    fn groups<'p>(&self, path: &'p str) -> Vec<Group<'_, 'p>> {
        let text = match &self.field {
            TextField::Segments(span) => span.of(path),
            TextField::Fact(_) | TextField::Header(_) | TextField::Argument(_) => Some(path),
        };
        let Some(text) = text.map(|text| self.case.of(text)) else { return Vec::new() };
        let Some(found) = self.regex.captures(&text) else { return Vec::new() };
        let names = self.regex.capture_names().enumerate().skip(1);
        let span = |number| found.get(number).map(|group: regex::Match<'_>| group.range());
        let groups: Vec<_> = names.map(|(number, name)| (number, name, span(number))).collect();
        let cut = |range: std::ops::Range<usize>| match &text {
            Cow::Borrowed(text) => text.get(range).map(Cow::Borrowed),
            Cow::Owned(text) => text.get(range).map(|part| Cow::Owned(part.to_owned())),
        };
        groups
            .into_iter()
            .map(|(number, name, range)| Group { number: Some(number), name, text: range.and_then(cut) })
            .collect()
    }
}
