//! What the tests of this crate need: a fixed environment and a way to say "this field, this value, this violation".

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Deprecation, EntityDef, Environment, Field, Object, OnDelete, RunWhen, Schema, Shorthand, Subschema, Violations,
    array_of, at_least_one_of, conditional, custom_check, distinct, field, map_of, matching, number, record, set_of,
    shorthand, string, typedefs,
};

pub(crate) const NOW: i64 = 1_700_000_000;
pub(crate) const ID: &str = "0a1b2c3d-0000-4000-8000-00000000000f";
pub(crate) const OTHER_ID: &str = "0a1b2c3d-0000-4000-8000-000000000001";

/// An environment in which nothing is left to chance.
#[derive(Default)]
pub(crate) struct Fixed {
    subschemas: Vec<Subschema>,
}

impl Fixed {
    pub(crate) fn with(subschema: Subschema) -> Self {
        Self { subschemas: vec![subschema] }
    }
}

impl Environment for Fixed {
    fn now(&self) -> i64 {
        NOW
    }

    fn new_id(&self) -> Uuid {
        ID.parse().unwrap()
    }

    fn random_string(&self) -> String {
        "r".repeat(32)
    }

    fn subschema(&self, entity: &str, key: &str) -> Option<&Subschema> {
        self.subschemas.iter().find(|subschema| entity == "gadgets" && subschema.name == key)
    }
}

pub(crate) fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

pub(crate) fn entity(schema: Schema) -> EntityDef {
    EntityDef { name: "things", collection: "things", nested: "things", endpoint_key: None, version: 1, schema }
}

pub(crate) fn insert(def: &EntityDef, body: Value) -> Result<Value, Violations> {
    def.prepare_insert(object(body), &Fixed::default()).map(Value::Object)
}

pub(crate) fn update(def: &EntityDef, existing: &Value, patch: Value) -> Result<Value, Violations> {
    def.prepare_update(&object(existing.clone()), object(patch), &Fixed::default()).map(Value::Object)
}

/// What a record of one field, `f`, becomes: its value, or its violation.
pub(crate) fn judge(definition: Field, value: Value) -> Result<Value, Value> {
    let def = entity(Schema::new([field("f").of(definition)]));
    match insert(&def, json!({ "f": value })) {
        Ok(record) => Ok(record["f"].clone()),
        Err(violations) => Err(violations.fields()["f"].clone()),
    }
}

/// An entity that has something of everything.
pub(crate) fn everything() -> EntityDef {
    let limits = record([
        field("low").number().default(0.5).between(0, 10),
        field("high").integer(),
        field("deep").record([field("on").boolean().required().default(true)]).required(),
    ]);
    let fields = [
        field("id").of(typedefs::uuid()),
        field("created_at").of(typedefs::auto_timestamp_s()),
        field("updated_at").of(typedefs::auto_timestamp_s()),
        field("seen_at").of(typedefs::auto_timestamp_ms()),
        field("name").of(typedefs::utf8_name()),
        field("secret").string().auto().referenceable().encrypted(),
        field("kind").string().default("plain").one_of(["plain", "fancy"]),
        field("tags").of(typedefs::tags()),
        field("ids").of(array_of(string().uuid())),
        field("ports").of(set_of(typedefs::port())),
        field("headers").of(map_of(typedefs::header_name(), array_of(string()))),
        field("limits").of(limits.shorthands([old_low()])).required(),
        field("spots").of(set_of(record([field("x").number(), field("y").number()]))),
        field("owner").foreign("people").on_delete(OnDelete::Cascade),
        field("extra").any_json(),
    ];
    let checks = [
        at_least_one_of(["name", "kind"]),
        conditional("kind", matching().eq("fancy"), "limits.high", matching().required().gt(3)),
        distinct(["name", "secret"]),
        custom_check(["limits.low", "limits.high"], ordered).run_when(RunWhen::Complete),
    ];
    let pair = shorthand(field("pair").string(), |pair| object(json!({ "name": pair, "limits": { "high": 7 } })));
    entity(Schema::new(fields).entity_checks(checks).shorthands([pair]).with_ttl())
}

fn old_low() -> Shorthand {
    let deprecation =
        Deprecation { message: "use low", removal_in_version: "4.0", old_default: None, replaced_with: vec![&["low"]] };
    Shorthand::renamed(field("minimum").of(number()).deprecated(deprecation), &["low"]).read_back()
}

fn ordered(record: &Object) -> Result<(), String> {
    let at = |name: &str| record["limits"][name].as_f64();
    match (at("low"), at("high")) {
        (Some(low), Some(high)) if low > high => Err("low must not be above high".to_owned()),
        _ => Ok(()),
    }
}
