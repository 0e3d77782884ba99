//! The `cors` plugin: what a page of another origin may do (the Fetch standard, section 3.3).
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod config;
mod handler;
mod origins;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "cors",
    version: INTERFACE_VERSION,
    priority: 2000,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
