use gibbon_entities::Plugin;

use super::{Rule, Subject, Told};
use crate::finding::Severity;
use crate::scene::Scene;

pub(super) const RULE: Rule = Rule {
    code: "functions-never-run",
    severity: Severity::Warning,
    subject: Subject::Plugin(check),
    told: Told::AtOnce,
};

/// The phases that come before there is a route.
const EARLY: [&str; 2] = ["certificate", "rewrite"];

fn check(plugin: &Plugin, _: &Scene<'_>) -> Option<String> {
    let runs_lua = matches!(&*plugin.name, "pre-function" | "post-function");
    if !runs_lua || (plugin.route.is_none() && plugin.service.is_none()) {
        return None;
    }
    let has_some = |phase: &&str| plugin.config[*phase].as_array().is_some_and(|functions| !functions.is_empty());
    let phase = EARLY.into_iter().find(has_some)?;
    Some(format!(
        "functions of `{phase}` run before there is a route, and so only where the plugin is for everything; configure it \
         without a route and a service"
    ))
}
