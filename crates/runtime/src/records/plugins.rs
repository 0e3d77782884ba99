//! Configured plugins, and which of them concern what.

use std::ops::Bound;
use std::sync::Arc;

use gibbon_entities::Plugin;
use imbl::{OrdMap, OrdSet};
use uuid::Uuid;

use crate::plan::Instance;

/// A plugin record with the instance that was made of it.
#[derive(Clone)]
pub(crate) struct Configured {
    pub(crate) plugin: Arc<Plugin>,
    pub(crate) instance: Arc<Instance>,
}

/// All of them.
#[derive(Clone, Default)]
pub(crate) struct Plugins {
    by_id: OrdMap<Uuid, Configured>,
    /// Their ids behind the route and the service that they concern.
    by_scope: OrdSet<Scoped>,
    /// The names of arguments of a query in which they look for credentials, each with how many of them do.
    secret_arguments: OrdMap<Box<str>, usize>,
}

type Scoped = (Option<Uuid>, Option<Uuid>, Uuid);

impl Plugins {
    pub(crate) fn get(&self, id: Uuid) -> Option<&Configured> {
        self.by_id.get(&id)
    }

    /// In the order of their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Configured> {
        self.by_id.values()
    }

    pub(crate) fn insert(&mut self, configured: Configured) {
        let id = configured.plugin.id;
        self.remove(id);
        self.by_scope.insert(scoped(&configured.plugin));
        for name in secret_arguments(&configured) {
            *self.secret_arguments.entry(name.clone()).or_default() += 1;
        }
        self.by_id.insert(id, configured);
    }

    pub(crate) fn remove(&mut self, id: Uuid) {
        let Some(configured) = self.by_id.remove(&id) else { return };
        self.by_scope.remove(&scoped(&configured.plugin));
        for name in secret_arguments(&configured) {
            let others = self.secret_arguments.remove(name).unwrap_or_default().saturating_sub(1);
            if others > 0 {
                self.secret_arguments.insert(name.clone(), others);
            }
        }
    }

    /// Those that concern one route, whatever its service is.
    pub(crate) fn of_route(&self, route: Uuid) -> impl Iterator<Item = &Configured> {
        self.within((Some(route), None, Uuid::nil()), (Some(route), Some(Uuid::max()), Uuid::max()))
    }

    /// Those that concern a service and all of its routes.
    pub(crate) fn of_service(&self, service: Uuid) -> impl Iterator<Item = &Configured> {
        self.within((None, Some(service), Uuid::nil()), (None, Some(service), Uuid::max()))
    }

    /// Those that concern all routes.
    pub(crate) fn of_everything(&self) -> impl Iterator<Item = &Configured> {
        self.within((None, None, Uuid::nil()), (None, None, Uuid::max()))
    }

    fn within(&self, first: Scoped, last: Scoped) -> impl Iterator<Item = &Configured> {
        let range = self.by_scope.range((Bound::Included(first), Bound::Included(last)));
        range.filter_map(|(_, _, id)| self.by_id.get(id))
    }

    /// The names of the arguments of a query in which any of them looks for credentials.
    pub(crate) fn secret_arguments(&self) -> Box<[Box<str>]> {
        self.secret_arguments.keys().cloned().collect()
    }
}

fn scoped(plugin: &Plugin) -> Scoped {
    (plugin.route, plugin.service, plugin.id)
}

fn secret_arguments(configured: &Configured) -> impl Iterator<Item = &Box<str>> {
    configured.instance.secret_arguments.iter().filter(|_| configured.plugin.enabled)
}
