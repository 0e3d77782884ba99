//! What plugins want logs to say of a request, beside what all of them say.

use gibbon_schema::Object;
use serde_json::Value;

/// Names and values. Nothing is allocated as long as no plugin says anything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LogValues(Vec<(&'static str, Value)>);

impl LogValues {
    /// Says `value` under `name`, in place of what was said there before.
    pub fn set(&mut self, name: &'static str, value: Value) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// Adds members to the object under `name`.
    pub fn merge(&mut self, name: &'static str, members: Object) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, Value::Object(old))) => old.extend(members),
            _ if members.is_empty() => {}
            _ => self.set(name, Value::Object(members)),
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_said_last_counts_and_members_add_up() {
        let mut values = LogValues::default();
        values.set("a", json!(1));
        values.set("a", json!(2));
        values.merge("ids", Object::new());
        for members in [json!({ "x": 1 }), json!({ "y": 2 })] {
            values.merge("ids", members.as_object().unwrap().clone());
        }
        let all: Vec<_> = values.iter().collect();
        assert_eq!(all, [("a", &json!(2)), ("ids", &json!({ "x": 1, "y": 2 }))]);
    }
}
