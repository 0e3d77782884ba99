//! The `acl` plugin: the groups that a consumer is in decide whether it may pass.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod config;
mod entities;
mod handler;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::{CredentialDef, PluginDef};

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "acl",
    version: INTERFACE_VERSION,
    priority: 950,
    schema: config::schema,
    credentials: &[CredentialDef { kind: entities::KIND, entity: entities::definition, load: entities::load }],
    configure: handler::configure,
};
