//! Running checks across fields: when each is due, what it finds, in Kong's wording.

use serde_json::Value;

use super::{Branches, Conditional, Inspect, Relation, RunWhen};
use crate::check::quoted;
use crate::field::{Field, Flag};
use crate::scope::{Context, Operation, Scope};
use crate::validate::{Layers, REQUIRED, check_value, is_reference};
use crate::violations::ENTITY;
use crate::{Object, field_path};

/// Runs the checks of a record: the schema's, then those of what specialises it.
pub(crate) fn run_checks(scope: Scope<'_>, record: &Object, cx: Context<'_>, violations: &mut Object) {
    let specialised = scope.specialised.map_or(&[][..], |subschema| &subschema.checks);
    for check in scope.schema.checks.iter().chain(specialised) {
        let run = Run { scope, record, cx };
        if run.is_due(&check.0, violations)
            && let Err(violation) = run.rule(&check.0, violations)
        {
            push(violations, violation);
        }
    }
}

/// Adds a violation that concerns the record as a whole.
pub(crate) fn push(violations: &mut Object, violation: String) {
    let list = violations.entry(ENTITY).or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(list) = list {
        list.push(violation.into());
    }
}

/// A check on its way over a record.
struct Run<'a> {
    scope: Scope<'a>,
    record: &'a Object,
    cx: Context<'a>,
}

impl Run<'_> {
    fn get(&self, path: &str) -> Option<&Value> {
        field_path::get(self.record, path)
    }

    fn is_set(&self, path: &str) -> bool {
        field_path::is_nonempty(self.get(path))
    }

    /// Whether a check has what it needs. A field that it needs and that is absent becomes a violation.
    fn is_due(&self, rule: &Relation, violations: &mut Object) -> bool {
        let sources = sources(rule);
        let is_reference = |path: &str| {
            self.scope.lookup(path).is_some_and(|field| field.has(Flag::Referenceable))
                && self.get(path).is_some_and(is_reference)
        };
        let invalid = |path: &str| match rule {
            // Kong misses violations within records here. The functions of custom checks are spared them.
            Relation::Custom { .. } => field_path::get(violations, path).is_some(),
            _ => violations.contains_key(path),
        };
        if sources.iter().any(|path| is_reference(path))
            || (!runs_invalid(rule) && sources.iter().any(|path| invalid(path)))
        {
            return false;
        }
        let nothing_there = sources.iter().all(|path| self.get(path).is_none());
        if nothing_there && !(tolerates_absence(rule) && self.cx.operation == Operation::Insert) {
            return false;
        }
        let missing: Vec<_> = needed(rule, &sources).iter().filter(|path| self.get(path).is_none()).copied().collect();
        let suffix = if self.cx.operation == Operation::Update { " when updating" } else { "" };
        for path in &missing {
            field_path::set(violations, path, format!("field required for entity check{suffix}").into());
        }
        missing.is_empty()
    }

    fn rule(&self, rule: &Relation, violations: &mut Object) -> Result<(), String> {
        match rule {
            Relation::AtLeastOneOf(fields) => self.at_least_one_of(fields, None),
            Relation::OnlyOneOf(fields) => ensure(self.count(fields) == 1, || {
                format!("exactly one of these fields must be non-empty: {}", quoted(fields))
            }),
            Relation::Distinct(fields) => self.distinct(fields),
            Relation::MutuallyRequired(fields) => ensure([0, fields.len()].contains(&self.count(fields)), || {
                format!("all or none of these fields must be set: {}", quoted(fields))
            }),
            Relation::MutuallyExclusive(fields) => ensure(self.count(fields) <= 1, || {
                format!("only one or none of these fields must be set: {}", quoted(fields))
            }),
            Relation::MutuallyExclusiveSets(one, other) => self.exclusive(one, other),
            Relation::Conditional(rule) => self.conditional(rule, violations),
            Relation::ConditionalAtLeastOneOf(branches) => self.branches(branches),
            Relation::Custom { run: Inspect::Record(run), .. } => run(self.record),
            Relation::Custom { run: Inspect::RecordNow(run), .. } => run(self.record, self.cx.env.now()),
        }
    }

    fn count(&self, fields: &[&'static str]) -> usize {
        fields.iter().filter(|field| self.is_set(field)).count()
    }

    fn at_least_one_of(&self, fields: &[&'static str], err: Option<&'static str>) -> Result<(), String> {
        ensure(self.count(fields) > 0, || match (err, self.cx.operation) {
            (Some(err), _) => err.replace("%s", &quoted(fields)),
            (None, operation) => {
                let prefix = if operation == Operation::Update { "when updating, " } else { "" };
                format!("{prefix}at least one of these fields must be non-empty: {}", quoted(fields))
            }
        })
    }

    fn distinct(&self, fields: &[&'static str]) -> Result<(), String> {
        let mut seen: Vec<&Value> = Vec::new();
        for value in fields.iter().filter(|field| self.is_set(field)).filter_map(|field| self.get(field)) {
            if seen.contains(&value) {
                return Err(format!("values of these fields must be distinct: {}", quoted(fields)));
            }
            seen.push(value);
        }
        Ok(())
    }

    fn exclusive(&self, one: &[&'static str], other: &[&'static str]) -> Result<(), String> {
        let set =
            |fields: &[&'static str]| fields.iter().copied().filter(|field| self.is_set(field)).collect::<Vec<_>>();
        let (one, other) = (set(one), set(other));
        ensure(one.is_empty() || other.is_empty(), || {
            format!("these sets are mutually exclusive: ({}), ({})", quoted(&one), quoted(&other))
        })
    }

    fn holds(&self, path: &str, matches: &Field) -> bool {
        let value = self.get(path).unwrap_or(&Value::Null);
        self.scope.lookup(path).is_some_and(|base| check_value(Layers::laid(matches, base), value, self.cx).is_ok())
    }

    fn conditional(&self, rule: &Conditional, violations: &mut Object) -> Result<(), String> {
        if rule.unless_set.iter().any(|field| self.is_set(field)) {
            return Ok(());
        }
        let Some(base) = self.scope.lookup(rule.then_field).filter(|_| self.holds(rule.if_field, &rule.if_match))
        else {
            return Ok(());
        };
        let value = self.get(rule.then_field).unwrap_or(&Value::Null);
        let general = || format!("failed conditional validation given value of field '{}'", rule.if_field);
        if rule.then_match.is_required() && value.is_null() {
            field_path::set(violations, rule.then_field, REQUIRED.into());
            return Err(general());
        }
        check_value(Layers::laid(&rule.then_match, base), value, self.cx).map_err(|violation| {
            field_path::set(violations, rule.then_field, violation);
            rule.then_err.map_or_else(general, |err| err.replace("%s", rule.if_field))
        })
    }

    fn branches(&self, branches: &Branches) -> Result<(), String> {
        if self.get(branches.if_field).is_none() {
            return Ok(());
        }
        let taken = [Some(&branches.then), branches.otherwise.as_ref()];
        match taken.into_iter().flatten().find(|branch| self.holds(branches.if_field, &branch.matches)) {
            Some(branch) => self.at_least_one_of(&branch.fields, branch.err),
            None => Ok(()),
        }
    }
}

fn ensure(kept: bool, violation: impl FnOnce() -> String) -> Result<(), String> {
    if kept { Ok(()) } else { Err(violation()) }
}

/// The fields that a check looks at.
fn sources(rule: &Relation) -> Vec<&'static str> {
    match rule {
        Relation::AtLeastOneOf(fields)
        | Relation::OnlyOneOf(fields)
        | Relation::Distinct(fields)
        | Relation::MutuallyRequired(fields)
        | Relation::MutuallyExclusive(fields)
        | Relation::Custom { sources: fields, .. } => fields.clone(),
        Relation::MutuallyExclusiveSets(one, other) => one.iter().chain(other).copied().collect(),
        Relation::Conditional(rule) => vec![rule.if_field, rule.then_field],
        Relation::ConditionalAtLeastOneOf(branches) => {
            let fields = branches.otherwise.iter().flat_map(|branch| &branch.fields);
            let fields = branches.then.fields.iter().chain(fields).copied();
            std::iter::once(branches.if_field).chain(fields).collect()
        }
    }
}

/// The fields without which a check cannot run.
fn needed<'a>(rule: &'a Relation, sources: &'a [&'static str]) -> &'a [&'static str] {
    match rule {
        Relation::OnlyOneOf(_) | Relation::Distinct(_) | Relation::Custom { when: RunWhen::Complete, .. } => sources,
        Relation::Conditional(_) => &sources[..1],
        _ => &[],
    }
}

/// Whether a check runs on a whole record in which all its fields are absent.
fn tolerates_absence(rule: &Relation) -> bool {
    !matches!(rule, Relation::OnlyOneOf(_) | Relation::Distinct(_) | Relation::Conditional(_) | Relation::Custom { .. })
}

/// Whether a check runs although one of its fields has a violation.
fn runs_invalid(rule: &Relation) -> bool {
    match rule {
        Relation::MutuallyRequired(_) | Relation::MutuallyExclusive(_) | Relation::MutuallyExclusiveSets(..) => false,
        Relation::Custom { when, .. } => *when == RunWhen::Invalid,
        _ => true,
    }
}
