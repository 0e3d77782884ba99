//! Which plugins run for a route, in which order, with which configuration.
//!
//! One configuration of each plugin runs for a request: the most specific one. Whose consumer the request is from is
//! only known after authentication, so the choice among consumers is made when the plugin's turn comes.

mod demands;
mod everywhere;
mod making;

use std::collections::HashMap;
use std::sync::Arc;

use gibbon_entities::{Plugin, Protocol, Protocols};
use gibbon_plugin_api::{
    BodyNeed, Carries, Handler, Handshake, HandshakeCx, Phases, PluginDef, RequestHead, Scope as InstanceScope,
};
use uuid::Uuid;

pub(crate) use everywhere::Everywhere;
pub(crate) use making::make;

use demands::Demands;
use everywhere::Consumers;

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
    /// What runs for these consumers instead, on this route or service.
    here: HashMap<Uuid, Arc<Instance>>,
    /// What runs for those wherever they are, unless it is another one here.
    anywhere: Option<Arc<Consumers>>,
}

impl Step {
    /// The instance that runs for a request of `consumer` over `protocol`.
    pub fn select(&self, consumer: Option<Uuid>, protocol: Protocol) -> Option<&Arc<Instance>> {
        let own = consumer.and_then(|consumer| self.own(consumer));
        own.or(self.default.as_ref()).filter(|instance| instance.protocols.contains(protocol))
    }

    fn own(&self, consumer: Uuid) -> Option<&Arc<Instance>> {
        let here = if self.here.is_empty() { None } else { self.here.get(&consumer) };
        here.or_else(|| self.anywhere.as_ref()?.get(consumer))
    }

    /// What it asks for, whoever the request is from.
    fn demands(&self) -> Demands {
        let here = Demands::of(self.default.iter().chain(self.here.values()));
        self.anywhere.iter().fold(here, |demands, consumers| demands.and(consumers.demands))
    }

    /// Whether an instance of it, whosever it is, wants the body of a request with this head.
    fn wants_body(&self, head: &RequestHead) -> bool {
        let anywhere = self.anywhere.iter().flat_map(|consumers| consumers.deciding.iter());
        let mut instances = self.default.iter().chain(self.here.values()).chain(anywhere);
        instances.any(|instance| instance.handler.wants_body(head))
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
    /// A plan with these steps, which are in their order.
    fn of(steps: Box<[Step]>) -> Self {
        let demands = steps.iter().map(Step::demands).fold(Demands::default(), Demands::and);
        let has = |phase| demands.phases.contains(phase);
        let (has_timeline, has_handshake) = (has(Phases::TIMELINE), has(Phases::HANDSHAKE));
        Self { steps, body: demands.body, has_timeline, has_handshake }
    }

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
            Some(BodyNeed::Depends) => self.steps.iter().any(|step| step.wants_body(head)),
        }
    }
}
