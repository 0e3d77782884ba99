//! The `basic-auth` plugin: a request is let through when it carries a name and the password that belongs to it
//! (RFC 7617).
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod config;
mod entities;
mod handler;
mod header;
mod stored;
mod verified;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::{CredentialDef, PluginDef};
pub use stored::StoredPassword;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "basic-auth",
    version: INTERFACE_VERSION,
    priority: 1100,
    schema: config::schema,
    credentials: &[CredentialDef { kind: entities::KIND, entity: entities::definition, load: entities::load }],
    configure: handler::configure,
};
