use gibbon_entities::Plugin;

use super::{Rule, Subject, Told};
use crate::finding::Severity;
use crate::scene::Scene;

pub(super) const RULE: Rule = Rule {
    code: "off-with-its-service",
    severity: Severity::Warning,
    subject: Subject::Plugin(check),
    told: Told::AtOnce,
};

fn check(plugin: &Plugin, scene: &Scene<'_>) -> Option<String> {
    let of_route = plugin.route.and_then(|id| scene.inventory().route(id)).and_then(|route| route.service);
    scene.is_off(plugin.service.or(of_route)).then(|| {
        format!("its service is switched off, so that `{}` never runs; set `enabled` of the service", plugin.name)
    })
}
