//! Giving out tokens: what is written, and what the application is told.

use gibbon_plugin_api::Edit;
use gibbon_schema::Object;
use serde_json::{Value, json};
use uuid::Uuid;

use super::config::Config;
use super::token::KIND;

/// What a token is made of.
pub(super) struct Terms<'t> {
    pub(super) application: Uuid,
    pub(super) service: Option<Uuid>,
    pub(super) user: Option<&'t str>,
    pub(super) scope: Option<&'t str>,
}

/// Whether there is something that a new token can be had for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refresh {
    Given,
    /// Browsers and applications that have agreed to nothing get none (RFC 6749, sections 4.2.2 and 4.4.3).
    NotGiven,
}

/// A new token.
pub(super) fn token(config: &Config, terms: &Terms<'_>, refresh: Refresh) -> Edit {
    let reference = |id: Option<Uuid>| id.map_or(Value::Null, |id| json!({ "id": id }));
    let lasts = config.token_expiration > 0;
    let refresh_token = (refresh == Refresh::Given && lasts).then(random);
    let body = json!({
        "service": reference(terms.service),
        "credential": { "id": terms.application },
        "authenticated_userid": terms.user,
        "scope": terms.scope,
        "expires_in": config.token_expiration,
        "refresh_token": refresh_token,
        "access_token": random(),
    });
    Edit::Insert { kind: KIND, body: with_life(config, body) }
}

/// Another token in the place of the one with this id, for the same refresh token.
pub(super) fn renewed(config: &Config, id: Uuid, now: i64) -> Edit {
    let fields = json!({ "access_token": random(), "expires_in": config.token_expiration, "created_at": now });
    Edit::Update { kind: KIND, id, fields: with_life(config, fields) }
}

/// A token that ends is forgotten when nothing can be had for it any more.
fn with_life(config: &Config, fields: Value) -> Object {
    let mut fields = if let Value::Object(fields) = fields { fields } else { Object::new() };
    fields.retain(|_, value| !value.is_null());
    if config.token_expiration > 0 && config.refresh_token_ttl > 0 {
        // It can be used to its own end in any case.
        let seconds = config.refresh_token_ttl.max(config.token_expiration);
        fields.insert("ttl".to_owned(), seconds.into());
    }
    fields
}

/// Thirty-two letters and digits of a generator for secrets: about 190 bits.
pub(super) fn random() -> String {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut text = String::with_capacity(32);
    while text.len() < 32 {
        // A byte above the largest multiple of 62 would make some characters likelier than others. Six bits of an id
        // are not random; they are in these two bytes.
        let bytes = Uuid::new_v4().into_bytes().into_iter().enumerate().filter(|(place, _)| ![6, 8].contains(place));
        let fair = bytes.filter(|(_, byte)| *byte < 248).map(|(_, byte)| ALPHABET[usize::from(byte % 62)]);
        text.extend(fair.map(char::from).take(32 - text.len()));
    }
    text
}

/// What the application is told of a token that was written.
pub(super) fn told(record: &Object, state: Option<&str>) -> Object {
    let mut body = Object::new();
    let mut tell = |name: &str, value: Option<&Value>| {
        if let Some(value) = value.filter(|value| !value.is_null()) {
            body.insert(name.to_owned(), value.clone());
        }
    };
    tell("refresh_token", record.get("refresh_token"));
    tell("token_type", record.get("token_type"));
    tell("access_token", record.get("access_token"));
    tell("expires_in", record.get("expires_in").filter(|seconds| seconds.as_i64() != Some(0)));
    tell("state", state.map(Value::from).as_ref());
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_random_has_letters_and_digits_and_is_never_the_same() {
        let (one, other) = (random(), random());
        assert_ne!(one, other);
        assert!(one.len() == 32 && one.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{one}");
    }

    #[test]
    fn an_application_is_told_what_there_is() {
        let record = json!({ "access_token": "a", "token_type": "bearer", "refresh_token": null, "expires_in": 0 });
        let told = Value::from(told(record.as_object().unwrap(), Some("s")));
        assert_eq!(told, json!({ "access_token": "a", "token_type": "bearer", "state": "s" }));
    }
}
