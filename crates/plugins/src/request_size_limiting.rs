//! The `request-size-limiting` plugin: a request whose body is too long goes no further.
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
    name: "request-size-limiting",
    version: INTERFACE_VERSION,
    priority: 951,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
