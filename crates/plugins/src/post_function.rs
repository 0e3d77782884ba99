//! The `post-function` plugin: Lua after all other plugins.
//!
//! `README.md` in its folder says what it does; `functions/handler.rs` is where to start reading how.

use gibbon_plugin_api::PluginDef;

use crate::functions;
use crate::registry::INTERFACE_VERSION;

/// The plugin.
pub static DEFINITION: PluginDef = PluginDef {
    name: "post-function",
    version: INTERFACE_VERSION,
    priority: -1000,
    schema: || functions::schema("post-function"),
    credentials: &[],
    configure: functions::configure,
};
