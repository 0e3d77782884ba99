use gibbon_entities::Plugin;

use super::{Rule, Subject, Told};
use crate::finding::Severity;
use crate::scene::Scene;

pub(super) const RULE: Rule = Rule {
    code: "consumer-without-authentication",
    severity: Severity::Warning,
    subject: Subject::Plugin(check),
    told: Told::AtOnce,
};

fn check(plugin: &Plugin, scene: &Scene<'_>) -> Option<String> {
    let blind = plugin.consumer.is_some() && scene.is_unauthenticated(plugin);
    blind.then(|| {
        format!(
            "it is for one consumer, and no plugin finds out who a request is from, so that `{}` never runs; add an \
             authentication plugin",
            plugin.name
        )
    })
}
