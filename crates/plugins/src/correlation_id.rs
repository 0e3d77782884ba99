//! The `correlation-id` plugin: each request gets an id that all who see it can name.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod config;
mod generator;
mod handler;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "correlation-id",
    version: INTERFACE_VERSION,
    priority: 100_001,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
