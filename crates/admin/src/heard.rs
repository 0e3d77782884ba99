//! What the Admin API of another node has told this one.

use std::sync::Arc;

use gibbon_runtime::Configuration;

use crate::log_levels::LogLevels;
use crate::routes::{log_level, plugin_paths, verdict};

/// Does it. Words that mean nothing here are for another version.
pub fn hear(configuration: &Arc<Configuration>, levels: &dyn LogLevels, word: &str) {
    log_level::hear(levels, word);
    verdict::hear(&configuration.snapshot(), word);
    plugin_paths::hear(configuration, word);
}
