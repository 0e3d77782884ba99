//! A revision as rules look at it.

use std::cell::OnceCell;
use std::sync::Arc;

use gibbon_entities::{Plugin, Route};
use gibbon_plugin_api::Directory;
use gibbon_router::RequestKey;
use gibbon_runtime::{Inventory, Pool, RouteTable, Selection, Snapshot};
use uuid::Uuid;

use crate::answering::answers;
use crate::authentication::{self, Places};
use crate::budget::Budget;
use crate::probe;

/// See the module.
pub(crate) struct Scene<'s> {
    snapshot: &'s Snapshot,
    reach: Reach<'s>,
}

/// How far it is looked.
enum Reach<'s> {
    /// At everything.
    Whole(Box<Known<'s>>),
    /// At what concerns one record, and at no more than a budget of others.
    Near(Budget),
}

/// What is worked out once, because each of many records may ask for it.
#[derive(Default)]
struct Known<'s> {
    authentication: OnceCell<Places>,
    answers: OnceCell<bool>,
    covering: OnceCell<Option<Selection<'s>>>,
}

impl<'s> Scene<'s> {
    /// For all that is in a revision.
    pub(crate) fn whole(snapshot: &'s Snapshot) -> Self {
        Self { snapshot, reach: Reach::Whole(Box::default()) }
    }

    /// For a record that was just written.
    pub(crate) fn near(snapshot: &'s Snapshot) -> Self {
        Self { snapshot, reach: Reach::Near(Budget::of_a_write()) }
    }

    pub(crate) fn inventory(&self) -> &'s Inventory {
        &self.snapshot.inventory
    }

    pub(crate) fn pools(&self) -> impl Iterator<Item = &'s Arc<Pool>> {
        self.snapshot.pools.iter()
    }

    /// The route that gets a request among those that may take all of its kind; `None` also where finding it would take
    /// too long.
    pub(crate) fn winner(&self, request: &RequestKey<'_>) -> Option<&'s Route> {
        let routes = &self.snapshot.routes;
        let selected = match &self.reach {
            Reach::Whole(known) => known.covering.get_or_init(|| covering_of(routes)).as_ref(),
            Reach::Near(budget) => {
                budget.spend(1 + routes.router().unindexed())?;
                None
            }
        };
        match selected {
            Some(selection) => selection.find(request).map(|entry| &*entry.route),
            None => {
                routes.router().find(request).and_then(|found| routes.entry(found.index)).map(|entry| &*entry.route)
            }
        }
    }

    /// Whether there is a consumer of that id or username.
    pub(crate) fn has_consumer(&self, id_or_username: &str) -> bool {
        let by_id = Uuid::try_parse(id_or_username).ok().and_then(|id| self.snapshot.consumer(id));
        by_id.or_else(|| self.snapshot.consumer_named(id_or_username)).is_some()
    }

    /// Whether the service of a route, or the service itself, is switched off.
    pub(crate) fn is_off(&self, service: Option<Uuid>) -> bool {
        service.and_then(|id| self.inventory().service(id)).is_some_and(|service| !service.enabled)
    }

    /// The plugins that run for exactly what `plugin` runs for, whoever sends it; itself among them.
    pub(crate) fn beside(&self, plugin: &Plugin) -> impl Iterator<Item = &'s Plugin> + use<'_, 's> {
        let inventory = self.inventory();
        let (route, service) = (plugin.route, plugin.service);
        let of_route = route.into_iter().flat_map(move |id| inventory.plugins_of_route(id));
        let of_service =
            service.filter(|_| route.is_none()).into_iter().flat_map(move |id| inventory.plugins_of_service(id));
        let everywhere = (route.is_none() && service.is_none()).then(|| inventory.plugins_of_everything());
        let all = of_route.chain(of_service).chain(everywhere.into_iter().flatten());
        let within = |_: &&Plugin| match &self.reach {
            Reach::Whole(_) => true,
            Reach::Near(budget) => budget.spend(1).is_some(),
        };
        all.take_while(within)
            .filter(move |other| (other.route, other.service, other.enabled) == (route, service, true))
    }

    /// Whether surely nobody finds out who a request is from, where a plugin runs.
    pub(crate) fn is_unauthenticated(&self, plugin: &Plugin) -> bool {
        let inventory = self.inventory();
        match &self.reach {
            Reach::Whole(known) => {
                !known.authentication.get_or_init(|| Places::of(inventory)).concern(plugin, inventory)
            }
            Reach::Near(budget) => authentication::concerns(plugin, inventory, budget) == Some(false),
        }
    }

    /// Whether a plugin for everything answers in the place of a service.
    pub(crate) fn is_answered_everywhere(&self) -> bool {
        let any = || self.inventory().plugins_of_everything().any(answers);
        match &self.reach {
            Reach::Whole(known) => *known.answers.get_or_init(any),
            Reach::Near(_) => any(),
        }
    }
}

/// The routes that may take all requests of a kind, where others would have to be compared with each request.
fn covering_of(routes: &RouteTable) -> Option<Selection<'_>> {
    (routes.router().unindexed() > 0).then(|| routes.select(probe::may_cover))
}
