//! The `acme` plugin: certificates from an authority that gives them out by itself (RFC 8555).
//!
//! `README.md` in its folder says what it does; `issuer.rs` is where to start reading how.

mod account;
mod admin;
mod authority;
mod chain;
mod config;
mod domains;
mod entities;
mod entries;
mod error;
mod handler;
mod instances;
mod issuer;
mod order;
mod renewal;
mod request;
mod saved;
mod shelf;
mod storage_fields;
mod transport;
mod under_way;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;
pub use admin::ADMIN_PATHS;
pub(crate) use entities::definition as storage;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "acme",
    version: INTERFACE_VERSION,
    priority: 1705,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
