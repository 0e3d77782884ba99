//! The `loggly` plugin: a message of RFC 5424 for each exchange, to Loggly.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod config;
mod handler;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "loggly",
    version: INTERFACE_VERSION,
    priority: 6,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
