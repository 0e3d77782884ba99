use gibbon_entities::Route;

use super::{Rule, Subject, Told};
use crate::finding::Severity;
use crate::probe;
use crate::scene::Scene;

pub(super) const RULE: Rule =
    Rule { code: "route-is-shadowed", severity: Severity::Warning, subject: Subject::Route(check), told: Told::AtOnce };

fn check(route: &Route, scene: &Scene<'_>) -> Option<String> {
    if scene.is_off(route.service) {
        return None;
    }
    let mut winners: Vec<&Route> = Vec::new();
    for probe in probe::all(route)? {
        let winner = probe.ask(scene)?;
        if winner.id == route.id || !probe.is_covered_by(winner) {
            return None;
        }
        if !winners.iter().any(|known| known.id == winner.id) {
            winners.push(winner);
        }
    }
    let names: Vec<_> = winners.iter().take(3).map(|winner| shown(winner)).collect();
    (!names.is_empty()).then(|| {
        format!(
            "it never gets a request, since {} takes all of them first; change what one of them matches, or delete it",
            names.join(" and ")
        )
    })
}

fn shown(route: &Route) -> String {
    format!("`{}`", route.name.as_deref().map_or_else(|| route.id.to_string(), str::to_owned))
}
