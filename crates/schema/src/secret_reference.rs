//! References to secrets, `{vault://…}`: where in a record they may stand, and a record with their values in place.

use serde_json::Value;

use crate::field::{Field, Flag, Kind};
use crate::scope::{Context, Operation, Scope};
use crate::validate::is_reference;
use crate::{EntityDef, Environment, Object, Schema};

impl EntityDef {
    /// The record with `resolve` of every reference in its place, or nothing where there is none. Only a field that is
    /// declared so may hold one; in any other, the text is the value.
    pub fn with_secrets(
        &self,
        record: &Object,
        env: &dyn Environment,
        resolve: &mut dyn FnMut(&str) -> String,
    ) -> Option<Object> {
        if !record.values().any(may_refer) {
            return None;
        }
        let cx = Context { entity: self.name, env, operation: Operation::Insert };
        let mut record = record.clone();
        let mut secrets = Secrets { resolve, found: 0 };
        secrets.within(Scope::of(&self.schema, &record.clone(), cx), &mut record);
        (secrets.found > 0).then_some(record)
    }
}

/// A quick look, since hardly any record holds one.
fn may_refer(value: &Value) -> bool {
    match value {
        Value::Array(elements) => elements.iter().any(may_refer),
        Value::Object(members) => members.values().any(may_refer),
        other => is_reference(other),
    }
}

/// The walk over a record.
struct Secrets<'r> {
    resolve: &'r mut dyn FnMut(&str) -> String,
    found: usize,
}

impl Secrets<'_> {
    fn within(&mut self, scope: Scope<'_>, record: &mut Object) {
        for field in scope.fields() {
            if let Some(value) = record.get_mut(field.name) {
                self.at(field, value);
            }
        }
    }

    fn at(&mut self, field: &Field, value: &mut Value) {
        match (&field.kind, value) {
            (Kind::Record(schema), Value::Object(members)) => self.record(schema, members),
            (Kind::Array(element) | Kind::Set(element), Value::Array(elements)) => {
                elements.iter_mut().for_each(|value| self.at(element, value));
            }
            (Kind::Map { values, .. }, Value::Object(members)) => {
                members.values_mut().for_each(|value| self.at(values, value));
            }
            (Kind::String, value) if field.has(Flag::Referenceable) && is_reference(value) => {
                self.found += 1;
                let secret = value.as_str().map(&mut *self.resolve);
                *value = secret.into();
            }
            _ => {}
        }
    }

    fn record(&mut self, schema: &Schema, members: &mut Object) {
        self.within(Scope::plain(schema), members);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use uuid::Uuid;

    use crate::{EntityDef, Environment, Schema, Subschema, array_of, field, map_of, record, string};

    /// A plugin `letters` with a secret in its configuration.
    struct Plugins(Subschema);

    impl Environment for Plugins {
        fn now(&self) -> i64 {
            0
        }

        fn new_id(&self) -> Uuid {
            Uuid::nil()
        }

        fn random_string(&self) -> String {
            String::new()
        }

        fn subschema(&self, _entity: &str, key: &str) -> Option<&Subschema> {
            (key == "letters").then_some(&self.0)
        }
    }

    fn resolved(value: Value) -> Option<Value> {
        let seal = record([field("seal").string().referenceable(), field("colour").string()]);
        let letters = Subschema::new("letters", [field("config").of(seal)]);
        let fields = [
            field("name").string(),
            field("open").string(),
            field("secret").string().referenceable(),
            field("list").of(array_of(string().referenceable())),
            field("map").of(map_of(string(), string().referenceable())),
            field("config").record([]),
        ];
        let schema = Schema::new(fields).subschemas_of_environment("name", str::to_owned);
        let def = EntityDef {
            name: "plugins",
            collection: "plugins",
            nested: "plugins",
            endpoint_key: None,
            version: 1,
            schema,
        };
        let Value::Object(record) = value else { panic!("a record is an object") };
        def.with_secrets(&record, &Plugins(letters), &mut |reference| reference.len().to_string()).map(Value::from)
    }

    #[test]
    fn references_give_way_wherever_a_field_may_hold_one() {
        let written =
            json!({"secret": "{vault://e/a}", "list": ["x", "{vault://e/ab}"], "map": {"k": "{vault://e/abc}"}});
        let expected = json!({"secret": "13", "list": ["x", "14"], "map": {"k": "15"}});
        assert_eq!(resolved(written), Some(expected));
    }

    #[test]
    fn a_plugin_says_itself_where_its_secrets_stand() {
        let written = json!({"name": "letters", "config": {"seal": "{vault://e/a}", "colour": "{vault://e/a}"}});
        let expected = json!({"name": "letters", "config": {"seal": "13", "colour": "{vault://e/a}"}});
        assert_eq!(resolved(written), Some(expected));
    }

    #[test]
    fn any_other_field_keeps_its_text_and_a_record_without_references_is_left_alone() {
        assert_eq!(resolved(json!({"open": "{vault://e/a}"})), None);
        assert_eq!(resolved(json!({"secret": "plain", "list": [], "map": null})), None);
    }
}
