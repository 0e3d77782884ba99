//! The plugins of a request, one after the other.

use std::future::Future;
use std::pin::Pin;

use gibbon_entities::Protocol;
use gibbon_plugin_api::{Activity, Flow, Phases, Reply, RequestCx, Resume, Scheme};
use gibbon_runtime::{Instance, Plan};

use crate::http::chain::Chain;

/// The answer of a plugin, which need be no refusal.
pub(crate) struct OwnReply {
    pub(crate) reply: Box<Reply>,
    pub(crate) by: &'static str,
}

/// Runs the plan until a plugin answers or all have had their turn. Those that have something to do with the answer are
/// noted in `chain`, also where their turn does not come.
pub(crate) async fn run<'r, 's: 'r>(
    plan: &'s Plan,
    cx: &mut RequestCx<'r>,
    chain: &mut Chain<'s>,
) -> Result<(), OwnReply> {
    let protocol = match cx
        .route
        .is_some_and(|route| route.protocols.contains(Protocol::Grpc) || route.protocols.contains(Protocol::Grpcs))
    {
        true => grpc_protocol(cx.connection.scheme),
        false => protocol(cx.connection.scheme),
    };
    let mut outcome = Ok(());
    for step in &plan.steps {
        // Whose the request is may have been found out by the plugin before.
        let consumer = cx.identity.consumer.as_ref().map(|consumer| consumer.id);
        let Some(instance) = step.select(consumer, protocol) else { continue };
        if outcome.is_ok() && instance.phases.contains(Phases::ACCESS) {
            cx.instance = instance.id;
            cx.scope = &instance.scope;
            let begun = chain.begin();
            outcome = access(instance, cx).await.map_err(|reply| OwnReply { reply, by: step.plugin.name });
            chain.end(Activity::Access(step.plugin.name), begun);
        }
        chain.note(step.plugin.name, instance, &mut cx.carried);
    }
    outcome
}

/// How requests of a scheme are called where instances name the protocols that they run for.
pub(crate) fn protocol(scheme: Scheme) -> Protocol {
    match scheme {
        Scheme::Http => Protocol::Http,
        Scheme::Https => Protocol::Https,
    }
}

/// The same for calls of gRPC.
fn grpc_protocol(scheme: Scheme) -> Protocol {
    match scheme {
        Scheme::Http => Protocol::Grpc,
        Scheme::Https => Protocol::Grpcs,
    }
}

async fn access(instance: &Instance, cx: &mut RequestCx<'_>) -> Result<(), Box<Reply>> {
    let mut flow = instance.handler.access(cx);
    loop {
        match flow {
            Flow::Continue => return Ok(()),
            Flow::Respond(reply) => return Err(reply),
            Flow::Wait(waiting) => flow = resume(waiting, cx).await,
        }
    }
}

async fn resume(waiting: Pin<Box<dyn Future<Output = Resume>>>, cx: &mut RequestCx<'_>) -> Flow {
    let then = waiting.await;
    then(cx)
}
