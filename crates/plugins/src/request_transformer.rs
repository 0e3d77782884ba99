//! The `request-transformer` plugin: the upstream gets another request than the client has sent.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod arguments;
mod body;
mod config;
mod handler;
mod headers;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "request-transformer",
    version: INTERFACE_VERSION,
    priority: 801,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
