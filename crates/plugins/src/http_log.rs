//! The `http-log` plugin: exchanges as JSON, to a server that speaks HTTP.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod config;
mod handler;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "http-log",
    version: INTERFACE_VERSION,
    priority: 12,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
