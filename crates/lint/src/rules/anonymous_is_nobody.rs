use gibbon_entities::Plugin;

use super::{Rule, Subject, Told};
use crate::finding::Severity;
use crate::scene::Scene;

pub(super) const RULE: Rule = Rule {
    code: "anonymous-is-nobody",
    severity: Severity::Error,
    subject: Subject::Plugin(check),
    told: Told::AtOnce,
};

fn check(plugin: &Plugin, scene: &Scene<'_>) -> Option<String> {
    let anonymous = plugin.config.get("anonymous")?.as_str()?;
    (!scene.has_consumer(anonymous)).then(|| {
        format!(
            "there is no consumer `{anonymous}`, so that requests without credentials are answered with 500; create it, or \
             take `anonymous` away"
        )
    })
}
