//! The plugins of a request, in their order, and what those of them decide that can tell.

use gibbon_entities::Protocol;
use gibbon_plugin_api::{Explanation, Phases, Reply, ReplyBody, RequestCx, Scheme, Scope};
use gibbon_runtime::Plan;
use serde_json::{Value, json};

/// What runs, and the answer of the first that refuses.
pub(super) fn explain(plan: &Plan, cx: &mut RequestCx<'_>) -> (Vec<Value>, Option<Value>) {
    let protocol = match cx.connection.scheme {
        Scheme::Http => Protocol::Http,
        Scheme::Https => Protocol::Https,
    };
    let (mut plugins, mut refusal) = (Vec::new(), None);
    for step in &plan.steps {
        // Whose the request is may have been found out by the plugin before.
        let consumer = cx.identity.consumer.as_ref().map(|consumer| consumer.id);
        let Some(instance) = step.select(consumer, protocol) else { continue };
        let mut plugin = json!({
            "name": step.plugin.name, "id": instance.id, "priority": step.plugin.priority, "scope": scope(&instance.scope),
        });
        let runs = refusal.is_none() && instance.phases.contains(Phases::ACCESS);
        let explanation = if runs { instance.handler.explain(cx) } else { None };
        match explanation {
            Some(Explanation { steps, reply }) => {
                refusal = reply.as_ref().map(answer);
                plugin["decision"] = if refusal.is_some() { "refuses".into() } else { "lets pass".into() };
                plugin["steps"] = steps.into();
            }
            None if refusal.is_some() => plugin["decision"] = "is not reached".into(),
            None => plugin["decision"] = "is not tried here".into(),
        }
        plugins.push(plugin);
    }
    (plugins, refusal)
}

fn scope(scope: &Scope) -> Value {
    if *scope == Scope::default() {
        return "everything".into();
    }
    let parts = [("route", scope.route), ("service", scope.service), ("consumer", scope.consumer)];
    let set = parts.into_iter().filter_map(|(name, id)| Some((name.to_owned(), json!(id?))));
    Value::Object(set.collect())
}

fn answer(reply: &Reply) -> Value {
    let headers =
        reply.headers.iter().filter_map(|(name, value)| Some((name.to_string(), json!(value.to_str().ok()?))));
    let body = match &reply.body {
        ReplyBody::Json(bytes) => serde_json::from_slice(bytes).unwrap_or_default(),
        ReplyBody::Error(message) => json!({ "message": message }),
        _ => Value::Null,
    };
    json!({ "status": reply.status.as_u16(), "headers": headers.collect::<serde_json::Map<_, _>>(), "body": body })
}
