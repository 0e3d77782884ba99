//! Records of the store as compact typed structs, in maps that are cheap to copy: the next revision shares with the
//! last one all that has not changed.

mod certificates;
mod key_sets;
mod marks;
pub(crate) mod plugins;
pub(crate) mod routes;
pub(crate) mod upstreams;

use std::ops::Bound;
use std::sync::Arc;

use gibbon_entities::{BodyError, Consumer, Plugin, Route, Service};
use gibbon_plugin_api::{LoadedCredential, Registry, Settings};
use gibbon_schema::Object;
use gibbon_store::{Change, Op};
use imbl::OrdMap;
use uuid::Uuid;

use crate::extent::Extent;
use crate::fault::Fault;
use crate::inventory::Inventory;
use crate::plan::Instance;
use crate::routes::Origin;
use crate::secrets::{Secrets, VAULTS};
pub(crate) use certificates::Certificates;
pub(crate) use marks::Marks;
use plugins::{Configured, Plugins};
use routes::Routes;
use upstreams::Upstreams;

/// Everything that is configured, in one revision.
#[derive(Clone)]
pub struct Records {
    /// The revision of the store that these are.
    pub revision: u64,
    pub(crate) services: OrdMap<Uuid, Arc<Origin>>,
    pub(crate) routes: Routes,
    pub(crate) plugins: Plugins,
    pub(crate) consumers: Consumers,
    pub(crate) credentials: Vec<Credentials>,
    pub(crate) marks: Vec<Marks>,
    pub(crate) upstreams: Upstreams,
    pub(crate) certificates: Certificates,
    faults: OrdMap<Uuid, Fault>,
    secrets: Secrets,
}

/// Consumers by id, by username and by custom id.
#[derive(Clone, Default)]
pub(crate) struct Consumers {
    pub(crate) by_id: OrdMap<Uuid, Arc<Consumer>>,
    pub(crate) by_username: OrdMap<Box<str>, Arc<Consumer>>,
    pub(crate) by_custom_id: OrdMap<Box<str>, Arc<Consumer>>,
}

/// The credentials of one kind.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) kind: &'static str,
    pub(crate) by_key: OrdMap<Box<str>, Arc<LoadedCredential>>,
    pub(crate) by_id: OrdMap<Uuid, Arc<LoadedCredential>>,
}

impl Records {
    /// Nothing at all.
    pub fn empty(registry: &Registry, secrets: Secrets) -> Self {
        let kinds = registry.iter().flat_map(|plugin| plugin.credentials).chain(&key_sets::LOOKED_UP);
        Self {
            revision: 0,
            services: OrdMap::new(),
            routes: Routes::default(),
            plugins: Plugins::default(),
            consumers: Consumers::default(),
            credentials: kinds
                .map(|def| Credentials { kind: def.kind, by_key: OrdMap::new(), by_id: OrdMap::new() })
                .collect(),
            marks: registry.marks().map(Marks::new).collect(),
            upstreams: Upstreams::default(),
            certificates: Certificates::default(),
            faults: OrdMap::new(),
            secrets,
        }
    }

    /// What is configured, as far as it can be read.
    pub(crate) fn inventory(&self) -> Inventory {
        Inventory { services: self.services.clone(), routes: self.routes.clone(), plugins: self.plugins.clone() }
    }

    /// What is stored and cannot be served.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.faults.values()
    }

    /// Takes `changes` over; what does not build becomes a fault.
    pub fn apply(&mut self, changes: &[Change], registry: &Registry, settings: &Settings) -> Extent {
        let mut extent = Extent::Directory;
        for change in changes {
            self.revision = self.revision.max(change.revision);
            extent = extent.and(match &change.op {
                Op::Put(body) => self.put(&change.kind, change.id, body, registry, settings),
                Op::Delete if change.kind == VAULTS => {
                    self.secrets.undefine(change.id);
                    self.put_referring(registry, settings)
                }
                Op::Delete => self.delete(&change.kind, change.id),
            });
        }
        extent
    }

    /// Takes one record over.
    pub fn put(&mut self, kind: &str, id: Uuid, body: &Object, registry: &Registry, settings: &Settings) -> Extent {
        if kind == VAULTS {
            self.secrets.define(id, body);
            return self.put_referring(registry, settings);
        }
        let was_on = self.services.get(&id).map(|origin| origin.service.enabled);
        let extent = self.delete(kind, id);
        let body = &*self.secrets.resolved(kind, id, body);
        let outcome = match kind {
            "services" => self.put_service(id, body),
            "routes" => Route::from_body(body).map(|route| self.routes.insert(route)).map_err(fault("routes", id)),
            "consumers" => Consumer::from_body(body).map(|c| self.consumers.insert(c)).map_err(fault("consumers", id)),
            "plugins" => self.put_plugin(id, body, registry, settings),
            "upstreams" => self.upstreams.put_upstream(id, body).map_err(fault("upstreams", id)),
            "targets" => self.upstreams.put_target(id, body).map_err(fault("targets", id)),
            "certificates" | "snis" | "ca_certificates" => self.certificates.put(kind, id, body),
            other => self.put_credential(other, id, body, registry),
        };
        if let Err(fault) = outcome {
            self.faults.insert(id, fault);
        }
        match kind {
            // A service that is new has no routes yet, and one that stays as it was leaves them as they were.
            "services"
                if self.services.get(&id).is_some_and(|origin| origin.service.enabled == was_on.unwrap_or(true)) =>
            {
                Extent::of_service(id)
            }
            "plugins" => extent.and(self.extent_of_plugin(id)),
            _ => extent,
        }
    }

    /// Takes all records over again that refer to secrets: a vault has changed, and with it what they stand for.
    fn put_referring(&mut self, registry: &Registry, settings: &Settings) -> Extent {
        let referring = self.secrets.referring();
        let extents = referring.into_iter().map(|(id, r)| self.put(&r.kind, id, &r.body, registry, settings));
        extents.fold(Extent::Directory, Extent::and)
    }

    fn delete(&mut self, kind: &str, id: Uuid) -> Extent {
        self.faults.remove(&id);
        self.secrets.forget(id);
        match kind {
            "services" => {
                self.services.remove(&id);
                Extent::of_switched_service(id)
            }
            "routes" => {
                self.routes.remove(id);
                Extent::of_route(id)
            }
            "plugins" => {
                let extent = self.extent_of_plugin(id);
                self.plugins.remove(id);
                extent
            }
            "consumers" => {
                self.consumers.remove(id);
                Extent::Directory
            }
            "upstreams" => {
                self.upstreams.remove_upstream(id);
                Extent::Directory
            }
            "targets" => {
                self.upstreams.remove_target(id);
                Extent::Directory
            }
            "certificates" | "snis" | "ca_certificates" => {
                self.certificates.remove(id);
                Extent::Directory
            }
            other => {
                if let Some(credentials) = self.credentials.iter_mut().find(|c| c.kind == other) {
                    credentials.remove(id);
                }
                if let Some(marks) = self.marks.iter_mut().find(|marks| marks.def.kind == other) {
                    marks.by_id.remove(&id);
                }
                Extent::Directory
            }
        }
    }

    fn extent_of_plugin(&self, id: Uuid) -> Extent {
        self.plugins.get(id).map_or(Extent::Directory, |configured| Extent::of_plugin(&configured.plugin))
    }

    fn put_service(&mut self, id: Uuid, body: &Object) -> Result<(), Fault> {
        let service = Service::from_body(body).map_err(fault("services", id))?;
        self.services.insert(id, Arc::new(Origin::new(service)?));
        Ok(())
    }

    fn put_plugin(&mut self, id: Uuid, body: &Object, registry: &Registry, settings: &Settings) -> Result<(), Fault> {
        let plugin = Arc::new(Plugin::from_body(body).map_err(fault("plugins", id))?);
        let (handler, outcome) = match configure(&plugin, registry, settings) {
            Ok(handler) if plugin.enabled => (handler, Ok(())),
            // It does not run, and must not hold what it needs to run.
            Ok(_) => (crate::routes::closed(), Ok(())),
            Err(reason) => (crate::routes::closed(), Err(Fault { kind: "plugins", id, reason })),
        };
        let instance = Arc::new(Instance::new(&plugin, handler));
        self.plugins.insert(Configured { plugin, instance });
        outcome
    }

    fn put_credential(&mut self, kind: &str, id: Uuid, body: &Object, registry: &Registry) -> Result<(), Fault> {
        if let Some(marks) = self.marks.iter_mut().find(|marks| marks.def.kind == kind) {
            let mark = (marks.def.load)(body).map_err(fault(marks.def.kind, id))?;
            marks.by_id.insert(id, mark);
            return Ok(());
        }
        let defs = || registry.iter().flat_map(|plugin| plugin.credentials).chain(&key_sets::LOOKED_UP);
        // A kind that no registered plugin brings is data at rest: nothing on a request's path would look at it.
        let Some(def) = defs().find(|def| def.kind == kind) else { return Ok(()) };
        let loaded = (def.load)(body).map_err(fault(def.kind, id))?;
        if let Some(credentials) = self.credentials.iter_mut().find(|c| c.kind == kind) {
            credentials.insert(loaded);
        }
        Ok(())
    }
}

fn fault(kind: &'static str, id: Uuid) -> impl FnOnce(BodyError) -> Fault {
    move |error| Fault { kind, id, reason: error.to_string() }
}

fn configure(
    plugin: &Plugin,
    registry: &Registry,
    settings: &Settings,
) -> Result<Box<dyn gibbon_plugin_api::Handler>, String> {
    let def = registry.get(&plugin.name).ok_or_else(|| format!("this gateway has no plugin `{}`", plugin.name))?;
    (def.configure)(&plugin.config, settings).map_err(|error| error.to_string())
}

impl Consumers {
    fn insert(&mut self, consumer: Consumer) {
        let consumer = Arc::new(consumer);
        if let Some(username) = &consumer.username {
            self.by_username.insert(username.clone(), Arc::clone(&consumer));
        }
        if let Some(custom_id) = &consumer.custom_id {
            self.by_custom_id.insert(custom_id.clone(), Arc::clone(&consumer));
        }
        self.by_id.insert(consumer.id, consumer);
    }

    fn remove(&mut self, id: Uuid) {
        let Some(consumer) = self.by_id.remove(&id) else { return };
        // Two consumers may have exchanged their names in one transaction: only our own entries go.
        let forget = |names: &mut OrdMap<Box<str>, Arc<Consumer>>, name: Option<&Box<str>>| {
            if let Some(name) = name.filter(|name| names.get(*name).is_some_and(|owner| owner.id == id)) {
                names.remove(name);
            }
        };
        forget(&mut self.by_username, consumer.username.as_ref());
        forget(&mut self.by_custom_id, consumer.custom_id.as_ref());
    }
}

impl Credentials {
    /// Those whose keys begin with `prefix`.
    pub(crate) fn below<'c>(&'c self, prefix: &'c str) -> impl Iterator<Item = &'c Arc<LoadedCredential>> {
        let from = (Bound::Included(prefix), Bound::Unbounded);
        let range = self.by_key.range::<_, str>(from);
        range.take_while(move |(key, _)| key.starts_with(prefix)).map(|(_, loaded)| loaded)
    }

    fn insert(&mut self, loaded: LoadedCredential) {
        let loaded = Arc::new(loaded);
        self.by_key.insert(loaded.key.clone(), Arc::clone(&loaded));
        self.by_id.insert(loaded.id, loaded);
    }

    fn remove(&mut self, id: Uuid) {
        if let Some(loaded) = self.by_id.remove(&id) {
            // Two credentials may have exchanged their keys in one transaction: only our own entry goes.
            if self.by_key.get(&loaded.key).is_some_and(|current| current.id == id) {
                self.by_key.remove(&loaded.key);
            }
        }
    }
}
