//! What can be asked of a path, and what can come back.

use gibbon_runtime::Definitions;
use gibbon_schema::{EntityDef, Facing, Object};
use serde_json::{Value, json};

use super::components::{COMMON, reference};
use super::fixed;
use crate::crud::Place;
use crate::dispatch::{Described, Endpoint};

/// The path item of a path.
pub(super) fn of_path(path: &Described, definitions: &Definitions) -> Value {
    let mut item = Object::new();
    if !path.parameters.is_empty() {
        item.insert("parameters".to_owned(), path.parameters.iter().map(|name| segment(name, definitions)).collect());
    }
    for method in path.endpoint.methods() {
        // HEAD is as GET, and OPTIONS is there everywhere: neither says anything new.
        let operation = match (path.endpoint, *method) {
            (_, "HEAD" | "OPTIONS") => continue,
            (Endpoint::Records(place), method) => of_records(place, method, definitions),
            (endpoint, method) => Some(fixed::operation(endpoint, method)),
        };
        if let Some(mut operation) = operation {
            operation["operationId"] = operation_id(&path.template, method).into();
            item.insert(method.to_ascii_lowercase(), operation);
        }
    }
    item.into()
}

fn segment(name: &str, definitions: &Definitions) -> Value {
    let of_records = |def: &EntityDef| match def.endpoint_key {
        Some(key) => format!("The id or the `{key}` of the record."),
        None => "The id of the record.".to_owned(),
    };
    let description = definitions.get(name).map_or_else(|| format!("The {name}."), of_records);
    json!({ "name": name, "in": "path", "required": true, "description": description, "schema": { "type": "string" } })
}

/// `get_services_plugins_by_plugins`
fn operation_id(template: &str, method: &str) -> String {
    let mut id = method.to_ascii_lowercase();
    for segment in template.split('/').filter(|segment| !segment.is_empty()) {
        let name = segment.trim_matches(['{', '}']);
        id.push_str(if segment.starts_with('{') { "_by_" } else { "_" });
        id.extend(name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }));
    }
    id
}

fn of_records(place: Place, method: &str, definitions: &Definitions) -> Option<Value> {
    let kind = place.kind();
    definitions.get(kind)?;
    let shown = reference(kind, Facing::Shown);
    let is_below = !matches!(place, Place::Collection { .. });
    Some(match (place.is_collection(), method) {
        (true, "GET") => listed(kind, definitions),
        (true, "POST") => {
            let operation = writing(kind, "Make a record.", Some(Facing::New));
            let failures: &[u16] = if is_below { &[404, 409] } else { &[409] };
            with_responses(operation, (201, shown), &[WRITE, failures].concat())
        }
        (_, "GET") => {
            let operation = json!({ "summary": "Show a record.", "tags": [kind], "parameters": [header("If-None-Match"), header("If-Match")] });
            with_responses(operation, (200, shown), &[READ, &[304, 404, 412]].concat())
        }
        (_, "PUT") => {
            let operation = conditional(writing(kind, "Make or replace a record as a whole.", Some(Facing::New)));
            with_responses(operation, (200, shown), &[WRITE, &[404, 409, 412]].concat())
        }
        (_, "PATCH") => {
            let operation = conditional(writing(kind, "Change some fields of a record.", Some(Facing::Change)));
            with_responses(operation, (200, shown), &[WRITE, &[404, 409, 412]].concat())
        }
        (_, "DELETE") => {
            let operation = conditional(writing(kind, "Delete a record, and what hangs on it.", None));
            with_responses(operation, (204, Value::Null), &[WRITE, &[404, 412]].concat())
        }
        _ => return None,
    })
}

/// What any reading operation can answer.
pub(super) const READ: &[u16] = &[400, 401, 403, 408, 413, 429, 503];

/// What any writing operation can answer. 405 is what all of them answer where records come from a file.
pub(super) const WRITE: &[u16] = &[400, 401, 403, 405, 408, 413, 415, 429, 503];

fn listed(kind: &str, definitions: &Definitions) -> Value {
    let has_tags = definitions.get(kind).is_some_and(|def| def.has_field("tags"));
    let mut parameters = paging();
    if has_tags {
        let text = "Only records with all of these tags (`a,b`) or with any of them (`a/b`).";
        parameters.push(json!({ "name": "tags", "in": "query", "description": text, "schema": { "type": "string" } }));
    }
    let operation = json!({ "summary": "List records.", "tags": [kind], "parameters": parameters });
    with_responses(operation, (200, page(&reference(kind, Facing::Shown))), &[READ, &[404]].concat())
}

/// The parameters of every listing.
pub(super) fn paging() -> Vec<Value> {
    let size = json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 });
    vec![
        json!({ "name": "size", "in": "query", "description": "How many at once.", "schema": size }),
        json!({
            "name": "offset",
            "in": "query",
            "description": "Where to go on: the `offset` of the page before.",
            "schema": { "type": "string" },
        }),
    ]
}

/// A page of something.
pub(super) fn page(item: &Value) -> Value {
    json!({
        "type": "object",
        "properties": {
            "data": { "type": "array", "items": item },
            "next": { "type": ["string", "null"], "description": "The path of the next page." },
            "offset": { "type": "string" },
        },
        "required": ["data", "next"],
    })
}

fn writing(kind: &str, summary: &str, body: Option<Facing>) -> Value {
    let mut operation = json!({ "summary": summary, "tags": [kind] });
    if let Some(facing) = body {
        operation["requestBody"] = body_of(&reference(kind, facing));
    }
    operation
}

/// A body; forms take the same members, as text.
pub(super) fn body_of(schema: &Value) -> Value {
    json!({ "content": { "application/json": { "schema": schema } } })
}

fn conditional(mut operation: Value) -> Value {
    operation["parameters"] = json!([header("If-Match"), header("If-None-Match")]);
    operation
}

fn header(name: &str) -> Value {
    json!({ "name": name, "in": "header", "description": "Entity tags, or `*`.", "schema": { "type": "string" } })
}

/// The operation with its answer when all goes well, and those that can come instead.
pub(super) fn with_responses(mut operation: Value, success: (u16, Value), others: &[u16]) -> Value {
    let (status, schema) = success;
    let good = match schema {
        Value::Null => json!({ "description": "Done." }),
        schema => json!({ "description": "Done.", "content": { "application/json": { "schema": schema } } }),
    };
    let mut responses = Object::from_iter([(status.to_string(), good)]);
    for (status, name, _) in COMMON.iter().filter(|(status, ..)| others.contains(status)) {
        responses.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/{name}") }));
    }
    operation["responses"] = responses.into();
    operation
}
