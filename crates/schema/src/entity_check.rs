//! Checks across the fields of a record: how they are declared. [`run`] is how they run.

pub(crate) mod run;

use crate::Object;
use crate::field::Field;

/// A check across fields, named by path: `name`, `config.redis.host`.
#[derive(Debug, Clone)]
pub struct EntityCheck(pub(crate) Relation);

#[derive(Debug, Clone)]
pub(crate) enum Relation {
    AtLeastOneOf(Vec<&'static str>),
    OnlyOneOf(Vec<&'static str>),
    Distinct(Vec<&'static str>),
    MutuallyRequired(Vec<&'static str>),
    MutuallyExclusive(Vec<&'static str>),
    MutuallyExclusiveSets(Vec<&'static str>, Vec<&'static str>),
    Conditional(Box<Conditional>),
    ConditionalAtLeastOneOf(Box<Branches>),
    Custom { sources: Vec<&'static str>, run: Inspect, when: RunWhen },
}

#[derive(Debug, Clone)]
pub(crate) struct Conditional {
    pub(crate) if_field: &'static str,
    pub(crate) if_match: Field,
    pub(crate) then_field: &'static str,
    pub(crate) then_match: Field,
    pub(crate) then_err: Option<&'static str>,
    /// Where one of these has a value, nothing is demanded.
    pub(crate) unless_set: Vec<&'static str>,
}

#[derive(Debug, Clone)]
pub(crate) struct Branches {
    pub(crate) if_field: &'static str,
    pub(crate) then: Branch,
    pub(crate) otherwise: Option<Branch>,
}

#[derive(Debug, Clone)]
pub(crate) struct Branch {
    pub(crate) matches: Field,
    pub(crate) fields: Vec<&'static str>,
    pub(crate) err: Option<&'static str>,
}

/// The function of a custom check.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Inspect {
    Record(fn(&Object) -> Result<(), String>),
    /// With the present, in seconds since 1970.
    RecordNow(fn(&Object, i64) -> Result<(), String>),
}

/// When a custom check runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunWhen {
    /// Only if all its fields are there (null counts) and none has a violation.
    Complete,
    /// Also if some of its fields are absent, but none has a violation.
    Missing,
    /// Also if some of its fields have violations: it must be ready for values of any type.
    Invalid,
}

/// One of these fields must have a value that is not empty.
pub fn at_least_one_of(fields: impl IntoIterator<Item = &'static str>) -> EntityCheck {
    EntityCheck(Relation::AtLeastOneOf(fields.into_iter().collect()))
}

/// Exactly one of these fields must have a value that is not empty.
pub fn only_one_of(fields: impl IntoIterator<Item = &'static str>) -> EntityCheck {
    EntityCheck(Relation::OnlyOneOf(fields.into_iter().collect()))
}

/// No two of these fields may have the same value.
pub fn distinct(fields: impl IntoIterator<Item = &'static str>) -> EntityCheck {
    EntityCheck(Relation::Distinct(fields.into_iter().collect()))
}

/// All or none of these fields must have values.
pub fn mutually_required(fields: impl IntoIterator<Item = &'static str>) -> EntityCheck {
    EntityCheck(Relation::MutuallyRequired(fields.into_iter().collect()))
}

/// At most one of these fields may have a value.
pub fn mutually_exclusive(fields: impl IntoIterator<Item = &'static str>) -> EntityCheck {
    EntityCheck(Relation::MutuallyExclusive(fields.into_iter().collect()))
}

/// Fields of only one of these sets may have values.
pub fn mutually_exclusive_sets(
    one: impl IntoIterator<Item = &'static str>,
    other: impl IntoIterator<Item = &'static str>,
) -> EntityCheck {
    EntityCheck(Relation::MutuallyExclusiveSets(one.into_iter().collect(), other.into_iter().collect()))
}

/// If `if_field` satisfies `if_match`, `then_field` must satisfy `then_match`. Both matches overlay the fields' own
/// definitions.
pub fn conditional(
    if_field: &'static str,
    if_match: Field,
    then_field: &'static str,
    then_match: Field,
) -> EntityCheck {
    EntityCheck(Relation::Conditional(Box::new(Conditional {
        if_field,
        if_match,
        then_field,
        then_match,
        then_err: None,
        unless_set: Vec::new(),
    })))
}

/// If `if_field` satisfies `if_match`, one of `then_fields` must have a value that is not empty.
pub fn conditional_at_least_one_of(
    if_field: &'static str,
    if_match: Field,
    then_fields: impl IntoIterator<Item = &'static str>,
) -> EntityCheck {
    let then = Branch { matches: if_match, fields: then_fields.into_iter().collect(), err: None };
    EntityCheck(Relation::ConditionalAtLeastOneOf(Box::new(Branches { if_field, then, otherwise: None })))
}

/// A function that sees the whole record; its error concerns the record as a whole. `sources` are the fields that it
/// looks at.
pub fn custom_check(
    sources: impl IntoIterator<Item = &'static str>,
    run: fn(&Object) -> Result<(), String>,
) -> EntityCheck {
    custom(sources, Inspect::Record(run))
}

/// As [`custom_check`], for what depends on the present, which the function gets in seconds since 1970.
pub fn custom_check_now(
    sources: impl IntoIterator<Item = &'static str>,
    run: fn(&Object, i64) -> Result<(), String>,
) -> EntityCheck {
    custom(sources, Inspect::RecordNow(run))
}

fn custom(sources: impl IntoIterator<Item = &'static str>, run: Inspect) -> EntityCheck {
    EntityCheck(Relation::Custom { sources: sources.into_iter().collect(), run, when: RunWhen::Complete })
}

impl EntityCheck {
    /// The text with which a conditional answers. In [`conditional`] `%s` stands for the field of the condition, in
    /// [`conditional_at_least_one_of`] for the list of fields.
    pub fn then_err(mut self, text: &'static str) -> Self {
        match &mut self.0 {
            Relation::Conditional(rule) => rule.then_err = Some(text),
            Relation::ConditionalAtLeastOneOf(branches) => branches.then.err = Some(text),
            _ => {}
        }
        self
    }

    /// A [`conditional`] demands nothing where one of these fields has a value. `/schemas` does not tell: they are fields
    /// that Kong does not have.
    pub fn unless_set(mut self, fields: impl IntoIterator<Item = &'static str>) -> Self {
        if let Relation::Conditional(rule) = &mut self.0 {
            rule.unless_set = fields.into_iter().collect();
        }
        self
    }

    /// What holds where the condition of [`conditional_at_least_one_of`] does not, but this one does.
    pub fn otherwise(
        mut self,
        matches: Field,
        fields: impl IntoIterator<Item = &'static str>,
        err: &'static str,
    ) -> Self {
        if let Relation::ConditionalAtLeastOneOf(branches) = &mut self.0 {
            branches.otherwise = Some(Branch { matches, fields: fields.into_iter().collect(), err: Some(err) });
        }
        self
    }

    /// When a custom check runs; [`RunWhen::Complete`] unless said.
    pub fn run_when(mut self, wanted: RunWhen) -> Self {
        if let Relation::Custom { when, .. } = &mut self.0 {
            *when = wanted;
        }
        self
    }
}

#[cfg(test)]
mod tests;
