//! The `rate-limiting` plugin: nobody may send more requests in a period than is allowed.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod config;
mod handler;
mod identifier;
mod report;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "rate-limiting",
    version: INTERFACE_VERSION,
    priority: 910,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
