//! What the tests of all entities need.

use gibbon_schema::{
    EntityDef, Environment, Object, Subschema, Violations, conditional, field, matching, set_of, string,
};
use serde_json::Value;
use uuid::Uuid;

/// An environment in which nothing is left to chance, with one plugin.
pub(crate) struct Fixed {
    plugin: Subschema,
}

pub(crate) const NOW: i64 = 1_700_000_000;
pub(crate) const ID: &str = "0a1b2c3d-0000-4000-8000-00000000000f";

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
        (entity == "plugins" && key == self.plugin.name).then_some(&self.plugin)
    }
}

/// The environment.
pub(crate) fn env() -> Fixed {
    let config = [
        field("names").of(set_of(string())).default(Vec::from(["key"])),
        field("claims").of(set_of(string().one_of(["exp", "nbf"]))),
        field("limit").number().default(0).between(0, 100),
        field("strict").boolean().required().default(false),
    ];
    let plugin = Subschema::new(
        "guard",
        [
            field("consumer").of(crate::typedefs::no_consumer()),
            field("protocols").of(crate::typedefs::protocols_http()),
            field("config").record(config).required(),
        ],
    );
    let limit_needs_exp = conditional("config.limit", matching().gt(0), "config.claims", matching().contains("exp"));
    Fixed { plugin: plugin.entity_checks([limit_needs_exp]) }
}

pub(crate) fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

pub(crate) fn inserted(def: &EntityDef, body: Value) -> Object {
    def.prepare_insert(object(body), &env()).unwrap()
}

pub(crate) fn violations(def: &EntityDef, body: Value) -> Violations {
    def.prepare_insert(object(body), &env()).unwrap_err()
}

pub(crate) fn updated(def: &EntityDef, existing: &Object, patch: Value) -> Result<Object, Violations> {
    def.prepare_update(existing, object(patch), &env())
}
