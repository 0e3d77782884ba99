//! The `oauth2` plugin: applications are given tokens, and a request is let through when it carries one.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod application;
mod authorize;
mod client;
mod config;
mod endpoint;
mod entities;
mod grant;
mod handler;
mod issue;
mod kong_hash;
mod parameters;
mod pkce;
mod presented;
mod problem;
mod redirect;
mod scope;
mod secret;
mod token;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::{CredentialDef, PluginDef};

pub(crate) use entities::authorization_codes;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "oauth2",
    version: INTERFACE_VERSION,
    priority: 1400,
    schema: config::schema,
    credentials: &[
        CredentialDef { kind: application::KIND, entity: entities::credentials, load: application::load },
        CredentialDef { kind: token::KIND, entity: entities::tokens, load: token::load },
    ],
    configure: handler::configure,
};
