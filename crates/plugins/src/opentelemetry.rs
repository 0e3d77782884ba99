//! The `opentelemetry` plugin: the context of a trace on its way, and what became of a request as spans of OTLP.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod config;
mod export;
mod handler;
mod proto;
mod resource;
mod schema;
mod spans;
mod trace;
mod under_way;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "opentelemetry",
    version: INTERFACE_VERSION,
    priority: 14,
    schema: schema::schema,
    credentials: &[],
    configure: handler::configure,
};
