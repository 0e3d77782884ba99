//! Plugins that are configured for no route and no service. All plans share them: there may be many consumers with a plugin
//! of their own, and many routes.

use std::collections::HashMap;
use std::sync::Arc;

use gibbon_entities::Plugin;
use gibbon_plugin_api::BodyNeed;
use uuid::Uuid;

use super::Instance;
use super::demands::Demands;

/// All of them that are enabled, by the name of the plugin.
#[derive(Default)]
pub(crate) struct Everywhere(HashMap<Box<str>, General>);

/// What runs of one plugin where nothing more specific is configured.
#[derive(Default)]
pub(super) struct General {
    /// For everybody.
    pub(super) default: Option<Arc<Instance>>,
    /// For single consumers.
    pub(super) consumers: Option<Arc<Consumers>>,
}

/// What runs of one plugin for consumers wherever they are.
#[derive(Default)]
pub(super) struct Consumers {
    by_id: HashMap<Uuid, Arc<Instance>>,
    /// What any of them asks for.
    pub(super) demands: Demands,
    /// Those that decide by the head of a request whether they want its body.
    pub(super) deciding: Vec<Arc<Instance>>,
}

impl Everywhere {
    pub(crate) fn new<'p>(plugins: impl Iterator<Item = (&'p Plugin, &'p Arc<Instance>)>) -> Self {
        let mut defaults: HashMap<&str, &Arc<Instance>> = HashMap::new();
        let mut consumers: HashMap<&str, Consumers> = HashMap::new();
        for (plugin, instance) in plugins.filter(|(plugin, _)| plugin.enabled) {
            match plugin.consumer {
                None => {
                    defaults.entry(&plugin.name).or_insert(instance);
                }
                Some(consumer) => consumers.entry(&plugin.name).or_default().add(consumer, instance),
            }
        }
        let mut by_name: HashMap<Box<str>, General> = HashMap::new();
        for (name, instance) in defaults {
            by_name.entry(name.into()).or_default().default = Some(Arc::clone(instance));
        }
        for (name, consumers) in consumers {
            by_name.entry(name.into()).or_default().consumers = Some(Arc::new(consumers));
        }
        Self(by_name)
    }

    pub(super) fn of_plugin(&self, name: &str) -> Option<&General> {
        self.0.get(name)
    }
}

impl Consumers {
    fn add(&mut self, consumer: Uuid, instance: &Arc<Instance>) {
        self.demands = self.demands.and(Demands::of([instance].into_iter()));
        if instance.handler.body_need() == BodyNeed::Depends {
            self.deciding.push(Arc::clone(instance));
        }
        self.by_id.entry(consumer).or_insert_with(|| Arc::clone(instance));
    }

    pub(super) fn get(&self, consumer: Uuid) -> Option<&Arc<Instance>> {
        self.by_id.get(&consumer)
    }
}
