//! A configuration over a database of its own, and a plugin that can be told to be unconfigurable.

use std::sync::Arc;

use gibbon_entities::typedefs::protocols_http;
use gibbon_plugin_api::{
    ConfigureError, CredentialDef, Flow, Handler, LoadedCredential, PluginDef, Registry, RequestCx, Settings,
};
use gibbon_runtime::{Configuration, Definitions, Write};
use gibbon_schema::{EntityDef, Environment as _, Object, OnDelete, Schema, Subschema, field};
use gibbon_store::{Options, Store, sqlite};
use gibbon_vault::{Variables, Vaults};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) struct Fixture {
    pub(crate) configuration: Arc<Configuration>,
    pub(crate) store: Arc<dyn Store>,
    folder: TempDir,
}

struct Pass;

impl Handler for Pass {
    fn access(&self, _cx: &mut RequestCx<'_>) -> Flow {
        Flow::Continue
    }
}

fn plugin_schema(name: &'static str) -> Subschema {
    let fields = [
        field("protocols").of(protocols_http()),
        field("config")
            .record([field("mark").string().referenceable(), field("broken").boolean().default(false)])
            .required(),
    ];
    Subschema::new(name, fields)
}

fn configure(config: &Value, _: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    if config["broken"] == true || config["mark"] == "broken" {
        return Err(ConfigureError { field: "broken", reason: "it says so itself".into() });
    }
    Ok(Box::new(Pass))
}

fn card_definition() -> EntityDef {
    let fields = [
        field("id").of(gibbon_schema::typedefs::uuid()),
        field("consumer").foreign("consumers").required().on_delete(OnDelete::Cascade),
        field("number").string().unique().required(),
    ];
    let schema = Schema::new(fields);
    EntityDef { name: "cards", collection: "cards", nested: "cards", endpoint_key: Some("number"), version: 1, schema }
}

fn load_card(body: &Object) -> Result<LoadedCredential, gibbon_entities::BodyError> {
    let body = gibbon_entities::Body::new(body);
    let consumer = body.reference("consumer")?.unwrap_or_default();
    let number = body.text("number")?;
    Ok(LoadedCredential { id: body.id()?, consumer, key: number.into(), value: Arc::new(number.to_owned()) })
}

static EARLY: PluginDef = PluginDef {
    name: "early",
    version: "1",
    priority: 20,
    schema: || plugin_schema("early"),
    credentials: &[CredentialDef { kind: "cards", entity: card_definition, load: load_card }],
    configure,
};

static LATE: PluginDef = PluginDef {
    name: "late",
    version: "1",
    priority: 10,
    schema: || plugin_schema("late"),
    credentials: &[],
    configure,
};

/// The two plugins.
pub(crate) fn registry() -> Registry {
    Registry::new([&LATE, &EARLY])
}

pub(crate) fn definitions_and_registry(vaults: Vaults) -> (Arc<Definitions>, Arc<Registry>) {
    let registry = Arc::new(registry());
    (Arc::new(Definitions::new(&registry).with_vaults(vaults)), registry)
}

/// A node on a store that is open.
pub(crate) async fn node_on(
    store: Arc<dyn Store>,
    definitions: Arc<Definitions>,
    registry: Arc<Registry>,
) -> Arc<Configuration> {
    Configuration::load(store, registry, definitions, Settings::default()).await.unwrap()
}

async fn open(folder: &TempDir, vaults: Vaults) -> (Arc<Configuration>, Arc<dyn Store>) {
    let (definitions, registry) = definitions_and_registry(vaults);
    let options = Options { kinds: Arc::clone(&definitions) as _, ..Options::default() };
    let store: Arc<dyn Store> = Arc::new(sqlite::open_with(&folder.path().join("test.db"), options).await.unwrap());
    (node_on(Arc::clone(&store), definitions, registry).await, store)
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        Self::with_variables(&[]).await
    }

    /// The same with an environment that holds secrets.
    pub(crate) async fn with_variables(variables: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        let (configuration, store) = open(&folder, vaults(variables)).await;
        Self { configuration, store, folder }
    }

    /// Another node on the same database.
    pub(crate) async fn second_node(&self) -> Arc<Configuration> {
        open(&self.folder, vaults(&[])).await.0
    }

    /// Another node on the same database, in another environment.
    pub(crate) async fn second_node_with(&self, variables: &[(&str, &str)]) -> Arc<Configuration> {
        open(&self.folder, vaults(variables)).await.0
    }

    /// A record as it is stored.
    pub(crate) fn prepare(&self, kind: &str, input: Value) -> Object {
        prepare(&self.configuration, kind, input)
    }

    /// Writes a record in a transaction of its own.
    pub(crate) async fn put(&self, kind: &str, input: Value) -> Uuid {
        put(&self.configuration, kind, self.prepare(kind, input)).await
    }

    pub(crate) async fn delete(&self, kind: &str, id: Uuid) {
        let mut write = self.configuration.write().await.unwrap();
        write.tx().delete(kind, id).await.unwrap();
        write.commit().await.unwrap();
    }
}

pub(crate) fn vaults(variables: &[(&str, &str)]) -> Vaults {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Vaults::new(Variables::new(variables))
}

/// A record as it is stored.
pub(crate) fn prepare(configuration: &Configuration, kind: &str, input: Value) -> Object {
    let definitions = configuration.definitions();
    let Value::Object(input) = input else { panic!("a record is an object") };
    definitions.get(kind).unwrap().prepare_insert(input, definitions).unwrap_or_else(|v| panic!("{}", v.message()))
}

pub(crate) async fn put(configuration: &Configuration, kind: &str, body: Object) -> Uuid {
    let mut write = configuration.write().await.unwrap();
    let id = stage(&mut write, configuration, kind, &body).await;
    write.commit().await.unwrap();
    id
}

/// Writes a record in a transaction that goes on.
pub(crate) async fn stage(write: &mut Write<'_>, configuration: &Configuration, kind: &str, body: &Object) -> Uuid {
    let definition = configuration.definitions().get(kind).unwrap();
    write.tx().replace(definition, body).await.unwrap();
    Uuid::try_parse(body["id"].as_str().unwrap()).unwrap()
}

/// A reference to a record.
pub(crate) fn to(id: Uuid) -> Value {
    json!({ "id": id.to_string() })
}

/// An id that nothing has.
pub(crate) fn nobody(fixture: &Fixture) -> Uuid {
    fixture.configuration.definitions().new_id()
}
