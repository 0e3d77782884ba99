//! What files of configuration need to know of an entity beyond what a single record does.

use serde_json::Value;

use crate::field::{Field, Flag};
use crate::scope::Operation;
use crate::{EntityDef, Environment, Object, Violations};

impl EntityDef {
    /// A complete record made of one that has been stored before and is read back from a file: as
    /// [`prepare_insert`](Self::prepare_insert), but nothing is computed from it again (a password stays the hash that
    /// it is).
    ///
    /// # Errors
    /// All violations of the body.
    pub fn prepare_stored(&self, input: Object, env: &dyn Environment) -> Result<Object, Violations> {
        self.preparation(env, Operation::Insert).of_transformed().insert(input)
    }

    /// Rewrites a record that comes from a file of a format before 3.0.
    pub fn rewrite_former(&self, body: &mut Object) {
        if let Some(rewrite) = self.schema.former {
            rewrite(body);
        }
    }

    /// Whether no two records have the same value in a field.
    pub fn is_unique(&self, field: &str) -> bool {
        self.has_flag(field, Flag::Unique)
    }

    /// Whether the gateway makes the value of a field where none is given.
    pub fn is_auto(&self, field: &str) -> bool {
        self.has_flag(field, Flag::Auto)
    }

    /// Whether a field must have a value.
    pub fn is_required(&self, field: &str) -> bool {
        self.schema.field(field).is_some_and(Field::is_required)
    }

    /// Whether leaving a field out is the same as setting it to null.
    pub fn is_null_when_absent(&self, field: &str) -> bool {
        self.schema.field(field).is_some_and(|field| {
            let has_default = field.default.as_ref().is_some_and(|default| !default.is_null());
            !has_default && !field.is_required() && !field.has(Flag::Auto)
        })
    }

    /// A record that was just prepared, with the time of its last change as a file gives it: what is written to a file
    /// and read back is then the same record.
    #[must_use]
    pub fn with_former_change(&self, mut record: Object, given: Option<&Value>) -> Object {
        let time = given.filter(|time| time.as_f64().is_some_and(|seconds| seconds > 0.0));
        if let (Some(time), Some(present)) = (time, record.get_mut("updated_at"))
            && (time.is_i64() || present.is_f64())
        {
            *present = time.clone();
        }
        record
    }

    fn has_flag(&self, field: &str, flag: Flag) -> bool {
        self.schema.field(field).is_some_and(|field| field.has(flag))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{Fixed, object};
    use crate::{Schema, Transformation, field, typedefs};

    fn definition() -> EntityDef {
        let fields = [
            field("id").of(typedefs::uuid()),
            field("updated_at").of(typedefs::auto_timestamp_s()),
            field("name").string().unique(),
            field("password").string().required(),
            field("size").integer().default(3),
        ];
        let shout = Transformation::new(["password"], [], |record| {
            let loud = record["password"].as_str().unwrap_or_default().to_uppercase();
            record.insert("password".to_owned(), loud.into());
            Ok(())
        });
        let former = |body: &mut Object| drop(body.insert("size".to_owned(), 9.into()));
        let schema = Schema::new(fields).transformations([shout]).former_files(former);
        EntityDef { name: "logins", collection: "logins", nested: "logins", endpoint_key: None, version: 1, schema }
    }

    #[test]
    fn what_was_stored_before_is_not_transformed_again() {
        let def = definition();
        let body = object(json!({"password": "hash"}));
        assert_eq!(def.prepare_insert(body.clone(), &Fixed::default()).unwrap()["password"], "HASH");
        assert_eq!(def.prepare_stored(body, &Fixed::default()).unwrap()["password"], "hash");
        assert!(def.prepare_stored(Object::new(), &Fixed::default()).is_err());
    }

    #[test]
    fn a_record_of_an_old_file_is_rewritten() {
        let mut body = Object::new();
        definition().rewrite_former(&mut body);
        assert_eq!(body["size"], 9);
    }

    #[test]
    fn the_time_of_the_last_change_is_kept_where_it_is_one() {
        let def = definition();
        let record = || object(json!({"updated_at": 50}));
        let kept = |given| def.with_former_change(record(), Some(&given))["updated_at"].clone();
        assert_eq!(kept(json!(7)), 7);
        for none in [json!(null), json!("7"), json!(0), json!(-1), json!(7.5)] {
            assert_eq!(kept(none.clone()), 50, "{none}");
        }
    }

    #[test]
    fn facts_of_fields_are_told() {
        let def = definition();
        assert!(def.is_unique("name") && !def.is_unique("size"));
        assert!(def.is_auto("id") && !def.is_auto("name"));
        assert!(def.is_required("password") && !def.is_required("name"));
        assert!(def.is_null_when_absent("name"));
        assert!(!["size", "id", "password", "nothing"].iter().any(|field| def.is_null_when_absent(field)));
    }
}
