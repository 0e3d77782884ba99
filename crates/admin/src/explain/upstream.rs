//! Where a request would go.

use gibbon_plugin_api::{Names, TargetHealth};
use gibbon_router::path::{self, Strip};
use gibbon_runtime::{RouteEntry, Snapshot};
use serde_json::{Value, json};

pub(super) fn explain(snapshot: &Snapshot, entry: &RouteEntry, prefix: Option<usize>, request_path: &str) -> Value {
    let Some(origin) = &entry.service else { return Value::Null };
    let service = &*origin.service;
    let matched = prefix.and_then(|prefix| request_path.get(..prefix));
    let strip = if entry.route.strip_path { Strip::Prefix } else { Strip::Nothing };
    let path = path::join(service.path.as_deref(), request_path, matched, strip, entry.path_handling);
    let url = format!("{}://{}:{}{path}", service.protocol.as_str(), service.host, service.port);
    json!({
        "service": { "id": service.id, "name": service.name, "host": service.host, "port": service.port },
        "url": url,
        "targets": targets(snapshot, origin.upstream.as_deref()),
    })
}

/// The targets among which one is chosen, where the host of the service is an upstream; else null.
fn targets(snapshot: &Snapshot, key: Option<&str>) -> Value {
    let Some(pool) = key.and_then(|key| snapshot.pools.named(key)) else { return Value::Null };
    let name = &*pool.upstream.name;
    let mut all = Vec::new();
    snapshot.targets(&mut |state| {
        if *state.upstream == *name {
            let health = match state.health {
                TargetHealth::Unchecked => "unchecked",
                TargetHealth::Healthy => "healthy",
                TargetHealth::Unhealthy => "unhealthy",
                TargetHealth::Nowhere => "has no address",
            };
            all.push(json!({ "target": state.target, "address": state.address, "health": health }));
        }
    });
    json!({ "upstream": name, "one_of": all })
}
