//! What the plugin does to a request: it asks for the groups of whom it is from.

use std::sync::Arc;

use gibbon_plugin_api::{
    ConfigureError, Directory, FieldText, Flow, Handler, Headers, KnownName, Reply, RequestCx, Settings,
};
use http::StatusCode;
use serde_json::Value;
use smallvec::SmallVec;

use super::config::{AuthenticatedGroups, Config, GroupsHeader};
use super::entities::{KIND, Membership, key_of};

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, _: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    Ok(Box::new(Acl(Config::read(config)?)))
}

struct Acl(Config);

/// The names of groups.
type Names<'n> = SmallVec<[&'n str; 8]>;

impl Handler for Acl {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        let (directory, key);
        let authenticated = self.authenticated(cx);
        let (names, name, other): (Names<'_>, _, _) = match (&authenticated, &cx.identity.consumer) {
            (Some(groups), _) => (
                groups.iter().map(|group| &**group).collect(),
                KnownName::XAuthenticatedGroups,
                KnownName::XConsumerGroups,
            ),
            (None, Some(consumer)) => {
                (directory, key) = (cx.directory, key_of(consumer.id));
                (memberships(directory, &key).collect(), KnownName::XConsumerGroups, KnownName::XAuthenticatedGroups)
            }
            (None, None) => return Flow::respond(unknown(cx)),
        };
        if !self.0.rule.lets_pass(&names) {
            return Flow::respond(forbidden());
        }
        if self.0.groups_header == GroupsHeader::Told {
            tell(&mut cx.head.headers, name, &names);
            cx.head.headers.remove(other);
        }
        Flow::Continue
    }
}

impl Acl {
    /// The groups that authentication has found, where those count.
    fn authenticated(&self, cx: &RequestCx<'_>) -> Option<Arc<[Box<str>]>> {
        let identity = &cx.identity;
        let counts = self.0.authenticated_groups == AuthenticatedGroups::Always
            || identity.consumer.is_none()
            || identity.credential.is_none();
        identity.groups.clone().filter(|_| counts)
    }
}

/// The groups of the consumer whose memberships have keys that begin so.
fn memberships<'d>(directory: &'d dyn Directory, key: &'d str) -> impl Iterator<Item = &'d str> {
    let all = directory.credentials_below(KIND, key).filter_map(|value| value.downcast_ref::<Membership>());
    all.map(|membership| &*membership.group)
}

/// Tells the upstream the groups, which are not told where they have a name that no field can hold.
fn tell(headers: &mut Headers, name: KnownName, groups: &[&str]) {
    let several;
    let text = match groups {
        [one] => *one,
        _ => {
            several = groups.join(", ");
            &several
        }
    };
    match FieldText::new(text) {
        Some(text) if !groups.is_empty() => headers.set(name, text),
        _ => drop(headers.remove(name)),
    }
}

/// Whoever has proved something, though not to be a consumer, is known and may not pass.
fn unknown(cx: &RequestCx<'_>) -> Reply {
    if cx.is_authenticated() { forbidden() } else { Reply::error(StatusCode::UNAUTHORIZED, "Unauthorized") }
}

fn forbidden() -> Reply {
    Reply::error(StatusCode::FORBIDDEN, "You cannot consume this service")
}
