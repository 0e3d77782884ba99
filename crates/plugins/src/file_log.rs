//! The `file-log` plugin: a line of JSON for each exchange, at the end of a file.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod config;
mod handler;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "file-log",
    version: INTERFACE_VERSION,
    priority: 9,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
