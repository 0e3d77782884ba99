//! The `ip-restriction` plugin: addresses decide who may pass.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod blocks;
mod config;
mod handler;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "ip-restriction",
    version: INTERFACE_VERSION,
    priority: 990,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
