//! The `hmac-auth` plugin: a request is let through when it is signed with a secret that a known credential has.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod algorithm;
mod config;
mod digest;
mod entities;
mod handler;
mod parameters;
mod signing;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::{CredentialDef, PluginDef};

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "hmac-auth",
    version: INTERFACE_VERSION,
    priority: 1030,
    schema: config::schema,
    credentials: &[CredentialDef { kind: entities::KIND, entity: entities::definition, load: entities::load }],
    configure: handler::configure,
};

/// Whom a value of `Authorization` names as its signer, where it can be read.
pub fn signer(authorization: &[u8]) -> Option<Box<str>> {
    Some(parameters::Parameters::parse(authorization)?.username)
}
