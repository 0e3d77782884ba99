//! The `jwt` plugin: a request is let through when it carries a token that a known credential has signed.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod admin;
mod binding;
mod claims;
mod config;
mod counts;
mod credential;
mod enforcement;
mod entities;
mod explain;
mod handler;
mod introspection;
mod issuers;
mod judge;
mod mint;
mod refusal;
mod replay;
mod resource_metadata;
mod retrieval;
mod revocations;
mod rules;
mod several;
mod single_use;
mod steps;
mod time_words;
mod upstream;
mod worker;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::{CredentialDef, PluginDef};

use crate::registry::INTERFACE_VERSION;
pub use admin::ADMIN_PATHS;
pub use revocations::MARKS;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "jwt",
    version: INTERFACE_VERSION,
    priority: 1450,
    schema: config::schema,
    credentials: &[CredentialDef { kind: entities::KIND, entity: entities::definition, load: entities::load }],
    configure: handler::configure,
};
