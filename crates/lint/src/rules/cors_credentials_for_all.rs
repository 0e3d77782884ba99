use gibbon_entities::Plugin;
use serde_json::Value;

use super::{Rule, Subject, Told};
use crate::finding::Severity;
use crate::scene::Scene;

pub(super) const RULE: Rule = Rule {
    code: "cors-credentials-for-all",
    severity: Severity::Warning,
    subject: Subject::Plugin(check),
    told: Told::AtOnce,
};

fn check(plugin: &Plugin, _: &Scene<'_>) -> Option<String> {
    let config = &plugin.config;
    let for_all = match config.get("origins") {
        Some(Value::Array(origins)) => origins.is_empty() || origins.iter().any(|origin| origin == "*"),
        _ => true,
    };
    let found = &*plugin.name == "cors" && for_all && config.get("credentials") == Some(&Value::Bool(true));
    found.then(|| {
        "pages of every origin may send requests with the cookies of their visitors and read the answers; name the origins \
         that may"
            .to_owned()
    })
}
