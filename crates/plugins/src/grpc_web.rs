//! The `grpc-web` plugin: pages in browsers call services of gRPC.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod body;
mod config;
mod encoding;
mod handler;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "grpc-web",
    version: INTERFACE_VERSION,
    priority: 3,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
