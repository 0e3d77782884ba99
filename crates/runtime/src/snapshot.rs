//! One immutable revision of everything that a request may look at.

use std::any::Any;
use std::sync::Arc;

use gibbon_entities::{Consumer, Route, Service};
use gibbon_plugin_api::{Directory, Mark, Names, Registry, Settings, TargetState};
use gibbon_router::Flavor;
use gibbon_schema::Object;
use gibbon_tls::client::Authority;
use gibbon_tls::{EVERY_NAME, Identity, candidates};
use uuid::Uuid;

use crate::definitions::Definitions;
use crate::extent::Extent;
use crate::fault::Fault;
use crate::inventory::Inventory;
use crate::live::Pools;
use crate::records::{Certificates, Consumers, Credentials, Marks, Records};
use crate::routes::RouteTable;
use crate::secrets::Secrets;

/// A revision. Sections that a change does not touch are shared with the revision before.
pub struct Snapshot {
    /// The revision of the store that this is.
    pub revision: u64,
    /// Routes, services and plugins.
    pub routes: Arc<RouteTable>,
    /// Upstreams.
    pub pools: Arc<Pools>,
    /// What is configured, whether it is served or not.
    pub inventory: Inventory,
    consumers: Consumers,
    credentials: Vec<Credentials>,
    marks: Vec<Marks>,
    certificates: Certificates,
    faults: Vec<Fault>,
}

impl Snapshot {
    /// Builds everything.
    pub fn build(records: &Records, registry: &Registry, flavor: Flavor) -> Self {
        Self::assemble(records, Arc::new(RouteTable::build(records, registry, flavor)), &Arc::default())
    }

    /// What these records would be served as: for who looks at a configuration and serves nothing.
    pub fn of<'r>(
        definitions: &Arc<Definitions>,
        registry: &Registry,
        records: impl IntoIterator<Item = (&'r str, &'r Object)>,
    ) -> Self {
        let mut all = Records::empty(registry, Secrets::new(Arc::clone(definitions)));
        let settings = Settings::default();
        for (kind, body) in records {
            if let Some(id) = body.get("id").and_then(|id| Uuid::try_parse(id.as_str()?).ok()) {
                all.put(kind, id, body, registry, &settings);
            }
        }
        Self::build(&all, registry, definitions.router_flavor())
    }

    /// Builds what `extent` asks for and shares the rest with `self`.
    #[must_use]
    pub fn next(&self, records: &Records, registry: &Registry, extent: Extent) -> Self {
        let routes = match extent {
            Extent::Directory => Arc::clone(&self.routes),
            Extent::Plans(touched) => Arc::new(self.routes.replanned(records, registry, &touched)),
            Extent::Routes(touched) => Arc::new(self.routes.recompiled(records, registry, &touched)),
        };
        Self::assemble(records, routes, &self.pools)
    }

    fn assemble(records: &Records, routes: Arc<RouteTable>, before: &Arc<Pools>) -> Self {
        Self {
            revision: records.revision,
            routes,
            pools: Pools::next(&records.upstreams, before),
            inventory: records.inventory(),
            consumers: records.consumers.clone(),
            credentials: records.credentials.clone(),
            marks: records.marks.clone(),
            certificates: records.certificates.clone(),
            faults: records.faults().cloned().collect(),
        }
    }

    /// The certificate for a server name in lower case, with the name itself or a star for a part of it.
    pub fn own_identity(&self, name: &str) -> Option<&Arc<Identity>> {
        candidates(name).find_map(|name| self.certificates.named(&name))
    }

    /// The certificate for every name, with the star that stands for all of them.
    pub fn identity_for_all(&self) -> Option<&Arc<Identity>> {
        self.certificates.named(EVERY_NAME)
    }

    /// The certificate with this id; `None` where there is none that can be used.
    pub fn certificate(&self, id: Uuid) -> Option<&Arc<Identity>> {
        self.certificates.identity(id)
    }

    /// The authority with this id; `None` where there is none that can be used.
    pub fn authority(&self, id: Uuid) -> Option<&Arc<Authority>> {
        self.certificates.authority(id)
    }

    /// What is stored and left out of this revision.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.faults.iter().chain(self.routes.faults())
    }
}

impl Directory for Snapshot {
    fn consumer(&self, id: Uuid) -> Option<&Arc<Consumer>> {
        self.consumers.by_id.get(&id)
    }

    fn consumer_named(&self, username: &str) -> Option<&Arc<Consumer>> {
        self.consumers.by_username.get(username)
    }

    fn consumer_by_custom_id(&self, custom_id: &str) -> Option<&Arc<Consumer>> {
        self.consumers.by_custom_id.get(custom_id)
    }

    fn credential(&self, kind: &'static str, key: &str) -> Option<&Arc<dyn Any + Send + Sync>> {
        let credentials = self.credentials.iter().find(|credentials| credentials.kind == kind)?;
        credentials.by_key.get(key).map(|loaded| &loaded.value)
    }

    fn credential_by_id(&self, kind: &'static str, id: Uuid) -> Option<&Arc<dyn Any + Send + Sync>> {
        let credentials = self.credentials.iter().find(|credentials| credentials.kind == kind)?;
        credentials.by_id.get(&id).map(|loaded| &loaded.value)
    }

    fn mark(&self, kind: &'static str, id: Uuid) -> Option<Mark> {
        self.marks.iter().find(|marks| marks.def.kind == kind)?.by_id.get(&id).copied()
    }

    fn has_marks(&self, kind: &'static str) -> bool {
        self.marks.iter().any(|marks| marks.def.kind == kind && !marks.by_id.is_empty())
    }

    fn credentials_below<'d>(
        &'d self,
        kind: &'static str,
        prefix: &'d str,
    ) -> Box<dyn Iterator<Item = &'d Arc<dyn Any + Send + Sync>> + 'd> {
        let of_kind = self.credentials.iter().find(|credentials| credentials.kind == kind);
        let below = of_kind.map(|credentials| credentials.below(prefix).map(|loaded| &loaded.value));
        Box::new(below.into_iter().flatten())
    }
}

impl Names for Snapshot {
    fn route(&self, id: Uuid) -> Option<&Route> {
        self.inventory.route(id)
    }

    fn service(&self, id: Uuid) -> Option<&Service> {
        self.inventory.service(id)
    }

    fn consumer(&self, id: Uuid) -> Option<&Arc<Consumer>> {
        self.consumers.by_id.get(&id)
    }

    fn targets(&self, each: &mut dyn FnMut(TargetState<'_>)) {
        self.pools.iter().for_each(|pool| pool.states(each));
    }
}
