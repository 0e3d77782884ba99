use gibbon_entities::Plugin;

use super::{Rule, Subject, Told};
use crate::finding::Severity;
use crate::scene::Scene;

pub(super) const RULE: Rule =
    Rule { code: "limit-by-nobody", severity: Severity::Info, subject: Subject::Plugin(check), told: Told::InTheEnd };

/// What counts requests by who sends them.
const LIMITS: [&str; 2] = ["rate-limiting", "response-ratelimiting"];

fn check(plugin: &Plugin, scene: &Scene<'_>) -> Option<String> {
    let by = plugin.config.get("limit_by")?.as_str()?;
    let found =
        LIMITS.contains(&&*plugin.name) && matches!(by, "consumer" | "credential") && scene.is_unauthenticated(plugin);
    found.then(|| {
        format!(
            "it counts by {by}, and no plugin finds out who a request is from, so that it counts by address; say \
             `limit_by: ip`, or add an authentication plugin"
        )
    })
}
