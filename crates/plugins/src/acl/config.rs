//! What the plugin can be told.

use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::{Subschema, at_least_one_of, field, only_one_of, string};
use serde_json::Value;

use crate::config_error;
use crate::schema_of::{self, switch};

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let config = [
        field("allow").array_of(string()).describe("The groups that may pass; all others may not."),
        field("deny").array_of(string()).describe("The groups that may not pass; all others may."),
        switch("hide_groups_header", false).describe("Whether the upstream is not told the groups."),
        switch("always_use_authenticated_groups", false)
            .describe("Whether the groups that authentication has found count for known consumers as well."),
    ];
    let lists = ["config.allow", "config.deny"];
    schema_of::requests_of_all("acl", config).entity_checks([only_one_of(lists), at_least_one_of(lists)])
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) rule: Rule,
    pub(super) groups_header: GroupsHeader,
    pub(super) authenticated_groups: AuthenticatedGroups,
}

/// Who may pass.
pub(super) enum Rule {
    /// Who is in one of these groups.
    Allow(Vec<Box<str>>),
    /// Who is in none of these.
    Deny(Vec<Box<str>>),
}

/// Whether the upstream is told the groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GroupsHeader {
    Told,
    Hidden,
}

/// When the groups count that an authentication plugin has found, instead of those of the consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AuthenticatedGroups {
    Always,
    /// Where no credential of a consumer was accepted.
    WithoutCredential,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        let deny = config.texts("deny")?;
        let rule = if deny.is_empty() { Rule::Allow(config.texts("allow")?) } else { Rule::Deny(deny) };
        let groups_header = match config.boolean("hide_groups_header", Switch::Off)? {
            true => GroupsHeader::Hidden,
            false => GroupsHeader::Told,
        };
        let authenticated_groups = match config.boolean("always_use_authenticated_groups", Switch::Off)? {
            true => AuthenticatedGroups::Always,
            false => AuthenticatedGroups::WithoutCredential,
        };
        Ok(Self { rule, groups_header, authenticated_groups })
    }
}

impl Rule {
    /// Whether somebody in these groups may pass.
    pub(super) fn lets_pass(&self, groups: &[&str]) -> bool {
        let is_in = |list: &[Box<str>]| list.iter().any(|group| groups.contains(&&**group));
        match self {
            Self::Allow(list) => is_in(list),
            Self::Deny(list) => !is_in(list),
        }
    }
}
