//! Plans are made of what is configured for a route and its service, and of what is so for everything.
//!
//! Kong's order of precedence, from the most specific scope to the global one: route, service and consumer; route and
//! consumer; service and consumer; route and service; consumer; route; service; none.

use std::collections::HashMap;
use std::sync::Arc;

use gibbon_entities::Plugin;
use gibbon_plugin_api::{PluginDef, Registry};
use uuid::Uuid;

use super::everywhere::Everywhere;
use super::{Instance, Plan, Step};

/// What is configured of one plugin for a route, for its service, or for both.
#[derive(Default)]
struct Local<'p> {
    default: Option<&'p Arc<Instance>>,
    by_consumer: HashMap<Uuid, &'p Arc<Instance>>,
}

/// The plan of a route and its service, of which `plugins` are those that are configured for one of them or both.
pub(crate) fn make<'p>(
    registry: &Registry,
    everywhere: &Everywhere,
    plugins: impl Iterator<Item = (&'p Plugin, &'p Arc<Instance>)>,
    (route, service): (Option<Uuid>, Option<Uuid>),
) -> Plan {
    let concerns = |plugin: &Plugin| {
        plugin.route.is_none_or(|id| Some(id) == route) && plugin.service.is_none_or(|id| Some(id) == service)
    };
    let mut local: HashMap<&str, Local<'_>> = HashMap::new();
    for (plugin, instance) in plugins.filter(|(plugin, _)| plugin.enabled && concerns(plugin)) {
        local.entry(&plugin.name).or_default().add(plugin.consumer, instance);
    }
    let steps = registry.iter().filter_map(|plugin| step(plugin, everywhere, local.remove(plugin.name)));
    Plan::of(steps.collect())
}

fn step(plugin: &'static PluginDef, everywhere: &Everywhere, local: Option<Local<'_>>) -> Option<Step> {
    let local = local.unwrap_or_default();
    let general = everywhere.of_plugin(plugin.name);
    // What names both route and service is more specific than what names a consumer.
    let anywhere = if local.default.is_some_and(|it| rank(it) == Rank::Both) {
        None
    } else {
        general.and_then(|general| general.consumers.clone())
    };
    let default = local.default.or_else(|| general?.default.as_ref()).cloned();
    let here: HashMap<_, _> = local.by_consumer.into_iter().map(|(id, instance)| (id, Arc::clone(instance))).collect();
    let runs = default.is_some() || anywhere.is_some() || !here.is_empty();
    runs.then_some(Step { plugin, default, here, anywhere })
}

impl<'p> Local<'p> {
    fn add(&mut self, consumer: Option<Uuid>, instance: &'p Arc<Instance>) {
        let Some(consumer) = consumer else {
            self.default = Some(self.default.map_or(instance, |known| more_specific(known, instance)));
            return;
        };
        let known = self.by_consumer.entry(consumer).or_insert(instance);
        *known = more_specific(known, instance);
    }
}

/// How specific a scope is, its consumer aside.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Service,
    Route,
    Both,
}

fn rank(instance: &Instance) -> Rank {
    match (instance.scope.route, instance.scope.service) {
        (Some(_), Some(_)) => Rank::Both,
        (Some(_), None) => Rank::Route,
        _ => Rank::Service,
    }
}

/// The first where both are so.
fn more_specific<'p>(first: &'p Arc<Instance>, second: &'p Arc<Instance>) -> &'p Arc<Instance> {
    if rank(second) > rank(first) { second } else { first }
}
