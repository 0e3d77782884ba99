//! The `response-ratelimiting` plugin: an upstream says with each answer how much it has used of which limit.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod config;
mod handler;
mod spent;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "response-ratelimiting",
    version: INTERFACE_VERSION,
    priority: 900,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
