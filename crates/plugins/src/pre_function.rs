//! The `pre-function` plugin: Lua before all other plugins.
//!
//! `README.md` in its folder says what it does; `functions/handler.rs` is where to start reading how.

use gibbon_plugin_api::PluginDef;

use crate::functions;
use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "pre-function",
    version: INTERFACE_VERSION,
    priority: 1_000_000,
    schema: || functions::schema("pre-function"),
    credentials: &[],
    configure: functions::configure,
};
