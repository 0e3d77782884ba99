//! Asking an issuer whether a token is good (RFC 7662): for tokens that nobody else can read, and where that is configured also
//! for those whose signature is right.
//!
//! A request waits only where nothing is known of its token ([`desk`]); `server` is who is asked, and `strangers` keeps
//! those who make tokens up from having somebody asked about each of them.

mod desk;
mod fields;
mod server;
mod strangers;

use std::net::IpAddr;
use std::sync::Arc;

use gibbon_entities::{Body, BodyError};
use gibbon_jose::{Contents, TokenError};
use gibbon_plugin_api::{ConfigureError, Credential, Settings};
use gibbon_schema::Object;
use serde_json::Value;
use uuid::Uuid;

use super::steps::{Outcome, Step};
pub(super) use desk::{Asking, Away, Found};
use desk::{Desk, Question};
pub(super) use fields::field as config_field;
use server::Server;

/// The longest token that somebody is asked about, in bytes.
const LONGEST: usize = 4096;

/// What is known of a token.
#[derive(Debug, Clone)]
pub(super) enum Finding {
    /// It is good, and this is what it stands for.
    Active(Arc<Contents>),
    /// It is not, or not for this gateway.
    Inactive,
}

/// See the module.
pub(super) struct Introspection {
    server: Arc<Server>,
    desk: Arc<Desk>,
    scope: Scope,
}

/// Which tokens are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Those that are no JWT.
    Opaque,
    /// And those whose signature is right.
    All,
}

impl Introspection {
    /// `None` where nobody is asked.
    pub(super) fn read(config: &Value, settings: &Settings) -> Result<Option<Self>, ConfigureError> {
        let refused = |reason: String| ConfigureError { field: "introspection", reason };
        let nothing = Object::new();
        let config = Body::new(config.as_object().unwrap_or(&nothing));
        if config.get("introspection").is_none() {
            return Ok(None);
        }
        let unread = |error: BodyError| refused(error.to_string());
        let record = config.record("introspection").map_err(unread)?;
        let desk: Arc<Desk> = settings.node.live.measured();
        let client = desk.client(settings).map_err(|error| refused(error.to_string()))?;
        let server = Server::read(record, client).map_err(unread)?;
        server.check().map_err(|error| refused(error.to_string()))?;
        let is_all = record.optional_text("tokens").map_err(unread)? == Some("all");
        let scope = if is_all { Scope::All } else { Scope::Opaque };
        Ok(Some(Self { server: Arc::new(server), desk, scope }))
    }

    /// Whether what cannot be read as a JWT may be a token of another kind.
    pub(super) fn is_of(&self, raw: &[u8], error: TokenError) -> bool {
        matches!(error, TokenError::Parts | TokenError::Header(_)) && raw.len() <= LONGEST && is_token68(raw)
    }

    /// Whether tokens are asked about whose signature is right.
    pub(super) fn confirms(&self) -> bool {
        self.scope == Scope::All
    }

    /// What is known of a token, without asking anybody.
    pub(super) fn known(&self, raw: &[u8], now: i64) -> Option<Finding> {
        self.desk.known(&Question::of(&self.server, raw), now)
    }

    /// What is known of a token, or the way to know it: for a request of this client.
    pub(super) fn find(&self, raw: &[u8], client: IpAddr, now: i64) -> Found {
        self.desk.find(Question::of(&self.server, raw), raw, client, now)
    }

    /// Who is asked.
    pub(super) fn endpoint(&self) -> Arc<str> {
        self.server.endpoint()
    }

    /// What an explanation tells of what is known.
    pub(super) fn step(&self, finding: Option<&Finding>) -> Step {
        let step = Step::judged("introspection", Outcome::of(finding.map(|found| matches!(found, Finding::Active(_)))));
        let step = step.wanted(format!("a token that {} has as active", self.server.url()));
        match finding {
            Some(Finding::Active(_)) => step.remark("it is active, as was said a short time ago"),
            Some(Finding::Inactive) => step.remark("it is not, as was said a short time ago"),
            None => step.remark("nothing is known of it, and nobody is asked for an explanation"),
        }
    }
}

/// What stands for a credential: whom the token is of, or else to whom it was given, as this issuer says.
pub(super) fn credential(endpoint: &str, contents: &Contents) -> Credential {
    let names = ["sub", "username", "client_id"];
    let subject = names.into_iter().filter_map(|name| contents.claims().get_str(name)).find(|name| !name.is_empty());
    let identifier = subject.as_deref().unwrap_or(endpoint);
    let whole = format!("{endpoint}\n{identifier}");
    Credential { id: Uuid::new_v5(&Uuid::NAMESPACE_URL, whole.as_bytes()), identifier: identifier.into() }
}

/// Whether a text is a token as headers carry it (RFC 6750 section 2.1).
fn is_token68(raw: &[u8]) -> bool {
    let is_fit = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte);
    let end = raw.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    end > 0 && raw.get(..end).is_some_and(|text| text.iter().all(is_fit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_the_characters_of_one() {
        for text in ["a", "ya29.A0_x-y~z+/", "abc==", "2YotnFZFEjr1zCsicMWpAA"] {
            assert!(is_token68(text.as_bytes()), "{text}");
        }
        for text in ["", "=", "==", "a b", "a=b", "a\"", "ä", "a\n", "a&token=b", "a%20"] {
            assert!(!is_token68(text.as_bytes()), "{text}");
        }
    }
}
