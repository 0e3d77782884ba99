//! An order: from the name of a host to its certificate (RFC 8555 section 7.4).

use std::time::Duration;

use gibbon_jose::base64url;
use http::StatusCode;
use serde_json::{Value, json};

use super::account::AccountKey;
use super::authority::{Authority, json_of, location, problem};
use super::entries;
use super::error::AcmeError;
use super::shelf::Shelf;

/// For how many seconds the answer to a challenge is kept at the longest.
const CHALLENGE: i64 = 3600;

/// How long it is waited before the authority is asked again: first, and at the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What is needed beside the authority.
pub(super) struct Order<'o> {
    pub(super) host: &'o str,
    pub(super) shelf: &'o Shelf,
    pub(super) key: &'o AccountKey,
}

impl Order<'_> {
    /// The address of a certificate for the host and the key that have signed `request`, which is PKCS#10 in DER.
    pub(super) async fn place(&self, authority: &mut Authority<'_>, request: &[u8]) -> Result<String, AcmeError> {
        let new = authority.place("newOrder")?;
        let answer = authority.post(&new, Some(&json!({ "identifiers": [identifier(self.host)] }))).await?;
        let (url, order) = (location(&answer.headers)?, json_of(&answer)?);
        for authorization in order["authorizations"].as_array().ok_or(AcmeError::Answer("authorizations"))? {
            let authorization = authorization.as_str().ok_or(AcmeError::Answer("an authorization"))?;
            self.authorize(authority, authorization).await?;
        }
        let finalize = order["finalize"].as_str().ok_or(AcmeError::Answer("finalize"))?;
        authority.post(finalize, Some(&json!({ "csr": base64url::encode(request) }))).await?;
        let done = until(authority, &url, &["pending", "ready", "processing"]).await?;
        Ok(done["certificate"].as_str().ok_or(AcmeError::Answer("a certificate"))?.to_owned())
    }

    /// Proves that the host is ours (RFC 8555 section 8.3).
    async fn authorize(&self, authority: &mut Authority<'_>, url: &str) -> Result<(), AcmeError> {
        let (authorization, _) = authority.look(url).await?;
        if authorization["status"] == "valid" {
            return Ok(());
        }
        let challenges = authorization["challenges"].as_array().ok_or(AcmeError::Answer("challenges"))?;
        let challenge = challenges.iter().find(|challenge| challenge["type"] == "http-01");
        let challenge = challenge.ok_or(AcmeError::NoChallenge)?;
        let token = challenge["token"].as_str().filter(|token| is_token(token)).ok_or(AcmeError::Answer("a token"))?;
        let place = challenge["url"].as_str().ok_or(AcmeError::Answer("the address of a challenge"))?;
        let entry = entries::challenge(token);
        self.shelf.set(&entry, &self.key.authorization(token), Some(CHALLENGE)).await?;
        let outcome = match authority.post(place, Some(&json!({}))).await {
            Ok(_) => until(authority, url, &["pending"]).await.map(drop),
            Err(error) => Err(error),
        };
        // It goes by itself as well.
        let _ = self.shelf.delete(&entry).await;
        outcome
    }
}

/// What has become of something whose status is none of those that it will not keep.
async fn until(authority: &mut Authority<'_>, url: &str, passing: &[&str]) -> Result<Value, AcmeError> {
    let mut pause = FIRST_PAUSE;
    loop {
        let (state, later) = authority.look(url).await?;
        let status = state["status"].as_str().ok_or(AcmeError::Answer("a status"))?;
        match status {
            "valid" => return Ok(state),
            status if passing.contains(&status) => {}
            _ => return Err(refusal(&state)),
        }
        tokio::time::sleep(later.map_or(pause, Duration::from_secs).min(LONGEST_PAUSE)).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Why something has not become valid: the error of an order, or of a challenge.
fn refusal(state: &Value) -> AcmeError {
    let of_challenge =
        state["challenges"].as_array().into_iter().flatten().find_map(|challenge| challenge.get("error"));
    let error = state.get("error").or(of_challenge).unwrap_or(&Value::Null);
    let status = error["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    problem(status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::FORBIDDEN), error)
}

/// An address is one of its own kind (RFC 8738).
fn identifier(host: &str) -> Value {
    let kind = if host.parse::<std::net::IpAddr>().is_ok() { "ip" } else { "dns" };
    json!({ "type": kind, "value": host })
}

/// Whether a text is a token as RFC 8555 section 8.3 has them; anybody may send one.
pub(super) fn is_token(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=256).contains(&text.len()) && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_base64url_and_not_long() {
        assert!(is_token("aZ-_9"));
        for text in ["", "a.b", "a/b", "a b", "ä", "a#http-01", &"a".repeat(257)] {
            assert!(!is_token(text), "{text}");
        }
    }

    #[test]
    fn the_authority_says_why_a_challenge_was_in_vain() {
        let state = json!({ "status": "invalid", "challenges": [
            { "type": "dns-01" },
            { "type": "http-01", "error": { "type": "t:unauthorized", "detail": "no\nsuch file", "status": 403 } },
        ] });
        assert_eq!(refusal(&state).to_string(), "the authority answers 403: t:unauthorized nosuch file");
    }

    #[test]
    fn an_address_is_no_name() {
        assert_eq!(identifier("192.0.2.1")["type"], "ip");
        assert_eq!(identifier("a.example")["type"], "dns");
    }
}
