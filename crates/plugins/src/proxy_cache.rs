//! The `proxy-cache` plugin: answers of upstreams are kept, and given again to requests that ask for the same.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod admin;
mod cache_control;
mod config;
mod content_type;
mod dictionary;
mod freshness;
mod handler;
mod key;
mod stored;
mod storing;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;
pub use admin::ADMIN_PATHS;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "proxy-cache",
    version: INTERFACE_VERSION,
    priority: 100,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
