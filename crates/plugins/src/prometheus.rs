//! The `prometheus` plugin: counts requests and streams for `GET /metrics`.
//!
//! `README.md` in its folder says what it counts; `handler.rs` is where to start reading how: it finds the place where an
//! exchange is counted, `board.rs` has those places, and `text.rs` writes what stands in them.

mod board;
mod config;
mod handler;
mod histogram;
mod text;

#[cfg(test)]
mod tests;

use gibbon_plugin_api::PluginDef;

use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "prometheus",
    version: INTERFACE_VERSION,
    priority: 13,
    schema: config::schema,
    credentials: &[],
    configure: handler::configure,
};
