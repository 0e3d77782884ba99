//! `GET /status`: how the node is.

use std::time::Duration;

use gibbon_runtime::{Fault, RouteTable};
use http::StatusCode;
use serde_json::{Value, json};

use crate::about::Counters;
use crate::about::memory::{Scale, resident_bytes};
use crate::answer::Answer;
use crate::api::AdminApi;
use crate::error::ApiError;
use crate::request::Request;

/// Who asks how the node is wants an answer soon: a database that takes longer counts as away.
const PATIENCE: Duration = Duration::from_secs(1);

pub(crate) async fn show(api: &AdminApi, request: &Request) -> Result<Answer, ApiError> {
    let scale = match Scale::parse(request.query_value("unit"), request.query_value("scale")) {
        Ok(scale) => scale,
        Err(text) => return Ok(Answer::message(StatusCode::BAD_REQUEST, text)),
    };
    let snapshot = api.configuration.snapshot();
    let asked = tokio::time::timeout(PATIENCE, api.configuration.store().revision()).await;
    let reachable = matches!(asked, Ok(Ok(_)));
    let mut status = json!({
        "memory": memory(scale),
        "server": server(&*api.about.counters),
        "database": database(api, reachable),
        "gibbon": {
            "version": api.about.version,
            "revision": snapshot.revision,
            "router": router(&snapshot.routes),
            "faults": snapshot.faults().map(fault).collect::<Vec<_>>(),
        },
    });
    if let (Some(declared), Value::Object(members)) = (&api.declared, &mut status) {
        members.insert("configuration_hash".to_owned(), declared.hash().into());
    }
    Ok(Answer::ok(status))
}

/// Whether the database answers; and if the node has started without it, the revision of the copy that it serves.
fn database(api: &AdminApi, reachable: bool) -> Value {
    match api.configuration.store().copy_in_use() {
        Some(revision) if !reachable => json!({ "reachable": false, "copy": { "revision": revision } }),
        _ => json!({ "reachable": reachable }),
    }
}

/// Kong lists the heap of each of its interpreters; this process is one entry, with all that it holds.
fn memory(scale: Scale) -> Value {
    let Some(bytes) = resident_bytes() else {
        return json!({ "workers_lua_vms": [], "lua_shared_dicts": {} });
    };
    json!({
        "workers_lua_vms": [{ "pid": std::process::id(), "http_allocated_gc": scale.write(bytes) }],
        "lua_shared_dicts": {},
        "resident": scale.write(bytes),
    })
}

fn server(counters: &dyn Counters) -> Value {
    let (active, in_flight) = (counters.connections_active(), counters.requests_in_flight());
    let accepted = counters.connections_accepted();
    json!({
        "connections_active": active,
        "connections_accepted": accepted,
        "connections_handled": accepted,
        "connections_reading": 0,
        "connections_writing": in_flight,
        "connections_waiting": active.saturating_sub(in_flight),
        "total_requests": counters.requests_total(),
    })
}

fn router(routes: &RouteTable) -> Value {
    json!({ "routes": routes.served(), "unindexed": routes.router().unindexed() })
}

fn fault(fault: &Fault) -> Value {
    json!({ "kind": fault.kind, "id": fault.id, "reason": fault.reason })
}
