use gibbon_entities::Plugin;

use super::{Rule, Subject, Told};
use crate::authentication::authenticates;
use crate::finding::Severity;
use crate::scene::Scene;

pub(super) const RULE: Rule = Rule {
    code: "authentication-needs-all",
    severity: Severity::Warning,
    subject: Subject::Plugin(check),
    told: Told::AtOnce,
};

fn check(plugin: &Plugin, scene: &Scene<'_>) -> Option<String> {
    if !insists(plugin) {
        return None;
    }
    let other = scene.beside(plugin).find(|other| other.id != plugin.id && insists(other))?;
    Some(format!(
        "every request needs credentials for `{}` and for `{}` too; where one of them is enough, give both an `anonymous` \
         consumer and end with a plugin that refuses it",
        plugin.name, other.name
    ))
}

/// Whether it lets nothing pass that it has not accepted itself.
fn insists(plugin: &Plugin) -> bool {
    authenticates(plugin) && plugin.consumer.is_none() && plugin.config.get("anonymous").is_some_and(|it| it.is_null())
}
