//! The `standard-webhooks` plugin: only what is signed as Standard Webhooks say, and not too old, reaches the upstream.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod config;
mod handler;
mod message;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "standard-webhooks",
    version: INTERFACE_VERSION,
    priority: 760,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
