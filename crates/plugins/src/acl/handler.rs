//! What the plugin does to a request: it asks for the groups of whom it is from.

use std::sync::Arc;

use gibbon_plugin_api::request::{X_AUTHENTICATED_GROUPS, X_CONSUMER_GROUPS};
use gibbon_plugin_api::{ConfigureError, Flow, Handler, Reply, RequestCx, Settings};
use http::{HeaderValue, StatusCode};
use serde_json::Value;

use super::config::{AuthenticatedGroups, Config, GroupsHeader};
use super::entities::{KIND, Membership, key_of};

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, _: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    Ok(Box::new(Acl(Config::read(config)?)))
}

struct Acl(Config);

/// Where groups come from, and so what the upstream is told that they are.
enum Groups {
    OfConsumer(Vec<Box<str>>),
    OfAuthentication(Arc<[Box<str>]>),
}

impl Handler for Acl {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        let Some(groups) = self.groups(cx) else { return Flow::respond(unknown(cx)) };
        let names: Vec<&str> = groups.names().iter().map(|name| &**name).collect();
        if !self.0.rule.lets_pass(&names) {
            return Flow::respond(forbidden());
        }
        if self.0.groups_header == GroupsHeader::Told {
            let (name, other) = match groups {
                Groups::OfConsumer(_) => (X_CONSUMER_GROUPS, X_AUTHENTICATED_GROUPS),
                Groups::OfAuthentication(_) => (X_AUTHENTICATED_GROUPS, X_CONSUMER_GROUPS),
            };
            tell(cx, name, &names);
            cx.head.headers.remove(other);
        }
        Flow::Continue
    }
}

impl Acl {
    /// The groups that count; `None` where nobody knows whom the request is from.
    fn groups(&self, cx: &RequestCx<'_>) -> Option<Groups> {
        let identity = &cx.identity;
        let authenticated = || identity.groups.clone().map(Groups::OfAuthentication);
        let Some(consumer) = &identity.consumer else { return authenticated() };
        let counts = self.0.authenticated_groups == AuthenticatedGroups::Always || identity.credential.is_none();
        if let Some(groups) = authenticated().filter(|_| counts) {
            return Some(groups);
        }
        let key = key_of(consumer.id);
        let memberships = cx.credentials_below::<Membership>(KIND, &key);
        Some(Groups::OfConsumer(memberships.map(|membership| membership.group.clone()).collect()))
    }
}

impl Groups {
    fn names(&self) -> &[Box<str>] {
        match self {
            Self::OfConsumer(names) => names,
            Self::OfAuthentication(names) => names,
        }
    }
}

fn tell(cx: &mut RequestCx<'_>, name: &'static str, groups: &[&str]) {
    match HeaderValue::from_bytes(groups.join(", ").as_bytes()) {
        Ok(value) if !groups.is_empty() => cx.head.headers.set(name, value),
        _ => drop(cx.head.headers.remove(name)),
    }
}

/// Whoever has proved something, though not to be a consumer, is known and may not pass.
fn unknown(cx: &RequestCx<'_>) -> Reply {
    if cx.is_authenticated() { forbidden() } else { Reply::error(StatusCode::UNAUTHORIZED, "Unauthorized") }
}

fn forbidden() -> Reply {
    Reply::error(StatusCode::FORBIDDEN, "You cannot consume this service")
}
