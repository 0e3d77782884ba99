//! Everything that is wrong with a file, and the forms in which that is told.

use std::fmt;

use gibbon_schema::{Object, inline_table};
use serde_json::Value;

use crate::entry::Entry;
use crate::flattened::{Misfit, flatten, misfits};

/// Everything that is wrong with a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejection {
    fields: Object,
    outside: Object,
    flattened: Vec<Value>,
    pub(crate) misfits: Vec<Misfit>,
}

impl Rejection {
    pub(crate) fn new(fields: Object, entries: &[Entry<'_>]) -> Self {
        let (outside, flattened) = flatten(&fields, entries);
        let misfits = misfits(&fields, entries);
        Self { fields, outside, flattened, misfits }
    }

    /// What is wrong in the shape of the file: by kind, by place in the list (null where an element is fine), by field.
    pub fn fields(&self) -> &Object {
        &self.fields
    }

    /// What is wrong with single entities, each with all that is wrong with it, for those who made the file by program:
    /// `[{entity_type, entity_name, entity_id, entity_tags, entity, errors: [{type, field, message}]}]`.
    pub fn flattened(&self) -> &[Value] {
        &self.flattened
    }

    /// What is wrong and not in [`flattened`](Self::flattened), because it concerns no single entity.
    pub fn outside(&self) -> &Object {
        &self.outside
    }

    /// The line that answers carry about these faults.
    pub fn message(fields: &Object) -> String {
        format!("declarative config is invalid: {}", inline_table(&Value::Object(fields.clone())))
    }
}

/// Over several lines, as the command line shows it.
impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        for (name, fault) in &self.fields {
            describe(&format!("in '{name}'"), name, fault, 0, &mut lines);
        }
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Rejection {}

fn describe(what: &str, list: &str, fault: &Value, depth: usize, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    let inner: Vec<(String, &str, &Value)> = match fault {
        Value::Array(elements) => {
            let wrong = elements.iter().enumerate().filter(|(_, element)| !element.is_null());
            wrong.map(|(index, element)| (format!("- in entry {} of '{list}'", index + 1), list, element)).collect()
        }
        Value::Object(members) => {
            members.iter().map(|(name, member)| (format!("in '{name}'"), name.as_str(), member)).collect()
        }
        other => {
            let text = other.as_str().map_or_else(|| other.to_string(), str::to_owned);
            return lines.push(format!("{indent}{what}: {text}"));
        }
    };
    lines.push(format!("{indent}{what}:"));
    for (what, list, fault) in inner {
        describe(&what, list, fault, depth + 1, lines);
    }
}
