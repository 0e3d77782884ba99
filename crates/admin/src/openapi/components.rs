//! The shapes that operations name: records and bodies of every entity, and the answers that all have in common.

use gibbon_plugin_api::Registry;
use gibbon_runtime::Definitions;
use gibbon_schema::{EntityDef, Facing, Object};
use serde_json::{Value, json};

/// The entity whose bodies are specialised by plugins.
const PLUGINS: &str = "plugins";

/// The groups under which readers find operations.
pub(super) fn tags(definitions: &Definitions) -> Value {
    let fixed = [
        ("node", "What the node is and how it fares."),
        ("schemas", "What records and plugins look like."),
        ("history", "What was changed, and taking it back."),
    ];
    let fixed = fixed.into_iter().map(|(name, text)| json!({ "name": name, "description": text }));
    let kinds = definitions.iter().map(|def| json!({ "name": def.name }));
    fixed.chain(kinds).collect()
}

/// `components`.
pub(super) fn components(definitions: &Definitions, registry: &Registry) -> Value {
    json!({
        "schemas": schemas(definitions, registry),
        "responses": responses(),
        "securitySchemes": {
            "bearer": { "type": "http", "scheme": "bearer" },
            "admin_token": { "type": "apiKey", "in": "header", "name": "Kong-Admin-Token" },
        },
    })
}

/// The name of a component.
pub(super) fn name_of(kind: &str, facing: Facing) -> String {
    match facing {
        Facing::Shown => kind.to_owned(),
        Facing::New => format!("{kind}.new"),
        Facing::Change => format!("{kind}.change"),
    }
}

/// A reference to the component of a kind.
pub(super) fn reference(kind: &str, facing: Facing) -> Value {
    json!({ "$ref": format!("#/components/schemas/{}", name_of(kind, facing)) })
}

fn schemas(definitions: &Definitions, registry: &Registry) -> Object {
    let mut schemas = Object::new();
    for def in definitions.iter() {
        for facing in [Facing::Shown, Facing::New, Facing::Change] {
            schemas.insert(name_of(def.name, facing), def.json_schema(facing, None));
        }
    }
    if let Some(plugins) = definitions.get(PLUGINS) {
        add_plugins(&mut schemas, plugins, definitions, registry);
    }
    schemas.extend(own());
    schemas
}

/// A body that makes a plugin is one of those that its kinds of plugin have; which, its name says.
fn add_plugins(schemas: &mut Object, def: &EntityDef, definitions: &Definitions, registry: &Registry) {
    let mut names: Vec<&str> = registry.iter().map(|plugin| plugin.name).collect();
    names.sort_unstable();
    let mut mapping = Object::new();
    for name in names {
        let Some(schema) = definitions.plugin_schema(name) else { continue };
        let component = format!("{PLUGINS}.{name}");
        for facing in [Facing::Shown, Facing::New] {
            schemas.insert(name_of(&component, facing), def.json_schema(facing, Some(schema)));
        }
        mapping.insert(name.to_owned(), reference(&component, Facing::New)["$ref"].clone());
    }
    let alternatives: Vec<Value> = mapping.values().map(|target| json!({ "$ref": target })).collect();
    if !alternatives.is_empty() {
        let one = json!({ "oneOf": alternatives, "discriminator": { "propertyName": "name", "mapping": mapping } });
        schemas.insert(name_of(PLUGINS, Facing::New), one);
    }
}

/// What belongs to no entity.
fn own() -> [(String, Value); 3] {
    let text = || json!({ "type": "string" });
    let error = json!({
        "type": "object",
        "properties": {
            "code": { "type": "integer" },
            "name": text(),
            "message": text(),
            "fields": { "type": "object" },
            "options": { "type": "object" },
            "conflicts": { "type": "array", "items": { "type": "object" } },
        },
        "required": ["message"],
    });
    let schema = json!({
        "type": "object",
        "properties": {
            "fields": { "type": "array", "items": { "type": "object" } },
            "entity_checks": { "type": "array", "items": { "type": "object" } },
        },
    });
    let who = json!({ "type": "object", "properties": { "token": nullable("string"), "peer": nullable("string") } });
    let entry = json!({
        "type": "object",
        "properties": {
            "revision": { "type": "integer" },
            "at": { "type": "integer", "description": "Seconds since 1970." },
            "who": who,
            "method": text(),
            "path": text(),
            "entity": nullable("object"),
            "undoes": { "type": ["integer", "null"], "description": "The revision that was taken back." },
            "records": { "type": "integer", "description": "How many records were touched." },
            "changes": {
                "type": "array",
                "description": "The records before and after, without their secrets.",
                "items": { "type": "object" },
            },
        },
        "required": ["revision", "at", "who", "method", "path"],
    });
    [("error".to_owned(), error), ("schema".to_owned(), schema), ("history_entry".to_owned(), entry)]
}

fn nullable(type_name: &str) -> Value {
    json!({ "type": [type_name, "null"] })
}

/// The statuses that many operations have, with what they mean.
pub(super) const COMMON: [(u16, &str, &str); 14] = [
    (304, "not_modified", "The record is as `If-None-Match` says."),
    (400, "bad_request", "The body, the path or a parameter is not as it must be; `fields` says where."),
    (401, "unauthorized", "Tokens are asked for, and none that is known was sent."),
    (403, "forbidden", "The token may only read, or the web page that asks is not trusted."),
    (404, "not_found", "There is no such path or record."),
    (405, "method_not_allowed", "The path does not have this method."),
    (408, "timeout", "The body came too slowly."),
    (409, "conflict", "A unique value is taken, or other records stand in the way."),
    (412, "precondition_failed", "The record is not in the state that `If-Match` or `If-None-Match` asks for."),
    (413, "too_large", "The body is too large."),
    (415, "unsupported_media_type", "The body is neither JSON nor a form."),
    (429, "too_many_tries", "Too many wrong tokens came from this address."),
    (501, "not_implemented", "This gateway keeps nothing of the kind."),
    (503, "unavailable", "The store is not available; nothing was changed."),
];

fn responses() -> Object {
    let with_body = |description: &str| {
        json!({
            "description": description,
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/error" } } },
        })
    };
    let response = |(status, name, description): (u16, &str, &str)| {
        // These have no body.
        let response = match status {
            304 | 415 => json!({ "description": description }),
            _ => with_body(description),
        };
        (name.to_owned(), response)
    };
    COMMON.into_iter().map(response).collect()
}
