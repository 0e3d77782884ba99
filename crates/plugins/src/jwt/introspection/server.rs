//! An issuer that is asked: the exchange (RFC 7662 section 2).

use std::sync::Arc;
use std::time::Duration;

use base64_simd::STANDARD;
use form_urlencoded::{Serializer, byte_serialize};
use gibbon_entities::{Body, BodyError};
use gibbon_jose::json::{JsonObject, JsonValue};
use gibbon_jose::{Contents, Limits};
use http::{HeaderValue, StatusCode};

use super::Finding;
use crate::jwt::issuers::{Client, FetchError};

/// For how many seconds at the most it counts that a token is not active: it may be so new that not all of the issuer's machines
/// know it.
const LONGEST_INACTIVE: i64 = 10;

/// Who is asked, as whom, and for how long an answer counts.
pub(super) struct Server {
    url: Arc<str>,
    client_id: Box<str>,
    authorization: Option<HeaderValue>,
    /// Seconds.
    ttl: i64,
    pub(super) timeout: Duration,
    client: Arc<Client>,
}

/// There is no answer.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub(super) struct NoAnswer {
    error: FetchError,
    /// Whether the issuer is in no state to be asked about anything.
    pub(super) is_down: bool,
}

impl Server {
    pub(super) fn read(record: Body<'_>, client: Arc<Client>) -> Result<Self, BodyError> {
        let name = record.optional_text("client_id")?;
        let secret = record.optional_text("client_secret")?;
        Ok(Self {
            url: record.text("endpoint")?.into(),
            client_id: name.unwrap_or_default().into(),
            authorization: name.zip(secret).and_then(|(name, secret)| basic(name, secret)),
            ttl: record.integer("cache_ttl", 60)?,
            timeout: Duration::from_millis(record.integer::<u32>("timeout", 3000)?.into()),
            client,
        })
    }

    /// Whether it may be asked, as far as can be told without asking.
    pub(super) fn check(&self) -> Result<(), FetchError> {
        self.client.check(&self.url).map(drop)
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn endpoint(&self) -> Arc<str> {
        Arc::clone(&self.url)
    }

    pub(super) fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Asks about a token. Blocks.
    pub(super) fn ask(&self, token: &str) -> Result<Finding, NoAnswer> {
        let form = Serializer::new(String::new())
            .append_pair("token", token)
            .append_pair("token_type_hint", "access_token")
            .finish();
        let posted = self.client.post(&self.url, self.authorization.as_ref(), &form, self.timeout);
        let (status, body) = posted.map_err(|error| NoAnswer { error, is_down: true })?;
        match status {
            StatusCode::OK => read(&body).map_err(|reason| {
                let error = FetchError::Document { url: (*self.url).to_owned(), reason };
                NoAnswer { error, is_down: false }
            }),
            // It does not take this for a token.
            StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Ok(Finding::Inactive),
            other => {
                let error = FetchError::Status { url: (*self.url).to_owned(), status: other.as_u16() };
                let is_down = matches!(other, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
                Err(NoAnswer { error, is_down })
            }
        }
    }

    /// Until when a finding of now counts.
    pub(super) fn until(&self, finding: &Finding, now: i64) -> i64 {
        match finding {
            Finding::Inactive => now.saturating_add(self.ttl.min(LONGEST_INACTIVE)),
            Finding::Active(contents) => {
                let exp = contents.exp().map_or(i64::MAX, |exp| exp.floor() as i64);
                now.saturating_add(self.ttl).min(exp)
            }
        }
    }
}

/// How a client says who it is (RFC 6749 section 2.3.1).
fn basic(name: &str, secret: &str) -> Option<HeaderValue> {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(name), encoded(secret));
    let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode_to_string(pair))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Reads an answer (RFC 7662 section 2.2).
fn read(body: &[u8]) -> Result<Finding, String> {
    let text = std::str::from_utf8(body).map_err(|_| "the answer is not UTF-8".to_owned())?;
    let claims = JsonObject::parse(text, &Limits::default()).map_err(|error| format!("the answer: {error}"))?;
    match claims.get("active") {
        Some(JsonValue::Bool(true)) => Ok(Finding::Active(Arc::new(Contents::told(claims)))),
        Some(JsonValue::Bool(false)) => Ok(Finding::Inactive),
        _ => Err("the answer does not say whether the token is active".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_names_itself_in_the_form_of_forms() {
        let value = basic("my gateway", "s:3&cret").unwrap();
        let decoded = STANDARD.decode_to_vec(value.to_str().unwrap().strip_prefix("Basic ").unwrap()).unwrap();
        assert_eq!(String::from_utf8(decoded).unwrap(), "my+gateway:s%3A3%26cret");
        assert!(!format!("{value:?}").contains("Basic"));
    }

    #[test]
    fn only_an_answer_that_says_so_is_believed() {
        let is_active = |text: &str| read(text.as_bytes()).map(|finding| matches!(finding, Finding::Active(_)));
        assert_eq!(is_active(r#"{"active":true,"sub":"ann"}"#), Ok(true));
        assert_eq!(is_active(r#"{"active":false}"#), Ok(false));
        for text in
            ["", "{}", "true", r#"{"active":"true"}"#, r#"{"active":1}"#, r#"{"active":false,"active":true}"#, "<html>"]
        {
            assert!(is_active(text).is_err(), "{text}");
        }
        assert!(read(b"\xff").is_err());
    }
}
