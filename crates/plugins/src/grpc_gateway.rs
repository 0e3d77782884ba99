//! The `grpc-gateway` plugin: requests in JSON become calls of gRPC, as the annotations of a `.proto` file say.
//!
//! `README.md` in its folder says what it does; `handler.rs` is where to start reading how.

mod body;
mod config;
mod handler;
mod request;
mod status;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "grpc-gateway",
    version: INTERFACE_VERSION,
    priority: 998,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
