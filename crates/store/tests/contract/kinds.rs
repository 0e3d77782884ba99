//! Entities for the tests: a few of each way to be unique, to refer and to live.

use std::sync::LazyLock;

use gibbon_schema::{EntityDef, Field, Object, OnDelete, Schema, field, string};
use serde_json::{Value, json};
use uuid::Uuid;

/// No ids, where a list of them is expected.
pub(crate) const NOTHING: [Uuid; 0] = [];

static DEFINITIONS: LazyLock<Vec<EntityDef>> = LazyLock::new(definitions);

pub(crate) fn def(kind: &str) -> &'static EntityDef {
    DEFINITIONS.iter().find(|def| def.name == kind).unwrap()
}

/// A definition that is a version ahead of what the stores of the tests know.
pub(crate) fn newer(kind: &str) -> EntityDef {
    let mut def = definitions().into_iter().find(|def| def.name == kind).unwrap();
    def.version += 1;
    def
}

pub(crate) fn definitions() -> Vec<EntityDef> {
    vec![
        entity("services", Schema::new([name(), tags()])),
        entity("routes", Schema::new([name(), field("service").foreign("services"), tags()])),
        entity(
            "consumers",
            Schema::new([field("username").string().unique(), field("custom_id").string().unique(), tags()]),
        ),
        entity("credentials", Schema::new([field("key").string().unique(), owner("consumer"), tags()]).with_ttl()),
        entity(
            "grants",
            Schema::new([
                field("credential").foreign("credentials").on_delete(OnDelete::Cascade),
                field("holder").foreign("consumers").on_delete(OnDelete::Restrict),
            ]),
        ),
        entity(
            "plugins",
            Schema::new([field("name").string(), owner("service"), owner("consumer")])
                .unique_together("name,service,consumer"),
        ),
        entity("certificates", Schema::new([field("config").any_json()])),
        entity(
            "snis",
            Schema::new([
                field("name").string(),
                field("certificate").foreign("certificates").on_delete(OnDelete::SetNull),
            ])
            .unique_together("name,certificate"),
        ),
        entity(
            "folders",
            Schema::new([
                field("parent").foreign("folders").on_delete(OnDelete::Cascade),
                field("pinned").foreign("credentials").on_delete(OnDelete::Restrict),
            ])
            .with_ttl(),
        ),
    ]
}

fn entity(name: &'static str, schema: Schema) -> EntityDef {
    EntityDef { name, collection: name, nested: name, endpoint_key: None, version: 1, schema }
}

fn name() -> Field {
    field("name").string().unique()
}

fn tags() -> Field {
    field("tags").set_of(string())
}

/// A reference to a record of the plural's kind, with which this record goes.
fn owner(field_name: &'static str) -> Field {
    let target = if field_name == "service" { "services" } else { "consumers" };
    field(field_name).foreign(target).on_delete(OnDelete::Cascade)
}

pub(crate) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(crate) fn id_of(body: &Object) -> Uuid {
    Uuid::parse_str(body["id"].as_str().unwrap()).unwrap()
}

/// A copy of `body` with another value in one field.
pub(crate) fn with(body: &Object, field: &str, value: Value) -> Object {
    let mut body = body.clone();
    body.insert(field.to_owned(), value);
    body
}

/// How a body refers to the record with that number.
pub(crate) fn reference(number: u128) -> Value {
    json!({"id": id(number).to_string()})
}

fn body(number: u128, fields: Value) -> Object {
    let mut body = Object::new();
    body.insert("id".to_owned(), json!(id(number).to_string()));
    body.insert("created_at".to_owned(), json!(1_700_000_000));
    body.insert("updated_at".to_owned(), json!(1_700_000_001));
    body.extend(fields.as_object().cloned().unwrap());
    body
}

pub(crate) fn service(number: u128, name: &str) -> Object {
    body(number, json!({"name": name, "tags": null}))
}

pub(crate) fn tagged_service(number: u128, tags: &[&str]) -> Object {
    body(number, json!({"name": null, "tags": tags}))
}

pub(crate) fn route(number: u128, service: u128) -> Object {
    body(number, json!({"name": null, "service": reference(service), "tags": null}))
}

pub(crate) fn consumer(number: u128, username: &str) -> Object {
    body(number, json!({"username": username, "custom_id": null, "tags": null}))
}

pub(crate) fn credential(number: u128, consumer: u128, key: &str) -> Object {
    body(number, json!({"key": key, "consumer": reference(consumer), "ttl": null, "tags": null}))
}

pub(crate) fn grant(number: u128, credential: u128) -> Object {
    body(number, json!({"credential": reference(credential), "holder": null}))
}

/// A plugin with the given service and consumer, if any.
pub(crate) fn plugin(number: u128, name: &str, service: Option<u128>, consumer: Option<u128>) -> Object {
    body(number, json!({"name": name, "service": service.map(reference), "consumer": consumer.map(reference)}))
}

pub(crate) fn certificate(number: u128) -> Object {
    body(number, json!({}))
}

pub(crate) fn sni(number: u128, name: &str, certificate: Option<u128>) -> Object {
    body(number, json!({"name": name, "certificate": certificate.map(reference)}))
}

pub(crate) fn folder(number: u128, parent: Option<u128>) -> Object {
    body(number, json!({"parent": parent.map(reference), "pinned": null, "ttl": null}))
}
