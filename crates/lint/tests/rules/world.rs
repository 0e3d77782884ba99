//! Configurations as literals.

use std::sync::Arc;

use gibbon_plugin_api::Registry;
use gibbon_runtime::{Definitions, Snapshot};
use gibbon_schema::Object;
use serde_json::{Value, json};
use uuid::Uuid;

/// A configuration with the plugins of the gateway.
pub(crate) struct World {
    definitions: Arc<Definitions>,
    registry: Registry,
    records: Vec<(&'static str, Object)>,
}

/// An id that is easy to tell from others.
pub(crate) fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x4000_8000_0000_0000_0000 | number)
}

impl World {
    pub(crate) fn new() -> Self {
        let registry = gibbon_plugins::registry::registry();
        Self { definitions: Arc::new(Definitions::new(&registry)), registry, records: Vec::new() }
    }

    /// Adds a record with `id(number)`.
    pub(crate) fn with(mut self, kind: &'static str, number: u128, mut body: Value) -> Self {
        body["id"] = json!(id(number));
        let Value::Object(body) = body else { panic!("a record is an object") };
        let def = self.definitions.get(kind).unwrap();
        let record = def.prepare_insert(body, &*self.definitions).unwrap_or_else(|error| panic!("{kind}: {error:?}"));
        self.records.push((kind, record));
        self
    }

    /// Adds a plugin.
    pub(crate) fn plugin(self, number: u128, name: &str, config: Value, scope: Value) -> Self {
        let mut body = scope;
        body["name"] = name.into();
        body["config"] = config;
        self.with("plugins", number, body)
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot::of(&self.definitions, &self.registry, self.records.iter().map(|(kind, body)| (*kind, body)))
    }

    /// The codes of what is found, each with the number of its entity.
    pub(crate) fn found(&self) -> Vec<(&'static str, u128)> {
        let number = |id: Uuid| id.as_u128() & 0xffff_ffff;
        let mut found: Vec<_> =
            gibbon_lint::all(&self.snapshot()).into_iter().map(|one| (one.code, number(one.id))).collect();
        found.sort_unstable();
        found
    }

    /// The codes of what the writer of the record with `id(number)` is told.
    pub(crate) fn told(&self, number: u128) -> Vec<&'static str> {
        let wanted = json!(id(number));
        let (kind, record) = self.records.iter().find(|(_, record)| record["id"] == wanted).unwrap();
        gibbon_lint::of_written(&self.snapshot(), kind, record).into_iter().map(|one| one.code).collect()
    }
}
