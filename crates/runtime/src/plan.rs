//! Which plugins run for a route, in which order, with which configuration.
//!
//! One configuration of each plugin runs for a request: the most specific one. Whose consumer the request is from is
//! only known after authentication, so the choice among consumers is made when the plugin's turn comes.

use std::collections::HashMap;
use std::sync::Arc;

use gibbon_entities::{Plugin, Protocol, Protocols};
use gibbon_plugin_api::{
    BodyNeed, Carries, Handler, Handshake, HandshakeCx, Phases, PluginDef, Registry, RequestHead,
    Scope as InstanceScope,
};
use uuid::Uuid;

/// A configured plugin.
pub struct Instance {
    /// The id of its record.
    pub id: Uuid,
    /// What it runs for.
    pub scope: InstanceScope,
    /// The protocols for which it runs.
    pub protocols: Protocols,
    /// The phases that it takes part in.
    pub phases: Phases,
    /// The names of the arguments of a query in which it looks for credentials.
    pub secret_arguments: Vec<Box<str>>,
    /// What it does.
    pub handler: Box<dyn Handler>,
}

impl Instance {
    /// The instance of a record.
    pub fn new(plugin: &Plugin, handler: Box<dyn Handler>) -> Self {
        let scope = InstanceScope { route: plugin.route, service: plugin.service, consumer: plugin.consumer };
        let (phases, secret_arguments) = (handler.phases(), handler.secret_arguments());
        Self { id: plugin.id, scope, protocols: plugin.protocols, phases, secret_arguments, handler }
    }
}

/// One plugin's place in a plan.
pub struct Step {
    /// The plugin.
    pub plugin: &'static PluginDef,
    /// What runs where no instance of the request's consumer is more specific.
    default: Option<Arc<Instance>>,
    /// What runs for these consumers instead.
    by_consumer: HashMap<Uuid, Arc<Instance>>,
}

impl Step {
    /// The instance that runs for a request of `consumer` over `protocol`.
    pub fn select(&self, consumer: Option<Uuid>, protocol: Protocol) -> Option<&Arc<Instance>> {
        let own = if self.by_consumer.is_empty() { None } else { consumer.and_then(|id| self.by_consumer.get(&id)) };
        own.or(self.default.as_ref()).filter(|instance| instance.protocols.contains(protocol))
    }

    /// The instance that runs for a stream. As in Kong, one that names any protocol of streams runs for all of them:
    /// what keeps strangers out must not be passed by over UDP because it names TCP alone.
    pub fn select_for_stream(&self) -> Option<&Arc<Instance>> {
        let runs = |instance: &&Arc<Instance>| instance.protocols.iter().any(Protocol::is_stream);
        self.default.as_ref().filter(runs)
    }
}

/// The plugins of one route, from the highest priority to the lowest.
#[derive(Default)]
pub struct Plan {
    /// Their places.
    pub steps: Box<[Step]>,
    /// What the most demanding of them needs of the body.
    pub body: Option<BodyNeed>,
    /// Whether one of them wants to know when the gateway did what.
    pub has_timeline: bool,
    /// Whether one of them takes part in handshakes.
    pub has_handshake: bool,
}

impl Plan {
    /// A client asks for a server for which there is no certificate.
    pub(crate) fn lacks_certificate(&self, server_name: &str) {
        let wants = |instance: &&Arc<Instance>| instance.phases.contains(Phases::CERTIFICATE);
        let wanting = self.steps.iter().filter_map(|step| step.default.as_ref()).filter(wants);
        wanting.for_each(|instance| instance.handler.certificate(server_name));
    }

    /// A client is about to be shown a certificate. As in Kong, an instance runs for connections that carry requests where it
    /// names any protocol of those, and for others where it names any of streams.
    pub fn handshake(&self, cx: &mut HandshakeCx<'_>) -> Handshake {
        let for_streams = cx.carries == Carries::Stream;
        let wants = |instance: &&Arc<Instance>| {
            let mut protocols = instance.protocols.iter();
            instance.phases.contains(Phases::HANDSHAKE) && protocols.any(|it| it.is_stream() == for_streams)
        };
        let mut wanting = self.steps.iter().filter_map(|step| step.default.as_ref()).filter(wants);
        let aborted = wanting.any(|instance| instance.handler.handshake(cx) == Handshake::Abort);
        if aborted { Handshake::Abort } else { Handshake::Continue }
    }

    /// Whether a plugin needs the whole body of a request with this head.
    pub fn wants_body(&self, head: &RequestHead) -> bool {
        match self.body {
            None | Some(BodyNeed::Stream) => false,
            Some(BodyNeed::Buffer) => true,
            Some(BodyNeed::Depends) => self.steps.iter().any(|step| {
                let mut instances = step.default.iter().chain(step.by_consumer.values());
                instances.any(|instance| instance.handler.wants_body(head))
            }),
        }
    }
}

/// The scope of a plugin: its route, its service, its consumer.
type Scope = (Option<Uuid>, Option<Uuid>, Option<Uuid>);

/// All enabled plugins, by scope, ready to be made into plans.
pub struct Planner<'a> {
    registry: &'a Registry,
    by_scope: HashMap<Scope, Vec<(&'a str, &'a Arc<Instance>)>>,
    /// For whom there is a plugin of a name: nobody else can have another one than everybody.
    consumers: HashMap<&'a str, Vec<Uuid>>,
}

impl<'a> Planner<'a> {
    /// Sorts `plugins` by scope.
    pub fn new(registry: &'a Registry, plugins: impl Iterator<Item = (&'a Plugin, &'a Arc<Instance>)>) -> Self {
        let mut by_scope: HashMap<Scope, Vec<_>> = HashMap::new();
        let mut consumers: HashMap<&str, Vec<Uuid>> = HashMap::new();
        for (plugin, instance) in plugins.filter(|(plugin, _)| plugin.enabled) {
            if let Some(consumer) = plugin.consumer {
                consumers.entry(&plugin.name).or_default().push(consumer);
            }
            let scope = (plugin.route, plugin.service, plugin.consumer);
            by_scope.entry(scope).or_default().push((&*plugin.name, instance));
        }
        for consumers in consumers.values_mut() {
            consumers.sort_unstable();
            consumers.dedup();
        }
        Self { registry, by_scope, consumers }
    }

    /// The plan of a route and its service.
    pub fn plan(&self, route: Option<Uuid>, service: Option<Uuid>) -> Plan {
        let steps: Box<[Step]> = self.registry.iter().filter_map(|plugin| self.step(plugin, route, service)).collect();
        let instances = || steps.iter().flat_map(|step| step.default.iter().chain(step.by_consumer.values()));
        let body = instances().map(|instance| instance.handler.body_need()).max();
        let has_timeline = instances().any(|instance| instance.phases.contains(Phases::TIMELINE));
        let has_handshake = instances().any(|instance| instance.phases.contains(Phases::HANDSHAKE));
        Plan { steps, body, has_timeline, has_handshake }
    }

    fn step(&self, plugin: &'static PluginDef, route: Option<Uuid>, service: Option<Uuid>) -> Option<Step> {
        let default = self.most_specific(plugin.name, route, service, None);
        let by_consumer: HashMap<_, _> = self
            .consumers
            .get(plugin.name)
            .into_iter()
            .flatten()
            .filter_map(|consumer| {
                let own = self.most_specific(plugin.name, route, service, Some(*consumer))?;
                (default.as_ref().is_none_or(|default| default.id != own.id)).then_some((*consumer, own))
            })
            .collect();
        (default.is_some() || !by_consumer.is_empty()).then_some(Step { plugin, default, by_consumer })
    }

    /// Kong's order of precedence, from the most specific scope to the global one.
    fn most_specific(&self, name: &str, r: Option<Uuid>, s: Option<Uuid>, c: Option<Uuid>) -> Option<Arc<Instance>> {
        let scopes = [
            (r, s, c),
            (r, None, c),
            (None, s, c),
            (r, s, None),
            (None, None, c),
            (r, None, None),
            (None, s, None),
            (None, None, None),
        ];
        scopes.iter().find_map(|scope| {
            let here = self.by_scope.get(scope)?;
            here.iter().find(|(plugin, _)| *plugin == name).map(|(_, instance)| Arc::clone(instance))
        })
    }
}
