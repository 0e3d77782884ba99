//! Bodies without their secrets, for those who may see what was changed but not what opens doors.

use serde_json::Value;

use crate::field::{Field, Flag, Kind};
use crate::scope::{Context, Operation, Scope};
use crate::validate::is_reference;
use crate::{EntityDef, Environment, Object};

/// What stands in the place of a secret.
pub const MASK: &str = "******";

impl EntityDef {
    /// A stored body in which every secret is masked: what fields that are `secret`, `encrypted` or `referenceable`
    /// hold, and what is in no field that is declared here, since nobody knows what that is. A reference to a vault is
    /// no secret, and neither is null.
    pub fn masked(&self, body: &Object, env: &dyn Environment) -> Object {
        let scope = Scope::of(&self.schema, body, Context { entity: self.name, env, operation: Operation::Insert });
        masked(scope, body)
    }

    /// Whether a field holds a secret.
    pub fn is_secret(&self, field: &str) -> bool {
        self.schema.field(field).is_some_and(Field::is_secret)
    }
}

impl Field {
    fn is_secret(&self) -> bool {
        [Flag::Secret, Flag::Encrypted, Flag::Referenceable].into_iter().any(|flag| self.has(flag))
    }
}

fn masked(scope: Scope<'_>, body: &Object) -> Object {
    let member = |(name, value): (&String, &Value)| {
        let value = scope.field(name).map_or_else(|| hidden(value), |field| shown(field, value));
        (name.clone(), value)
    };
    body.iter().map(member).collect()
}

fn shown(field: &Field, value: &Value) -> Value {
    if field.is_secret() {
        return hidden(value);
    }
    match (&field.kind, value) {
        (Kind::Record(schema), Value::Object(record)) => masked(Scope::plain(schema), record).into(),
        (Kind::Array(element) | Kind::Set(element), Value::Array(values)) => {
            values.iter().map(|value| shown(element, value)).collect()
        }
        (Kind::Map { values, .. }, Value::Object(map)) => {
            map.iter().map(|(key, value)| (key.clone(), shown(values, value))).collect()
        }
        _ => value.clone(),
    }
}

/// The shape stays, so that it can be seen which of several values there are.
fn hidden(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        _ if is_reference(value) => value.clone(),
        Value::Array(values) => values.iter().map(hidden).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), hidden(value))).collect(),
        _ => MASK.into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{Fixed, object};
    use crate::{Schema, field, map_of, record, string};

    fn badge() -> EntityDef {
        let fields = [
            field("name").string(),
            field("code").string().secret(),
            field("pin").integer().encrypted(),
            field("address").string().referenceable(),
            field("spare").array_of(string().secret()),
            field("door").of(record([field("floor").integer(), field("key").string().secret()])),
            field("headers").of(map_of(string(), string().encrypted())),
            field("note").any_json(),
        ];
        EntityDef {
            name: "badges",
            collection: "badges",
            nested: "badges",
            endpoint_key: None,
            version: 1,
            schema: Schema::new(fields),
        }
    }

    fn masked(body: Value) -> Value {
        badge().masked(&object(body), &Fixed::default()).into()
    }

    #[test]
    fn secrets_are_masked_wherever_they_lie_and_nothing_else_is() {
        let body = json!({
            "name": "a", "code": "b", "pin": 7, "address": "c", "spare": ["d", null],
            "door": {"floor": 1, "key": "e"}, "headers": {"x": "f"}, "note": {"key": "g"},
        });
        let expected = json!({
            "name": "a", "code": MASK, "pin": MASK, "address": MASK, "spare": [MASK, null],
            "door": {"floor": 1, "key": MASK}, "headers": {"x": MASK}, "note": {"key": "g"},
        });
        assert_eq!(masked(body), expected);
    }

    #[test]
    fn what_is_in_no_field_that_is_known_is_masked() {
        let body = json!({"unknown": {"of": ["a", 1, null]}});
        assert_eq!(masked(body), json!({"unknown": {"of": [MASK, MASK, null]}}));
    }

    #[test]
    fn null_and_references_to_a_vault_are_no_secrets() {
        let body = json!({"code": null, "address": "{vault://env/address}"});
        assert_eq!(masked(body.clone()), body);
        assert!(badge().is_secret("code") && badge().is_secret("pin") && !badge().is_secret("name"));
    }

    #[test]
    fn that_a_field_is_secret_is_not_in_the_document_which_is_that_of_kong() {
        assert!(!badge().to_json().to_string().contains("secret"));
    }
}
