//! The plugins of a request, one after the other.

use std::future::Future;
use std::pin::Pin;

use gibbon_entities::Protocol;
use gibbon_plugin_api::{Flow, Reply, RequestCx, Resume, Scheme};
use gibbon_runtime::Plan;

/// Runs the plan until a plugin answers or all have had their turn.
pub(crate) async fn run(plan: &Plan, cx: &mut RequestCx<'_>) -> Result<(), Box<Reply>> {
    let protocol = match cx.connection.scheme {
        Scheme::Http => Protocol::Http,
        Scheme::Https => Protocol::Https,
    };
    for step in &plan.steps {
        // Whose the request is may have been found out by the plugin before.
        let consumer = cx.identity.consumer.as_ref().map(|consumer| consumer.id);
        let Some(instance) = step.select(consumer, protocol) else { continue };
        let mut flow = instance.handler.access(cx);
        loop {
            match flow {
                Flow::Continue => break,
                Flow::Respond(reply) => return Err(reply),
                Flow::Wait(waiting) => flow = resume(waiting, cx).await,
            }
        }
    }
    Ok(())
}

async fn resume(waiting: Pin<Box<dyn Future<Output = Resume>>>, cx: &mut RequestCx<'_>) -> Flow {
    let then = waiting.await;
    then(cx)
}
