//! The `ldap-auth` plugin: a request is let through when a directory knows the name and the password that it carries.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod answers;
mod claim;
mod config;
mod connection;
mod handler;
mod message;
mod name;
mod server;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "ldap-auth",
    version: INTERFACE_VERSION,
    priority: 1200,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
