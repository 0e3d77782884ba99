//! The OpenAPI document of this API, made of the declarations that the API itself is made of: paths of the table,
//! bodies of the entities, configurations of the plugins.
//!
//! `operations` says what can be asked of a path and what can come back, `components` has the shapes, `fixed` the words
//! for what is not a record.

mod components;
mod fixed;
mod operations;

use gibbon_plugin_api::Registry;
use gibbon_runtime::Definitions;
use gibbon_schema::Object;
use serde_json::{Value, json};

use crate::dispatch::PathTable;

/// The document, for a gateway of that version with these entities and plugins.
pub fn openapi(definitions: &Definitions, registry: &Registry, version: &str) -> Value {
    document(&PathTable::new(definitions, registry), definitions, registry, version)
}

/// The same with a table that is there already.
pub(crate) fn document(table: &PathTable, definitions: &Definitions, registry: &Registry, version: &str) -> Value {
    let mut paths = Object::new();
    for path in table.described() {
        // Of two paths that look the same only the first is ever reached.
        paths.entry(path.template.clone()).or_insert_with(|| operations::of_path(&path, definitions));
    }
    paths.sort_keys();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Gibbon Admin API",
            "version": version,
            "description": "Everything that a Gibbon gateway does is configured here. Names, shapes and messages are those of Kong Gateway 3.10.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "http://localhost:8001" }],
        "security": [{}, { "bearer": [] }, { "admin_token": [] }],
        "tags": components::tags(definitions),
        "paths": paths,
        "components": components::components(definitions, registry),
    })
}
