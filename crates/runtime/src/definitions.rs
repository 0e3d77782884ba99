//! Every entity that this gateway knows: the core's and those that plugins bring.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use gibbon_entities::route::Flavor;
use gibbon_plugin_api::Registry;
use gibbon_schema::{EntityDef, Environment, Subschema};
use gibbon_vault::Vaults;
use uuid::Uuid;

/// The declarations of all entities, and what preparing a record needs of the outside: time, randomness, the
/// schemas of plugins.
pub struct Definitions {
    entities: Vec<EntityDef>,
    described: Vec<EntityDef>,
    plugins: HashMap<&'static str, Subschema>,
    vaults: Vaults,
    flavor: Flavor,
}

const ALPHANUMERIC: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The length of a generated key or secret.
const RANDOM_LENGTH: usize = 32;

impl Definitions {
    /// The core's entities and those of the registered plugins, where routes are matched in the usual way.
    pub fn new(registry: &Registry) -> Self {
        Self::with_flavor(registry, Flavor::default())
    }

    /// The same where routes are matched in another way.
    pub fn with_flavor(registry: &Registry, flavor: Flavor) -> Self {
        let mut entities = gibbon_entities::core_definitions(flavor);
        entities.extend(registry.entities());
        let plugins = registry.iter().map(|plugin| (plugin.name, (plugin.schema)())).collect();
        let described = gibbon_entities::described_definitions();
        Self { entities, described, plugins, vaults: Vaults::default(), flavor }
    }

    /// The same with vaults that fields may refer to.
    #[must_use]
    pub fn with_vaults(self, vaults: Vaults) -> Self {
        Self { vaults, ..self }
    }

    /// How routes are matched.
    pub(crate) fn router_flavor(&self) -> gibbon_router::Flavor {
        match self.flavor {
            Flavor::TraditionalCompatible => gibbon_router::Flavor::TraditionalCompatible,
            Flavor::Traditional => gibbon_router::Flavor::Traditional,
            Flavor::Expressions => gibbon_router::Flavor::Expressions,
        }
    }

    /// The vaults that are there without being stored.
    pub fn vaults(&self) -> &Vaults {
        &self.vaults
    }

    /// All entities, in order of declaration.
    pub fn iter(&self) -> impl Iterator<Item = &EntityDef> {
        self.entities.iter()
    }

    /// The entity of that name, such as `jwt_secrets`.
    pub fn get(&self, name: &str) -> Option<&EntityDef> {
        self.entities.iter().find(|entity| entity.name == name)
    }

    /// The entity of that name, or one that has no records here and that clients can read about all the same.
    pub fn described(&self, name: &str) -> Option<&EntityDef> {
        self.get(name).or_else(|| self.described.iter().find(|entity| entity.name == name))
    }

    /// The entity whose collection has that path segment, such as `jwts`.
    pub fn by_collection(&self, segment: &str) -> Option<&EntityDef> {
        self.entities.iter().find(|entity| entity.collection == segment)
    }

    /// The schema of a plugin.
    pub fn plugin_schema(&self, name: &str) -> Option<&Subschema> {
        self.plugins.get(name)
    }
}

impl gibbon_store::Kinds for Definitions {
    fn definition(&self, kind: &str) -> Option<&EntityDef> {
        self.get(kind)
    }
}

impl Environment for Definitions {
    fn now(&self) -> i64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs().cast_signed())
    }

    fn new_id(&self) -> Uuid {
        Uuid::new_v4()
    }

    fn random_string(&self) -> String {
        let mut text = String::with_capacity(RANDOM_LENGTH);
        let mut bytes = [0_u8; 2 * RANDOM_LENGTH];
        while text.len() < RANDOM_LENGTH {
            // Without randomness no secret may be made; an id carries 122 random bits of the same source and panics
            // where there is none, so a failure here is taken as "try again".
            if getrandom::fill(&mut bytes).is_err() {
                continue;
            }
            // A byte above the largest multiple of 62 would make some characters likelier than others.
            let fair = bytes.iter().filter(|byte| **byte < 248).map(|byte| ALPHANUMERIC[usize::from(*byte % 62)]);
            text.extend(fair.map(char::from).take(RANDOM_LENGTH - text.len()));
        }
        text
    }

    fn subschema(&self, entity: &str, key: &str) -> Option<&Subschema> {
        (entity == "plugins").then(|| self.plugins.get(key)).flatten()
    }
}
