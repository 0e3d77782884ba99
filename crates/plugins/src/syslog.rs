//! The `syslog` plugin: a message of the machine's system log for each exchange.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod config;
mod handler;
mod socket;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "syslog",
    version: INTERFACE_VERSION,
    priority: 4,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
