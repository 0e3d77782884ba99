//! The `zipkin` plugin: what became of a request, as spans of Zipkin.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod config;
mod handler;
mod request_tags;
mod sender;
mod span;
mod spans;
mod trace;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "zipkin",
    version: INTERFACE_VERSION,
    priority: 100_000,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
