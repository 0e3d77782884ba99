use gibbon_entities::{Plugin, Route};

use super::{Rule, Subject, Told};
use crate::finding::Severity;
use crate::scene::Scene;

pub(super) const RULE: Rule = Rule {
    code: "route-goes-nowhere",
    severity: Severity::Error,
    subject: Subject::Route(check),
    told: Told::InTheEnd,
};

/// The plugins that answer by themselves.
const ANSWERING: [&str; 7] =
    ["ai-proxy", "aws-lambda", "azure-functions", "post-function", "pre-function", "redirect", "request-termination"];

fn check(route: &Route, scene: &Scene<'_>) -> Option<String> {
    let answers = |plugin: &Plugin| plugin.enabled && ANSWERING.contains(&&*plugin.name);
    let nobody = route.service.is_none()
        && !scene.inventory().plugins_of_route(route.id).any(answers)
        && !scene.is_answered_everywhere(answers);
    nobody.then(|| {
        "it has no service, and no plugin answers in its place, so that its requests are answered with 503; give it a \
         service"
            .to_owned()
    })
}
