//! What would become of a request, and why, with nothing sent anywhere.
//!
//! Routes are found by the router, and plugins decide by the code that decides about requests of clients: there is no
//! second opinion that could be another one.

mod asked;
mod chain;
mod routing;
mod upstream;

use gibbon_plugin_api::{Announced, Captures, Carried, Identity, LogValues, Offload, RequestCx, Shared, WorkerLocals};
use gibbon_runtime::Snapshot;
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) use asked::Asked;

/// The groups of a route's path, of which no plugin that explains itself makes use.
struct NoCaptures;

impl Captures for NoCaptures {
    fn named(&self, _: &str) -> Option<&str> {
        None
    }

    fn numbered(&self, _: usize) -> Option<&str> {
        None
    }
}

/// Nothing is done beside an explanation.
struct Nowhere;

impl Offload for Nowhere {
    fn submit(&self, _: Box<dyn FnOnce() + Send>) -> Result<(), gibbon_plugin_api::Busy> {
        Err(gibbon_plugin_api::Busy)
    }
}

/// Explains a request. It takes as long as it takes: not for a thread that others wait for.
pub(crate) fn explain(snapshot: &Snapshot, asked: Asked, now: i64) -> Value {
    let client = asked.connection();
    let Asked { mut head, client_ip, path, .. } = asked;
    let key_path = path.clone();
    let (route, near) = routing::explain(snapshot, &head, &client, client_ip, &key_path);
    let found = routing::find(snapshot, &head, &client, client_ip, &key_path);
    let entry = found.as_ref().map(|(entry, _)| *entry);
    let mut document = json!({
        "request": {
            "method": head.method.as_str(), "scheme": client.scheme.as_str(), "host": head.host(), "path": path,
            "client_ip": client_ip.to_string(),
        },
        "route": route,
        "near_routes": near,
    });
    let (worker, shared) = (WorkerLocals::default(), Shared::default());
    let mut cx = RequestCx {
        request_id: "00000000000000000000000000000000",
        head: &mut head,
        path: &path,
        body: None,
        announced: Announced { length: Some(0), waits: false },
        body_limit: None,
        connection: &client,
        client_ip,
        instance: Uuid::nil(),
        scope: &gibbon_plugin_api::EVERYWHERE,
        captures: &NoCaptures,
        route: entry.map(|entry| &*entry.route),
        service: entry.and_then(|entry| entry.service.as_deref()).map(|origin| &*origin.service),
        started: std::time::Instant::now(),
        now,
        identity: Identity::default(),
        carried: Carried::default(),
        log_values: LogValues::default(),
        refusal: "",
        shared: &shared,
        directory: snapshot,
        worker: &worker,
        side: &Nowhere,
    };
    let plan = entry.map_or(snapshot.routes.unrouted(), |entry| &entry.plan);
    let (plugins, refusal) = chain::explain(plan, &mut cx);
    document["plugins"] = plugins.into();
    document["consumer"] = cx.identity.consumer.as_ref().map_or(
        Value::Null,
        |consumer| json!({ "id": consumer.id, "username": consumer.username, "custom_id": consumer.custom_id }),
    );
    document["upstream"] = match (entry, &refusal) {
        (Some(entry), None) => {
            upstream::explain(snapshot, entry, found.as_ref().and_then(|(_, prefix)| *prefix), &path)
        }
        _ => Value::Null,
    };
    document["outcome"] = match (entry, refusal) {
        (_, Some(answer)) => json!({ "passes": false, "answer": answer }),
        (None, None) => json!({ "passes": false, "answer": { "status": 404 } }),
        (Some(entry), None) if entry.service.is_none() => json!({ "passes": false, "answer": { "status": 503 } }),
        (Some(_), None) => json!({ "passes": true }),
    };
    document
}
