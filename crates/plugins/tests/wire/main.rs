//! The plugins as clients and upstreams see them: a whole gateway, spoken to through sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where something is not as it has to be")]

mod answers;
mod authentication;
mod bound_tokens;
mod cache;
mod certificates;
mod functions;
mod grpc;
mod handshakes;
mod introspection;
mod issuers;
mod limits;
mod log_servers;
mod logs;
mod metrics;
mod oauth2;
mod overrides;
mod refusals;
mod scopes;
mod session;
mod streams;
mod tokens;
mod traces;
mod webhooks;
mod with_redis;
mod with_slapd;

use gibbon_plugin_api::PluginDef;
use gibbon_testkit::{Builder, Gateway, Origin};
use serde_json::{Value, json};

/// A gateway that has all plugins, with a route for everything to an origin that answers with the target of a request.
fn gateway() -> (Gateway, Origin) {
    started(Gateway::builder())
}

/// The same with settings of its own.
fn started(builder: Builder) -> (Gateway, Origin) {
    let origin = Origin::echoing_targets();
    let all = gibbon_plugins::registry::all();
    let builder = all.into_iter().fold(builder, |builder, plugin: &'static PluginDef| builder.plugin(plugin));
    let gateway = builder.entities(gibbon_plugins::registry::entities()).start();
    gateway.proxy_to(&origin);
    (gateway, origin)
}

/// The same with some plugins for everything.
fn gateway_with(plugins: &[(&str, Value)]) -> (Gateway, Origin) {
    let (gateway, origin) = gateway();
    for (name, config) in plugins {
        gateway.plugin(json!({ "name": name, "config": config }));
    }
    (gateway, origin)
}
