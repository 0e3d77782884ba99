//! Entities, an environment in which only the present and random values change, and short ways to load.

use std::sync::atomic::{AtomicI64, Ordering};

use gibbon_declarative::{Declaration, Document, Kinds, Notation, Rejection, load};
use gibbon_schema::typedefs::{auto_timestamp_s, tags, uuid};
use gibbon_schema::{
    EntityDef, Environment, Field, Object, OnDelete, Schema, Subschema, Transformation, field, record,
};
use serde_json::Value;
use uuid::Uuid;

pub(crate) struct World {
    pub(crate) entities: Vec<EntityDef>,
    plugin: Subschema,
    now: AtomicI64,
}

impl World {
    pub(crate) fn new() -> Self {
        let mut entities = gibbon_entities::core_definitions(Default::default());
        entities.extend([credentials(), pools(), members(), logins()]);
        let config =
            field("config").of(record([field("limit").integer().default(5), field("mode").string()])).required();
        Self { entities, plugin: Subschema::new("limiter", [config]), now: AtomicI64::new(1_700_000_000) }
    }

    pub(crate) fn kinds(&self) -> Kinds<'_> {
        Kinds::new(&self.entities)
    }

    pub(crate) fn pass_time(&self) {
        self.now.fetch_add(1000, Ordering::Relaxed);
    }

    pub(crate) fn load(&self, text: &str) -> Result<Declaration<'_>, Box<Rejection>> {
        load(&Document::read(text, Notation::Either).unwrap(), &self.kinds(), self)
    }

    /// The records of a file by kind and id.
    pub(crate) fn records(&self, text: &str) -> Vec<(String, Object)> {
        let declared = self.load(text).unwrap_or_else(|rejection| panic!("{rejection}\n{text}"));
        let mut records: Vec<_> =
            declared.records.into_iter().map(|(def, record)| (def.name.to_owned(), record)).collect();
        records.sort_by_key(|(kind, record)| (kind.clone(), record["id"].to_string()));
        records
    }

    /// The only record of a kind in a file.
    pub(crate) fn only(&self, text: &str, kind: &str) -> Object {
        let mut found = self.records(text).into_iter().filter(|(name, _)| name == kind);
        let record = found.next().unwrap().1;
        assert!(found.next().is_none());
        record
    }

    pub(crate) fn fields(&self, text: &str) -> Value {
        Value::Object(self.load(text).unwrap_err().fields().clone())
    }
}

impl Environment for World {
    fn now(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }

    fn new_id(&self) -> Uuid {
        panic!("ids of declared records are not random")
    }

    fn random_string(&self) -> String {
        Uuid::new_v4().simple().to_string()
    }

    fn subschema(&self, entity: &str, key: &str) -> Option<&Subschema> {
        Some(&self.plugin).filter(|plugin| entity == "plugins" && key == plugin.name)
    }
}

fn entity(name: &'static str, endpoint_key: Option<&'static str>, schema: Schema) -> EntityDef {
    EntityDef { name, collection: name, nested: name, endpoint_key, version: 1, schema }
}

fn with_id(fields: impl IntoIterator<Item = Field>) -> Vec<Field> {
    [field("id").of(uuid()), field("created_at").of(auto_timestamp_s())].into_iter().chain(fields).collect()
}

/// Keys of consumers, made where none are given.
fn credentials() -> EntityDef {
    let fields = with_id([
        field("consumer").foreign("consumers").required().on_delete(OnDelete::Cascade),
        field("key").string().unique().auto(),
        field("tags").of(tags()),
    ]);
    entity("credentials", Some("key"), Schema::new(fields).with_ttl())
}

fn pools() -> EntityDef {
    entity("pools", Some("name"), Schema::new(with_id([field("name").string().required().unique()])))
}

/// Members of pools, whose names are unique below their pool only.
fn members() -> EntityDef {
    let fields = with_id([
        field("pool").foreign("pools").required().on_delete(OnDelete::Cascade),
        field("target").string().required(),
        field("weight").integer().default(100),
    ]);
    entity("members", Some("target"), Schema::new(fields))
}

/// Something with a password that is stored as something else.
fn logins() -> EntityDef {
    let hash = Transformation::new(["password"], [], |record| {
        let hash = format!("#{}", record["password"].as_str().unwrap_or_default());
        record.insert("password".to_owned(), hash.into());
        Ok(())
    });
    let fields = with_id([
        field("consumer").foreign("consumers").required().on_delete(OnDelete::Cascade),
        field("username").string().required().unique(),
        field("password").string().required(),
        field("group").string(),
    ]);
    entity("logins", Some("username"), Schema::new(fields).transformations([hash]).unique_together("consumer,group"))
}
