//! The documents of `/schemas`, in the shape that clients of Kong read.

use serde_json::{Value, json};

use crate::entity_check::{Branches, Conditional, Relation, RunWhen};
use crate::field::{Field, Flag, Kind};
use crate::{Deprecation, EntityCheck, Object, OnDelete, Schema, Subschema};

impl Schema {
    /// `{"fields": […], "entity_checks": […]}`.
    pub fn to_json(&self) -> Value {
        json!({ "entity_checks": checks_to_json(&self.checks), "fields": fields_to_json(&self.fields) })
    }
}

impl Subschema {
    /// The document of `GET /schemas/plugins/<name>`.
    pub fn to_json(&self) -> Value {
        json!({ "entity_checks": checks_to_json(&self.checks), "fields": fields_to_json(&self.fields) })
    }
}

fn fields_to_json(fields: &[Field]) -> Value {
    fields.iter().filter(|field| !field.has(Flag::Unlisted)).map(named).collect()
}

fn named(field: &Field) -> Value {
    let mut object = Object::new();
    object.insert(field.name.to_owned(), field.to_json());
    object.into()
}

fn checks_to_json(checks: &[EntityCheck]) -> Value {
    checks.iter().map(EntityCheck::to_json).collect()
}

impl Field {
    fn to_json(&self) -> Value {
        let mut json = Object::new();
        let mut put = |name: &str, value: Value| drop(json.insert(name.to_owned(), value));
        if !self.description.is_empty() {
            put("description", self.description.into());
        }
        if let Some(type_name) = self.kind.type_name() {
            put("type", type_name.into());
        }
        self.kind.parts(self.has(Flag::Abstract), &mut put);
        if let Some(required) = self.required {
            put("required", required.into());
        }
        if let Some(default) = &self.default {
            put("default", default.clone());
        }
        for (name, value) in self.flags.iter().filter_map(|flag| flag.attribute()) {
            put(name, value.into());
        }
        if let Some(schema) = &self.json_schema {
            put("json_schema", schema.clone());
        }
        for (name, argument) in self.checks.iter().filter_map(crate::check::Check::to_json) {
            put(name, argument);
        }
        if let Some(err) = self.err {
            put("err", err.into());
        }
        if let Some(deprecation) = &self.deprecation {
            put("deprecation", deprecation.to_json());
        }
        json.into()
    }
}

impl Kind {
    fn type_name(&self) -> Option<&'static str> {
        Some(match self {
            Self::Any | Self::Elements(_) => return None,
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Array(_) => "array",
            Self::Set(_) => "set",
            Self::Map { .. } => "map",
            Self::Record(_) => "record",
            Self::Foreign { .. } => "foreign",
            Self::Json => "json",
        })
    }

    fn parts(&self, is_abstract: bool, put: &mut impl FnMut(&str, Value)) {
        match self {
            Self::Array(elements) | Self::Set(elements) | Self::Elements(elements) => {
                put("elements", elements.to_json())
            }
            Self::Map { keys, values } => {
                put("keys", keys.to_json());
                put("values", values.to_json());
            }
            Self::Record(schema) if !is_abstract => {
                put("fields", fields_to_json(&schema.fields));
                if !schema.checks.is_empty() {
                    put("entity_checks", checks_to_json(&schema.checks));
                }
                if !schema.shorthands.is_empty() {
                    put("shorthand_fields", schema.shorthands.iter().map(|each| named(&each.field)).collect());
                }
            }
            Self::Foreign { reference, on_delete } => {
                put("reference", (*reference).into());
                if let Some(rule) = on_delete {
                    put("on_delete", rule.name().into());
                }
            }
            _ => {}
        }
    }
}

impl Flag {
    /// What `/schemas` says of it, if anything.
    fn attribute(self) -> Option<(&'static str, bool)> {
        Some(match self {
            Self::Abstract => ("abstract", true),
            Self::Auto => ("auto", true),
            Self::Encrypted => ("encrypted", true),
            Self::Immutable => ("immutable", true),
            Self::NotUnique => ("unique", false),
            Self::Referenceable => ("referenceable", true),
            Self::Transient => ("transient", true),
            Self::Unique => ("unique", true),
            Self::UniqueAcrossWorkspaces => ("unique_across_ws", true),
            Self::AbsentWhileUnset | Self::Owned | Self::Secret | Self::Unlisted => return None,
        })
    }
}

impl OnDelete {
    fn name(self) -> &'static str {
        match self {
            Self::Restrict => "restrict",
            Self::Cascade => "cascade",
            Self::SetNull => "null",
        }
    }
}

impl Deprecation {
    fn to_json(&self) -> Value {
        let mut json = Object::new();
        json.insert("message".into(), self.message.into());
        json.insert("removal_in_version".into(), self.removal_in_version.into());
        if let Some(default) = &self.old_default {
            json.insert("old_default".into(), default.clone());
        }
        if !self.replaced_with.is_empty() {
            json.insert(
                "replaced_with".into(),
                self.replaced_with.iter().map(|path| json!({ "path": path })).collect(),
            );
        }
        json.into()
    }
}

impl EntityCheck {
    fn to_json(&self) -> Value {
        let (name, argument) = match &self.0 {
            Relation::AtLeastOneOf(fields) => ("at_least_one_of", json!(fields)),
            Relation::OnlyOneOf(fields) => ("only_one_of", json!(fields)),
            Relation::Distinct(fields) => ("distinct", json!(fields)),
            Relation::MutuallyRequired(fields) => ("mutually_required", json!(fields)),
            Relation::MutuallyExclusive(fields) => ("mutually_exclusive", json!(fields)),
            Relation::MutuallyExclusiveSets(one, other) => {
                ("mutually_exclusive_sets", json!({ "set1": one, "set2": other }))
            }
            Relation::Conditional(rule) => ("conditional", conditional(rule)),
            Relation::ConditionalAtLeastOneOf(branches) => ("conditional_at_least_one_of", branching(branches)),
            Relation::Custom { sources, when, .. } => ("custom_entity_check", custom(sources, *when)),
        };
        let mut object = Object::new();
        object.insert(name.to_owned(), argument);
        object.into()
    }
}

fn conditional(rule: &Conditional) -> Value {
    let mut json = json!({
        "if_field": rule.if_field,
        "if_match": rule.if_match.to_json(),
        "then_field": rule.then_field,
        "then_match": rule.then_match.to_json(),
    });
    if let Some(err) = rule.then_err {
        json["then_err"] = err.into();
    }
    json
}

fn branching(branches: &Branches) -> Value {
    let mut json = json!({
        "if_field": branches.if_field,
        "if_match": branches.then.matches.to_json(),
        "then_at_least_one_of": branches.then.fields,
    });
    if let Some(err) = branches.then.err {
        json["then_err"] = err.into();
    }
    if let Some(otherwise) = &branches.otherwise {
        json["else_match"] = otherwise.matches.to_json();
        json["else_then_at_least_one_of"] = json!(otherwise.fields);
        if let Some(err) = otherwise.err {
            json["else_then_err"] = err.into();
        }
    }
    json
}

fn custom(sources: &[&'static str], when: RunWhen) -> Value {
    let mut json = json!({ "field_sources": sources });
    match when {
        RunWhen::Complete => {}
        RunWhen::Missing => json["run_with_missing_fields"] = true.into(),
        RunWhen::Invalid => json["run_with_invalid_fields"] = true.into(),
    }
    json
}

#[cfg(test)]
mod tests;
