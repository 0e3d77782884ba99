//! The `key-auth` plugin: a request is let through when it carries a key that a known credential has.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

pub(crate) mod body;
mod config;
mod entities;
mod handler;
pub(crate) mod places;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::{CredentialDef, PluginDef};

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "key-auth",
    version: INTERFACE_VERSION,
    priority: 1250,
    schema: config::schema,
    credentials: &[CredentialDef { kind: entities::KIND, entity: entities::definition, load: entities::load }],
    configure: handler::configure,
};
