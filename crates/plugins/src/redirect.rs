//! The `redirect` plugin: clients are sent to another place.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod config;
mod handler;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "redirect",
    version: INTERFACE_VERSION,
    priority: 779,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
