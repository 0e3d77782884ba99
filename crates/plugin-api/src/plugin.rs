//! How a plugin declares itself, and the list of all of them.

use std::path::Path;
use std::sync::Arc;

use gibbon_schema::{EntityDef, Subschema};
use rustls::RootCertStore;
use serde_json::Value;

use crate::admin::AdminPath;
use crate::credential::CredentialDef;
use crate::handler::Handler;
use crate::mark::MarkDef;
use crate::node::Node;
use crate::tracing::Tracing;

/// A plugin: everything that the gateway knows of it before it is configured.
pub struct PluginDef {
    /// Its name in configuration.
    pub name: &'static str,
    /// Its version, as `GET /` shows it.
    pub version: &'static str,
    /// Plugins run from the highest to the lowest.
    pub priority: i32,
    /// The schema of its configuration.
    pub schema: fn() -> Subschema,
    /// The credential entities that it brings.
    pub credentials: &'static [CredentialDef],
    /// Makes a handler of a validated configuration.
    pub configure: Configure,
}

/// Makes a handler of a configuration.
pub type Configure = fn(&Value, &Settings) -> Result<Box<dyn Handler>, ConfigureError>;

/// A configuration from which no handler can be made.
#[derive(Debug, thiserror::Error)]
#[error("config.{field}: {reason}")]
pub struct ConfigureError {
    /// The field at fault.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

/// What becomes of Lua in a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LuaCode {
    /// It runs, shut in.
    #[default]
    Runs,
    /// Whoever has it is refused.
    IsRefused,
}

/// For how long records stay that nobody deletes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keeping {
    /// There is a database.
    #[default]
    Lasting,
    /// The configuration is declared as a whole: what it does not say goes with the next one.
    Declared,
}

/// How keys of those who issue tokens are fetched and kept.
#[derive(Debug, Clone, Default)]
pub struct IssuerSettings {
    /// Hosts that may have private addresses: `host` or `host:port`; behind `http://` also without TLS.
    pub hosts: Arc<[Box<str>]>,
    /// The folder in which keys are kept for the next start; without one they are not.
    pub folder: Option<Arc<Path>>,
}

/// What the gateway tells plugins when they are configured.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How many bytes of verified tokens each worker may keep; 0 switches the cache off.
    pub verified_tokens_bytes: usize,
    /// The authorities that vouch for servers which plugins speak to.
    pub trusted: Arc<RootCertStore>,
    /// How many bytes of answers of upstreams one memory of them may hold; 0 keeps none.
    pub stored_answers_bytes: u64,
    /// Where keys of issuers come from.
    pub issuers: IssuerSettings,
    /// What becomes of Lua in a configuration.
    pub lua: LuaCode,
    /// For how long records stay.
    pub keeping: Keeping,
    /// What all plugins of the node share.
    pub node: Node,
    /// What is traced.
    pub tracing: Tracing,
}

impl Default for Settings {
    /// Nothing is kept, nobody is trusted, and nothing is shared.
    fn default() -> Self {
        Self {
            tracing: Tracing::default(),
            verified_tokens_bytes: 0,
            stored_answers_bytes: 0,
            issuers: IssuerSettings::default(),
            trusted: Arc::new(RootCertStore::empty()),
            lua: LuaCode::default(),
            keeping: Keeping::default(),
            node: Node::default(),
        }
    }
}

/// All plugins of this gateway, from the highest priority to the lowest.
pub struct Registry {
    plugins: Vec<&'static PluginDef>,
    entities: Vec<fn() -> EntityDef>,
    marks: Vec<&'static MarkDef>,
    admin_paths: Vec<&'static AdminPath>,
}

impl Registry {
    /// Puts the plugins in the order in which they run; equal priorities by name.
    pub fn new(plugins: impl IntoIterator<Item = &'static PluginDef>) -> Self {
        let mut plugins: Vec<_> = plugins.into_iter().collect();
        plugins.sort_by(|a, b| b.priority.cmp(&a.priority).then(a.name.cmp(b.name)));
        Self { plugins, entities: Vec::new(), marks: Vec::new(), admin_paths: Vec::new() }
    }

    /// The same registry with entities beside the credentials of its plugins. Their records are kept and shown whether
    /// the plugin that they are meant for runs here or not; no request looks at them.
    #[must_use]
    pub fn with_entities(mut self, entities: impl IntoIterator<Item = fn() -> EntityDef>) -> Self {
        self.entities.extend(entities);
        self
    }

    /// The same registry with records of which requests ask only whether they are there.
    #[must_use]
    pub fn with_marks(mut self, marks: impl IntoIterator<Item = &'static MarkDef>) -> Self {
        self.marks.extend(marks);
        self
    }

    /// Those records.
    pub fn marks(&self) -> impl Iterator<Item = &'static MarkDef> + '_ {
        self.marks.iter().copied()
    }

    /// The same registry with paths of the Admin API. Those of plugins that it does not have are left out.
    #[must_use]
    pub fn with_admin_paths(mut self, paths: impl IntoIterator<Item = &'static AdminPath>) -> Self {
        let here: Vec<_> = paths.into_iter().filter(|path| self.get(path.plugin).is_some()).collect();
        self.admin_paths.extend(here);
        self
    }

    /// The paths of the Admin API that plugins bring along.
    pub fn admin_paths(&self) -> impl Iterator<Item = &'static AdminPath> + '_ {
        self.admin_paths.iter().copied()
    }

    /// The declarations of all entities of plugins: credentials first.
    pub fn entities(&self) -> impl Iterator<Item = EntityDef> + '_ {
        let credentials = self.iter().flat_map(|plugin| plugin.credentials).map(|credential| (credential.entity)());
        let marks = self.marks().map(|mark| (mark.entity)());
        credentials.chain(self.entities.iter().map(|entity| entity())).chain(marks)
    }

    /// The plugin of that name.
    pub fn get(&self, name: &str) -> Option<&'static PluginDef> {
        self.plugins.iter().copied().find(|plugin| plugin.name == name)
    }

    /// All of them, in the order in which they run.
    pub fn iter(&self) -> impl Iterator<Item = &'static PluginDef> + '_ {
        self.plugins.iter().copied()
    }
}
