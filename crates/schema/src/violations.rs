//! What is wrong with a record, by field, and the one line that says it all.

use std::fmt;

use serde_json::Value;

use crate::Object;
use crate::pretty::{bytewise, table};

/// The member of [`Violations::fields`] under which what concerns the whole record is listed.
pub(crate) const ENTITY: &str = "@entity";

/// Everything that is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violations {
    fields: Object,
}

impl Violations {
    pub(crate) fn new(fields: Object) -> Self {
        Self { fields }
    }

    /// The same violation that validation would report, for a rule that only a caller can check.
    pub fn of_field(field: &str, text: impl Into<String>) -> Self {
        let mut fields = Object::new();
        fields.insert(field.to_owned(), Value::String(text.into()));
        Self { fields }
    }

    /// The violations by field, in the order of declaration: a text, an array with null where an element is fine, or
    /// an object for the members of a record. `@entity` lists what concerns the record as a whole.
    pub fn fields(&self) -> &Object {
        &self.fields
    }

    /// All violations in one line: `2 schema violations (a: x; b.c: y)`; those of the whole record first, then fields
    /// sorted by name. Anything deeper than two levels is written as a Lua table, as Kong does.
    pub fn message(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for text in self.fields.get(ENTITY).and_then(Value::as_array).into_iter().flatten() {
            parts.push(text.as_str().unwrap_or_default().to_owned());
        }
        let mut names: Vec<_> = self.fields.keys().filter(|name| *name != ENTITY).collect();
        names.sort_unstable();
        for name in names {
            describe(name, &self.fields[name], &mut parts);
        }
        match parts.as_slice() {
            [only] => format!("schema violation ({only})"),
            all => format!("{} schema violations ({})", all.len(), all.join("; ")),
        }
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for Violations {}

fn describe(name: &str, violation: &Value, parts: &mut Vec<String>) {
    match violation {
        Value::Array(elements) => {
            let wrong = elements.iter().enumerate().filter(|(_, element)| !element.is_null());
            parts.extend(wrong.map(|(index, element)| format!("{name}.{}: {}", index + 1, text(element))));
        }
        Value::Object(members) => {
            let members = bytewise(members);
            parts.extend(members.into_iter().map(|(member, inner)| format!("{name}.{member}: {}", text(inner))));
        }
        other => parts.push(format!("{name}: {}", text(other))),
    }
}

fn text(violation: &Value) -> String {
    match violation {
        Value::String(text) => text.clone(),
        nested => table(nested),
    }
}
