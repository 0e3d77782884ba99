//! `GET /metrics`: what the node has counted, as Prometheus reads it.
//!
//! What concerns the node stands here under the names that Kong has for it; what plugins count they write themselves. As
//! in Kong, the path is there if the node has the plugin `prometheus`, whether that is configured or not.

use std::sync::Arc;
use std::time::Duration;

use gibbon_plugin_api::{Exposition, Kind};
use gibbon_runtime::Snapshot;

use crate::about::memory::resident_bytes;
use crate::answer::Answer;
use crate::api::AdminApi;
use crate::error::ApiError;
use crate::routes::root::INTERFACE_VERSION;

/// The plugin that the path belongs to.
const PLUGIN: &str = "prometheus";

/// Whoever collects metrics wants an answer soon: a database that takes longer counts as away.
const PATIENCE: Duration = Duration::from_secs(1);

pub(crate) async fn show(api: &AdminApi) -> Result<Answer, ApiError> {
    if api.configuration.registry().get(PLUGIN).is_none() {
        return Err(ApiError::NotFound);
    }
    let asked = tokio::time::timeout(PATIENCE, api.configuration.store().revision()).await;
    let mut exposition = Exposition::of(subsystems(api));
    let snapshot = api.configuration.snapshot();
    write_node(api, &snapshot, matches!(asked, Ok(Ok(_))), &mut exposition);
    // A hundred thousand routes are a hundred thousand histograms: nothing to hold up other requests with.
    let live = Arc::clone(&api.configuration.node().live);
    let node_id = api.about.node_id.to_string();
    let writing = tokio::task::spawn_blocking(move || {
        live.write_metrics(&*snapshot, &mut exposition);
        write_what_was_told(("node_id", &node_id), &mut exposition);
        exposition.into_text()
    });
    let text = writing.await.map_err(|error| ApiError::Internal(error.to_string()))?;
    Ok(Answer::text(text))
}

fn subsystems(api: &AdminApi) -> &'static [&'static str] {
    if api.about.conf.streams.listeners.is_empty() { &["http"] } else { &["http", "stream"] }
}

fn write_node(api: &AdminApi, snapshot: &Snapshot, reachable: bool, exposition: &mut Exposition) {
    let id = api.about.node_id.to_string();
    let node = ("node_id", &*id);
    let info = exposition.family("kong_node_info", Kind::Gauge, "Kong Node metadata information");
    { info }.add(&[node, ("version", INTERFACE_VERSION)], 1);
    let help = "Datastore reachable from Kong, 0 is unreachable";
    exposition.family("kong_datastore_reachable", Kind::Gauge, help).add(&[], u8::from(reachable));
    let help = "The revision of the configuration that is live on this node.";
    exposition.family("gibbon_configuration_revision", Kind::Gauge, help).add(&[], snapshot.revision);
    let help = "Records that are stored and cannot be served.";
    exposition.family("gibbon_configuration_faults", Kind::Gauge, help).add(&[], snapshot.faults().count());
    write_connections(api, node, exposition);
    write_timers(exposition);
    write_memory(node, exposition);
}

fn write_connections(api: &AdminApi, node: (&str, &str), exposition: &mut Exposition) {
    let counters = &api.about.counters;
    let (active, writing) = (counters.connections_active(), counters.requests_in_flight());
    let (accepted, total) = (counters.connections_accepted(), counters.requests_total());
    // As in Kong, `total` counts requests.
    let states = [
        ("accepted", accepted),
        ("active", active),
        ("handled", accepted),
        ("reading", 0),
        ("total", total),
        ("waiting", active.saturating_sub(writing)),
        ("writing", writing),
    ];
    // The counts are those of all ports, as they are in Kong under both names.
    for subsystem in exposition.subsystems {
        let subsystem = ("subsystem", *subsystem);
        let help = "Number of connections by subsystem";
        let mut samples = exposition.family("kong_nginx_connections_total", Kind::Gauge, help);
        states.iter().for_each(|(state, count)| samples.add(&[node, subsystem, ("state", state)], count));
        let mut samples = exposition.family("kong_nginx_requests_total", Kind::Gauge, "Number of requests total");
        samples.add(&[node, subsystem], total);
    }
}

/// Here tasks of the runtime beside the workers do what timers do in Kong.
fn write_timers(exposition: &mut Exposition) {
    let metrics = tokio::runtime::Handle::current().metrics();
    let mut samples = exposition.family("kong_nginx_timers", Kind::Gauge, "Number of Nginx timers");
    samples.add(&[("state", "pending")], metrics.global_queue_depth());
    samples.add(&[("state", "running")], metrics.num_alive_tasks());
}

/// What plugins have told of themselves: memories with a bound, which is what Kong's shared dictionaries are, and how
/// often there was no room for a count, which Kong calls errors.
fn write_what_was_told(node: (&str, &str), exposition: &mut Exposition) {
    let help = "Number of nginx-lua-prometheus errors";
    let lost = exposition.lost;
    exposition.family("kong_nginx_metric_errors_total", Kind::Counter, help).add(&[], lost);
    for memory in std::mem::take(&mut exposition.memories) {
        let labels = [node, ("shared_dict", memory.name), ("kong_subsystem", "http")];
        let help = "Allocated slabs in bytes in a shared_dict";
        exposition.family("kong_memory_lua_shared_dict_bytes", Kind::Gauge, help).add(&labels, memory.bytes);
        let help = "Total capacity in bytes of a shared_dict";
        exposition.family("kong_memory_lua_shared_dict_total_bytes", Kind::Gauge, help).add(&labels, memory.capacity);
    }
}

/// The process is one entry, with all that it holds.
fn write_memory(node: (&str, &str), exposition: &mut Exposition) {
    let Some(bytes) = resident_bytes() else { return };
    let pid = std::process::id().to_string();
    let help = "Allocated bytes in worker Lua VM";
    let mut samples = exposition.family("kong_memory_workers_lua_vms_bytes", Kind::Gauge, help);
    samples.add(&[node, ("pid", &pid), ("kong_subsystem", "http")], bytes);
}
