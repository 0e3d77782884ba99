//! The `statsd` plugin: counts and measures of exchanges, to a server of StatsD.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod config;
mod handler;
mod metric;
mod schema;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "statsd",
    version: INTERFACE_VERSION,
    priority: 11,
    schema: schema::schema,
    credentials: &[],
    configure: handler::configure,
};
