//! The `bot-detection` plugin: programs that say that they are some are turned away.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod config;
mod handler;
mod known;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "bot-detection",
    version: INTERFACE_VERSION,
    priority: 2500,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
