//! Paths that are not records: what the node is and how it fares, its schemas, its plugins, and the list of paths.

pub(crate) mod absent;
pub(crate) mod cache;
pub(crate) mod config;
pub(crate) mod endpoints;
pub(crate) mod explain;
pub(crate) mod history;
pub(crate) mod lint;
pub(crate) mod log_level;
pub(crate) mod metrics;
pub(crate) mod plugin_paths;
pub(crate) mod plugins;
pub(crate) mod ready;
pub(crate) mod root;
pub(crate) mod schemas;
pub(crate) mod status;
pub(crate) mod timers;
pub(crate) mod upstreams;
pub(crate) mod verdict;
