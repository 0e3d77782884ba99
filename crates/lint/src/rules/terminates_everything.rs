use gibbon_entities::Plugin;
use serde_json::Value;

use super::{Rule, Subject, Told};
use crate::finding::Severity;
use crate::scene::Scene;

pub(super) const RULE: Rule = Rule {
    code: "terminates-everything",
    severity: Severity::Warning,
    subject: Subject::Plugin(check),
    told: Told::AtOnce,
};

fn check(plugin: &Plugin, _: &Scene<'_>) -> Option<String> {
    let everywhere = plugin.route.is_none() && plugin.service.is_none() && plugin.consumer.is_none();
    let always = plugin.config.get("trigger").is_none_or(Value::is_null);
    (&*plugin.name == "request-termination" && everywhere && always).then(|| {
        "it answers every request of every route, and nothing reaches any service; set it on a route or a service, or give \
         it a `trigger`"
            .to_owned()
    })
}
