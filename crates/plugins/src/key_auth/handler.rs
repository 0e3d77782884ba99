//! What the plugin does to a request: find the key, find whose it is, hide it.

use std::borrow::Cow;

use gibbon_plugin_api::{BodyNeed, ConfigureError, Credential, Flow, Handler, Reply, RequestCx, Settings};
use http::header::WWW_AUTHENTICATE;
use http::{HeaderValue, StatusCode};
use serde_json::Value;

use super::config::Config;
use super::entities::{KIND, KeyCredential};
use super::places::{Found, KeyName};
use crate::authentication::{Accepted, Visibility, challenge};

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, _: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let config = Config::read(config)?;
    let challenge = challenge("Key", &[("realm", config.realm.as_deref())])?;
    Ok(Box::new(KeyAuth { config, challenge }))
}

struct KeyAuth {
    config: Config,
    challenge: HeaderValue,
}

/// Why a request is not let through, in the words of Kong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    NoKey,
    SeveralKeys,
    UnknownKey,
}

impl Refusal {
    fn message(self) -> &'static str {
        match self {
            Self::NoKey => "No API key found in request",
            Self::SeveralKeys => "Duplicate API key found",
            Self::UnknownKey => "Unauthorized",
        }
    }
}

impl Handler for KeyAuth {
    fn secret_arguments(&self) -> Vec<Box<str>> {
        self.config.places.arguments()
    }

    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        if self.config.rule.is_settled(cx) {
            return Flow::Continue;
        }
        let (name, outcome) = self.authenticate(cx);
        // A key that nobody knows is hidden as well: with an anonymous consumer the request goes on.
        if let Some(name) = name.filter(|_| self.config.visibility == Visibility::Hidden) {
            self.config.places.hide(name, cx);
        }
        self.config.rule.conclude(cx, outcome, |refusal| self.reply(refusal))
    }

    fn body_need(&self) -> BodyNeed {
        self.config.places.body_need()
    }
}

impl KeyAuth {
    /// Whose key it is, and the name under which it was found.
    fn authenticate(&self, cx: &RequestCx<'_>) -> (Option<&KeyName>, Result<Accepted, Refusal>) {
        match self.config.places.find(cx) {
            None | Some((_, Found::Nothing)) => (None, Err(Refusal::NoKey)),
            Some((name, Found::Several)) => (Some(name), Err(Refusal::SeveralKeys)),
            Some((name, Found::Key(key))) => (Some(name), owner(cx, &key)),
        }
    }

    fn reply(&self, refusal: Refusal) -> Reply {
        Reply::error(StatusCode::UNAUTHORIZED, Cow::Borrowed(refusal.message()))
            .with_header(WWW_AUTHENTICATE, self.challenge.clone())
    }
}

fn owner(cx: &RequestCx<'_>, key: &[u8]) -> Result<Accepted, Refusal> {
    if key.is_empty() {
        return Err(Refusal::NoKey);
    }
    // Keys are text, so what is not UTF-8 is nobody's.
    let key = std::str::from_utf8(key).map_err(|_| Refusal::UnknownKey)?;
    let credential: &KeyCredential = cx.credential(KIND, key).ok_or(Refusal::UnknownKey)?;
    if !credential.is_alive(cx.now) {
        return Err(Refusal::UnknownKey);
    }
    let consumer = cx.consumer(credential.consumer).ok_or(Refusal::UnknownKey)?;
    let credential = Credential { id: credential.id, identifier: credential.id.to_string().into() };
    Ok(Accepted { consumer: Some(consumer), credential })
}
