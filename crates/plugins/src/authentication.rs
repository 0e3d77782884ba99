//! What authentication plugins agree on, so that several of them can guard one route together.
//!
//! Without `anonymous` each of them must accept the request (AND): the first that does not answers. With `anonymous`
//! on all of them one is enough (OR): those behind it have nothing left to do, and where none accepts, the request
//! goes on as the anonymous consumer.

use std::sync::Arc;

use gibbon_entities::{Body, BodyError, Consumer, Switch};
use gibbon_plugin_api::{ConfigureError, Credential, Flow, Reply, RequestCx};
use http::{HeaderValue, Method, StatusCode};

/// The settings `anonymous` and `run_on_preflight` of an authentication plugin.
#[derive(Debug)]
pub(crate) struct AuthenticationRule {
    /// The id or username of the consumer that stands in for nobody.
    anonymous: Option<Box<str>>,
    preflight: Preflight,
}

/// Whom a request is from, and what proves it.
pub(crate) struct Accepted {
    /// None where it is somebody who is known elsewhere and no consumer.
    pub(crate) consumer: Option<Arc<Consumer>>,
    pub(crate) credential: Credential,
}

/// What becomes of OPTIONS requests, to which browsers never add credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Preflight {
    /// They are authenticated like all others.
    Authenticate,
    /// They pass.
    Pass,
}

/// Whether the upstream gets to see what proves the request: the setting `hide_credentials`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visibility {
    Shown,
    Hidden,
}

impl Visibility {
    pub(crate) fn read(config: Body<'_>) -> Result<Self, BodyError> {
        Ok(if config.boolean("hide_credentials", Switch::Off)? { Self::Hidden } else { Self::Shown })
    }
}

impl AuthenticationRule {
    pub(crate) fn read(config: Body<'_>) -> Result<Self, BodyError> {
        let preflight = match config.boolean("run_on_preflight", Switch::On)? {
            true => Preflight::Authenticate,
            false => Preflight::Pass,
        };
        Ok(Self { anonymous: config.boxed("anonymous")?, preflight })
    }

    /// Whether a request that is refused goes on as somebody.
    pub(crate) fn has_anonymous(&self) -> bool {
        self.anonymous.is_some()
    }

    /// Whether the plugin has nothing to do for this request: it is a preflight that may pass, or another plugin has
    /// accepted it and one is enough.
    pub(crate) fn is_settled(&self, cx: &RequestCx<'_>) -> bool {
        let passes = self.preflight == Preflight::Pass && cx.head.method == Method::OPTIONS;
        passes || (self.anonymous.is_some() && cx.is_authenticated())
    }

    /// What becomes of a request: accepted, it goes on as its consumer; refused, it goes on as the anonymous consumer,
    /// or gets the answer that `reply` makes of the reason.
    pub(crate) fn conclude<R>(
        &self,
        cx: &mut RequestCx<'_>,
        outcome: Result<Accepted, R>,
        reply: impl FnOnce(R) -> Reply,
    ) -> Flow {
        match (outcome, &self.anonymous) {
            (Ok(Accepted { consumer, credential }), _) => {
                match consumer {
                    Some(consumer) => cx.authenticate(consumer, Some(credential)),
                    None => cx.authenticate_stranger(credential),
                }
                Flow::Continue
            }
            (Err(refusal), None) => Flow::respond(reply(refusal)),
            (Err(_), Some(anonymous)) => go_on_as(anonymous, cx),
        }
    }
}

fn go_on_as(anonymous: &str, cx: &mut RequestCx<'_>) -> Flow {
    match cx.consumer_named(anonymous) {
        Some(consumer) => {
            cx.authenticate(consumer, None);
            Flow::Continue
        }
        None => Flow::respond(Reply::error(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("anonymous consumer {anonymous} is configured but doesn't exist"),
        )),
    }
}

/// The answer when credentials cannot be checked now, because too many are waiting to be.
pub(crate) fn busy() -> Flow {
    Flow::respond(Reply::error(StatusCode::SERVICE_UNAVAILABLE, "Service unavailable"))
}

/// The value of `WWW-Authenticate`: a scheme and its parameters (RFC 9110 section 11.6.1).
///
/// # Errors
/// When the realm, the only part that a configuration gives, has characters that no header can carry.
pub(crate) fn challenge(scheme: &str, parameters: &[(&str, Option<&str>)]) -> Result<HeaderValue, ConfigureError> {
    let given = parameters.iter().filter_map(|(name, value)| value.map(|value| (name, value)));
    let written: Vec<_> = given.map(|(name, value)| format!("{name}=\"{}\"", quoted(value))).collect();
    let text = if written.is_empty() { scheme.to_owned() } else { format!("{scheme} {}", written.join(", ")) };
    HeaderValue::from_bytes(text.as_bytes()).map_err(|_| ConfigureError {
        field: "realm",
        reason: "has characters that cannot stand in the header `WWW-Authenticate`".to_owned(),
    })
}

/// The inside of a quoted string (RFC 9110 section 5.6.4).
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(scheme: &str, parameters: &[(&str, Option<&str>)]) -> Vec<u8> {
        challenge(scheme, parameters).unwrap().as_bytes().to_vec()
    }

    #[test]
    fn a_challenge_lists_the_parameters_that_are_given() {
        assert_eq!(written("Key", &[("realm", None)]), b"Key");
        assert_eq!(written("Key", &[("realm", Some("here"))]), b"Key realm=\"here\"");
        let both = [("realm", Some("here")), ("error", Some("invalid_token"))];
        assert_eq!(written("Bearer", &both), b"Bearer realm=\"here\", error=\"invalid_token\"");
    }

    #[test]
    fn a_realm_cannot_end_its_own_quotes() {
        assert_eq!(written("Key", &[("realm", Some(r#"a"b\c"#))]), br#"Key realm="a\"b\\c""#);
    }

    #[test]
    fn a_realm_with_a_line_break_is_refused() {
        let error = challenge("Key", &[("realm", Some("a\r\nX-Evil: 1"))]).unwrap_err();
        assert_eq!(error.field, "realm");
    }
}
