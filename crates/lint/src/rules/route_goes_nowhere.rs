use gibbon_entities::Route;

use super::{Rule, Subject, Told};
use crate::answering::answers;
use crate::finding::Severity;
use crate::scene::Scene;

pub(super) const RULE: Rule = Rule {
    code: "route-goes-nowhere",
    severity: Severity::Error,
    subject: Subject::Route(check),
    told: Told::InTheEnd,
};

fn check(route: &Route, scene: &Scene<'_>) -> Option<String> {
    let nobody = route.service.is_none()
        && !scene.inventory().plugins_of_route(route.id).any(answers)
        && !scene.is_answered_everywhere();
    nobody.then(|| {
        "it has no service, and no plugin answers in its place, so that its requests are answered with 503; give it a \
         service"
            .to_owned()
    })
}
