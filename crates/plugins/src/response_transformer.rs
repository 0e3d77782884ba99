//! The `response-transformer` plugin: the client gets another answer than the upstream has sent.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod config;
mod handler;
mod headers;
mod members;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "response-transformer",
    version: INTERFACE_VERSION,
    priority: 800,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
