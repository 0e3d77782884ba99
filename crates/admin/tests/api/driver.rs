//! A node with nothing configured, and how the chapters talk to it.

use std::sync::Arc;

use bytes::Bytes;
use gibbon_admin::{About, AdminApi, Answer, Counters, Declared, LogLevels, Request};
use gibbon_conf::{ConfFile, Machine, Sources, User};
use gibbon_entities::route::Flavor;
use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::{
    ConfigureError, CredentialDef, Flow, Handler, LoadedCredential, PluginDef, Registry, RequestCx, Settings,
};
use gibbon_runtime::{Configuration, Definitions};
use gibbon_schema::{EntityDef, Object, OnDelete, Schema, Subschema, field, typedefs};
use gibbon_store::{Options, Store, sqlite};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

/// The id of nothing.
pub(crate) const NOBODY: &str = "5d0c2f4e-7a61-4b6e-9a3c-1e2f3a4b5c6d";

pub(crate) struct Node {
    pub(crate) api: AdminApi,
    pub(crate) configuration: Arc<Configuration>,
    folder: TempDir,
}

impl Node {
    /// A node with the plugins of the gateway and one that is easily broken.
    pub(crate) async fn new() -> Self {
        Self::with_flavor(Flavor::default()).await
    }

    /// The same where routes are matched in another way.
    pub(crate) async fn with_flavor(flavor: Flavor) -> Self {
        let plugins = gibbon_plugins::registry::all().into_iter().chain([&FRAGILE]);
        let registry = Registry::new(plugins).with_entities(gibbon_plugins::registry::entities());
        let registry = registry.with_marks(gibbon_plugins::registry::marks());
        Self::with(registry.with_admin_paths(gibbon_plugins::registry::admin_paths()), flavor).await
    }

    /// A node without any plugin.
    pub(crate) async fn without_plugins() -> Self {
        Self::with(Registry::new([]), Flavor::default()).await
    }

    /// Another node on the same database; as what is stored is read when it starts, also this one after a restart.
    pub(crate) async fn second(&self) -> Self {
        let plugins = gibbon_plugins::registry::all().into_iter().chain([&FRAGILE]);
        let registry = Registry::new(plugins).with_entities(gibbon_plugins::registry::entities());
        let registry = registry.with_marks(gibbon_plugins::registry::marks());
        Self::at(registry, Flavor::default(), self.folder.path()).await
    }

    async fn with(registry: Registry, flavor: Flavor) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_path_buf();
        Self { folder, ..Self::at(registry, flavor, &path).await }
    }

    async fn at(registry: Registry, flavor: Flavor, path: &std::path::Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let registry = Arc::new(registry);
        let definitions = Arc::new(Definitions::with_flavor(&registry, flavor));
        let options = Options { kinds: Arc::clone(&definitions) as _, ..Options::default() };
        let store = sqlite::open_with(&path.join("store.db"), options).await.unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let settings = Settings::default();
        let configuration = Configuration::load(store, registry, definitions, settings).await.unwrap();
        let api = AdminApi::new(Arc::clone(&configuration), about(&folder));
        Self { api, configuration, folder }
    }

    /// The same without a database.
    pub(crate) async fn without_database() -> Self {
        let Self { api, configuration, folder } = Self::new().await;
        let declared = Declared::new(Arc::clone(&configuration), folder.path().join("hash"));
        Self { api: api.without_database(Arc::new(declared)), configuration, folder }
    }

    /// A request with a JSON body; a null body is none.
    pub(crate) async fn call(&self, method: &str, target: &str, body: Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.send(method, target, "application/json", body).await;
        (answer.status.as_u16(), answer.body.unwrap_or_default())
    }

    pub(crate) async fn get(&self, target: &str) -> (u16, Value) {
        self.call("GET", target, Value::Null).await
    }

    pub(crate) async fn delete(&self, target: &str) -> (u16, Value) {
        self.call("DELETE", target, Value::Null).await
    }

    /// The same node, seen through its Status API.
    pub(crate) fn into_status(self) -> Self {
        let api = AdminApi::status_only(Arc::clone(&self.configuration), about(&self.folder));
        Self { api, ..self }
    }

    /// The same node with a log whose level can be changed.
    pub(crate) fn with_log_levels(self, levels: Arc<dyn LogLevels>) -> Self {
        Self { api: self.api.with_log_levels(levels), ..self }
    }

    /// A request with a form.
    pub(crate) async fn form(&self, method: &str, target: &str, form: &str) -> (u16, Value) {
        let answer = self.send(method, target, "application/x-www-form-urlencoded", form.to_owned()).await;
        (answer.status.as_u16(), answer.body.unwrap_or_default())
    }

    pub(crate) async fn send(&self, method: &str, target: &str, content_type: &str, body: String) -> Answer {
        let mut headers = HeaderMap::new();
        if !body.is_empty() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(content_type).unwrap());
        }
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        match Request::new(method, target, headers, Bytes::from(body)) {
            Ok(request) => self.api.handle(request).await,
            Err(error) => error.into(),
        }
    }

    /// A request with a JSON body and header fields of its own.
    pub(crate) async fn send_with(&self, method: &str, target: &str, fields: &[(&str, &str)], body: Value) -> Answer {
        let field = |(name, value): &(&str, &str)| {
            (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap())
        };
        let mut headers: HeaderMap = fields.iter().map(field).collect();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = Request::new(method, target, headers, Bytes::from(body.to_string())).unwrap();
        self.api.handle(request).await
    }

    /// Creates what a chapter takes for granted.
    pub(crate) async fn given(&self, collection: &str, body: Value) -> Value {
        let (status, body) = self.call("POST", collection, body).await;
        assert_eq!(status, 201, "{collection}: {body}");
        body
    }

    /// How many records a collection has.
    pub(crate) async fn count(&self, collection: &str) -> usize {
        let (status, body) = self.get(&format!("{collection}?size=1000")).await;
        assert_eq!(status, 200, "{collection}: {body}");
        body["data"].as_array().unwrap().len()
    }

    /// The database goes away.
    pub(crate) async fn lose_store(&self) {
        self.configuration.store().close().await;
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

fn about(folder: &TempDir) -> About {
    let machine = Machine { user: User::Root, cores: 1, folder: folder.path().to_owned() };
    let sources = Sources { file: ConfFile::Search(vec![]), env: vec![], options: vec![], machine };
    let conf = gibbon_conf::load(&sources).unwrap().conf;
    let hostname = "here".to_owned();
    About { version: "0.0.0", hostname, node_id: Uuid::nil(), conf, counters: Arc::new(Quiet), traffic: Arc::default() }
}

/// A data plane without traffic.
struct Quiet;

impl Counters for Quiet {
    fn connections_active(&self) -> u64 {
        0
    }
    fn connections_accepted(&self) -> u64 {
        0
    }
    fn requests_in_flight(&self) -> u64 {
        0
    }
    fn requests_total(&self) -> u64 {
        0
    }
}

/// A plugin whose schema takes a configuration that cannot be served, and whose credentials have no key for paths.
static FRAGILE: PluginDef = PluginDef {
    name: "fragile",
    version: "1.0.0",
    priority: 1,
    schema: || {
        Subschema::new("fragile", [field("config").record([field("broken").boolean().default(false)]).required()])
    },
    credentials: &[CredentialDef { kind: "badges", entity: badge, load: load_badge }],
    configure: |config, _| match config["broken"].as_bool() {
        Some(true) => Err(ConfigureError { field: "broken", reason: "it is broken".to_owned() }),
        _ => Ok(Box::new(Bystander)),
    },
};

fn badge() -> EntityDef {
    let fields = [
        field("id").of(typedefs::uuid()),
        field("consumer").foreign("consumers").required().on_delete(OnDelete::Cascade),
        field("colour").string().default("white"),
    ];
    EntityDef {
        name: "badges",
        collection: "badges",
        nested: "badge",
        endpoint_key: None,
        version: 1,
        schema: Schema::new(fields),
    }
}

fn load_badge(body: &Object) -> Result<LoadedCredential, BodyError> {
    let body = Body::new(body);
    let (id, consumer) = (body.id()?, body.reference("consumer")?.unwrap_or_default());
    Ok(LoadedCredential { id, consumer, key: id.to_string().into(), value: Arc::new(()) })
}

struct Bystander;

impl Handler for Bystander {
    fn access(&self, _cx: &mut RequestCx<'_>) -> Flow {
        Flow::Continue
    }
}
