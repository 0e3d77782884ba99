//! The `request-termination` plugin: the gateway answers by itself.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod config;
mod echo;
mod handler;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "request-termination",
    version: INTERFACE_VERSION,
    priority: 2,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
