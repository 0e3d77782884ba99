use gibbon_entities::Plugin;

use super::{Rule, Subject, Told};
use crate::finding::Severity;
use crate::scene::Scene;

pub(super) const RULE: Rule = Rule {
    code: "acl-without-authentication",
    severity: Severity::Error,
    subject: Subject::Plugin(check),
    told: Told::InTheEnd,
};

fn check(plugin: &Plugin, scene: &Scene<'_>) -> Option<String> {
    let blind = &*plugin.name == "acl" && scene.is_unauthenticated(plugin);
    blind.then(|| {
        "no plugin finds out who a request is from, so that acl refuses all of them; add an authentication plugin where it \
         runs"
            .to_owned()
    })
}
