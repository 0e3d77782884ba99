//! All rules.

mod acl_without_authentication;
mod anonymous_is_nobody;
mod authentication_needs_all;
mod consumer_without_authentication;
mod cors_credentials_for_all;
mod functions_never_run;
mod jwt_without_exp;
mod limit_by_nobody;
mod off_with_its_service;
mod route_goes_nowhere;
mod route_is_shadowed;
mod terminates_everything;
mod upstream_without_targets;
mod weak_key;

use gibbon_entities::{Plugin, Route};
use gibbon_runtime::{Pool, Snapshot};
use gibbon_schema::Object;
use uuid::Uuid;

use crate::finding::{Finding, Severity};
use crate::scene::Scene;

/// One rule.
pub(crate) struct Rule {
    /// What its findings are called.
    pub(crate) code: &'static str,
    /// How bad they are.
    pub(crate) severity: Severity,
    /// What it looks at.
    pub(crate) subject: Subject,
    /// Whether a write is told.
    pub(crate) told: Told,
}

/// What a rule looks at, one at a time: what is wrong with it, or nothing.
pub(crate) enum Subject {
    Plugin(fn(&Plugin, &Scene<'_>) -> Option<String>),
    Route(fn(&Route, &Scene<'_>) -> Option<String>),
    Upstream(fn(&Pool) -> Option<String>),
    /// A record by itself, of this kind.
    Record(&'static str, fn(&Object) -> Option<String>),
}

/// When somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// By the write that makes it so.
    AtOnce,
    /// Only when the whole is looked at: it is a step on the way to every good configuration.
    InTheEnd,
}

const RULES: &[Rule] = &[
    acl_without_authentication::RULE,
    anonymous_is_nobody::RULE,
    authentication_needs_all::RULE,
    consumer_without_authentication::RULE,
    cors_credentials_for_all::RULE,
    functions_never_run::RULE,
    jwt_without_exp::RULE,
    limit_by_nobody::RULE,
    off_with_its_service::RULE,
    route_goes_nowhere::RULE,
    route_is_shadowed::RULE,
    terminates_everything::RULE,
    upstream_without_targets::RULE,
    weak_key::RULE,
];

/// The codes of all rules.
pub fn codes() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|rule| rule.code)
}

/// Everything that is found in a revision, but for what [`of_record`] finds in single records.
pub fn all(snapshot: &Snapshot) -> Vec<Finding> {
    let scene = Scene::whole(snapshot);
    RULES.iter().flat_map(|rule| rule.all(&scene)).collect()
}

/// What is found in a record by itself.
pub fn of_record(kind: &str, record: &Object) -> Vec<Finding> {
    RULES.iter().filter_map(|rule| rule.of_record(kind, record)).collect()
}

/// What is found in the record of that kind that was just written, where it is worth a word to its writer.
pub fn of_written(snapshot: &Snapshot, kind: &str, record: &Object) -> Vec<Finding> {
    let Some(id) = record.get("id").and_then(|id| Uuid::try_parse(id.as_str()?).ok()) else { return Vec::new() };
    let scene = Scene::near(snapshot);
    let told = RULES.iter().filter(|rule| rule.told == Told::AtOnce && rule.severity > Severity::Info);
    told.filter_map(|rule| match (&rule.subject, kind) {
        (Subject::Plugin(check), "plugins") => rule.of_plugin(*check, scene.inventory().plugin(id)?, &scene),
        (Subject::Route(check), "routes") => rule.of_route(*check, scene.inventory().route(id)?, &scene),
        (Subject::Record(..), kind) => rule.of_record(kind, record),
        _ => None,
    })
    .collect()
}

impl Rule {
    fn all(&self, scene: &Scene<'_>) -> Vec<Finding> {
        match self.subject {
            Subject::Plugin(check) => {
                scene.inventory().plugins().filter_map(|plugin| self.of_plugin(check, plugin, scene)).collect()
            }
            Subject::Route(check) => {
                scene.inventory().routes().filter_map(|route| self.of_route(check, route, scene)).collect()
            }
            Subject::Upstream(check) => scene
                .pools()
                .filter_map(|pool| {
                    let upstream = &pool.upstream;
                    Some(self.finding("upstreams", upstream.id, Some(&upstream.name), check(pool)?))
                })
                .collect(),
            Subject::Record(..) => Vec::new(),
        }
    }

    /// One that is switched off does nothing, and nothing wrong.
    fn of_plugin(
        &self,
        check: fn(&Plugin, &Scene<'_>) -> Option<String>,
        plugin: &Plugin,
        scene: &Scene<'_>,
    ) -> Option<Finding> {
        let message = plugin.enabled.then(|| check(plugin, scene)).flatten()?;
        Some(self.finding("plugins", plugin.id, plugin.instance_name.as_deref().or(Some(&plugin.name)), message))
    }

    fn of_route(
        &self,
        check: fn(&Route, &Scene<'_>) -> Option<String>,
        route: &Route,
        scene: &Scene<'_>,
    ) -> Option<Finding> {
        Some(self.finding("routes", route.id, route.name.as_deref(), check(route, scene)?))
    }

    fn of_record(&self, kind: &str, record: &Object) -> Option<Finding> {
        let Subject::Record(own, check) = self.subject else { return None };
        let message = (own == kind).then(|| check(record)).flatten()?;
        let id = record.get("id").and_then(|id| Uuid::try_parse(id.as_str()?).ok()).unwrap_or_default();
        Some(self.finding(own, id, None, message))
    }

    fn finding(&self, kind: &'static str, id: Uuid, name: Option<&str>, message: String) -> Finding {
        Finding { code: self.code, severity: self.severity, kind, id, name: name.map(str::to_owned), message }
    }
}
