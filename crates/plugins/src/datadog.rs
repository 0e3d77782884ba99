//! The `datadog` plugin: counts and measures of exchanges, to an agent of Datadog.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod config;
mod handler;
mod schema;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "datadog",
    version: INTERFACE_VERSION,
    priority: 10,
    schema: schema::schema,
    credentials: &[],
    configure: handler::configure,
};
