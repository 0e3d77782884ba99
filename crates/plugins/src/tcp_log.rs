//! The `tcp-log` plugin: a line of JSON for each exchange, to a server that listens on a TCP port.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod config;
mod connection;
mod handler;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "tcp-log",
    version: INTERFACE_VERSION,
    priority: 7,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
