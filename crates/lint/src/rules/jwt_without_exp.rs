use gibbon_entities::Plugin;
use serde_json::Value;

use super::{Rule, Subject, Told};
use crate::finding::Severity;
use crate::scene::Scene;

pub(super) const RULE: Rule =
    Rule { code: "jwt-without-exp", severity: Severity::Warning, subject: Subject::Plugin(check), told: Told::AtOnce };

fn check(plugin: &Plugin, _: &Scene<'_>) -> Option<String> {
    let claims = plugin.config.get("claims_to_verify").and_then(Value::as_array);
    let verified = claims.is_some_and(|claims| claims.iter().any(|claim| claim == "exp"));
    (&*plugin.name == "jwt" && !verified).then(|| {
        "tokens that have expired pass, and a token that leaks is good for ever; add `exp` to `claims_to_verify`"
            .to_owned()
    })
}
