//! Plugins that answer by themselves.

use gibbon_entities::Plugin;

const NAMES: [&str; 7] =
    ["ai-proxy", "aws-lambda", "azure-functions", "post-function", "pre-function", "redirect", "request-termination"];

/// Whether a plugin may answer in the place of a service.
pub(crate) fn answers(plugin: &Plugin) -> bool {
    plugin.enabled && NAMES.contains(&&*plugin.name)
}
