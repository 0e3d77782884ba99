//! The `session` plugin: clients that have proved who they are once are known by a cookie from then on.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod config;
mod cookie;
mod entities;
mod handler;
mod logout;
mod opened;
mod saved;
mod seal;
mod shelf;
mod stored;
mod times;
mod told;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::{CredentialDef, PluginDef};

pub(crate) use entities::metadatas;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "session",
    version: INTERFACE_VERSION,
    priority: 1900,
    schema: config::schema,
    credentials: &[CredentialDef { kind: stored::KIND, entity: entities::sessions, load: stored::load }],
    configure: handler::configure,
};
