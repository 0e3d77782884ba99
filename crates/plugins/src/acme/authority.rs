//! The authority: requests to it that are signed, with nonces that it gives (RFC 8555 sections 6 and 7.1).

use http::header::{LOCATION, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use super::account::{AccountKey, AccountSettings, KnownBy};
use super::error::AcmeError;
use super::transport::{Answer, Transport};

/// How often a request is sent again whose nonce the authority does not like.
const NONCES: usize = 3;

/// The form of requests.
const JOSE: HeaderValue = HeaderValue::from_static("application/jose+json");

/// An authority with which there is an account.
pub(super) struct Authority<'a> {
    transport: &'a Transport,
    key: &'a AccountKey,
    directory: Value,
    /// The address of the account; empty until there is one.
    account: String,
    nonce: Option<String>,
}

impl<'a> Authority<'a> {
    /// Finds the account that the key belongs to, or opens one.
    pub(super) async fn open(
        transport: &'a Transport,
        directory: &str,
        key: &'a AccountKey,
        account: &AccountSettings,
    ) -> Result<Self, AcmeError> {
        let answer = checked(transport.ask(Method::GET, directory, None).await?)?;
        let mut authority = Self { transport, key, directory: json_of(&answer)?, account: String::new(), nonce: None };
        let url = authority.place("newAccount")?;
        let mut payload = json!({
            "termsOfServiceAgreed": account.agrees,
            "contact": [format!("mailto:{}", account.email)],
        });
        if let Some(bound) = key.bound(&account.binding, &url)? {
            payload["externalAccountBinding"] = bound;
        }
        let answer = authority.post(&url, Some(&payload)).await?;
        authority.account = location(&answer.headers)?;
        Ok(authority)
    }

    /// A place that the directory names.
    pub(super) fn place(&self, name: &'static str) -> Result<String, AcmeError> {
        Ok(self.directory[name].as_str().ok_or(AcmeError::Answer(name))?.to_owned())
    }

    /// What has become of something: its JSON, and after how many seconds it is worth asking again.
    pub(super) async fn look(&mut self, url: &str) -> Result<(Value, Option<u64>), AcmeError> {
        let answer = self.post(url, None).await?;
        let later = answer.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        Ok((json_of(&answer)?, later))
    }

    /// Sends a signed request; without a payload, one that only asks.
    pub(super) async fn post(&mut self, url: &str, payload: Option<&Value>) -> Result<Answer, AcmeError> {
        for _ in 1..NONCES {
            match self.post_once(url, payload).await {
                Err(AcmeError::Problem { kind, .. }) if kind.ends_with(":badNonce") => {}
                outcome => return outcome,
            }
        }
        self.post_once(url, payload).await
    }

    async fn post_once(&mut self, url: &str, payload: Option<&Value>) -> Result<Answer, AcmeError> {
        let nonce = match self.nonce.take() {
            Some(nonce) => nonce,
            None => {
                let place = self.place("newNonce")?;
                let answer = self.transport.ask(Method::HEAD, &place, None).await?;
                nonce(&answer.headers).ok_or(AcmeError::Answer("a nonce"))?
            }
        };
        let known_by = if self.account.is_empty() { KnownBy::Key } else { KnownBy::Account(&self.account) };
        let signed = self.key.sign(known_by, &nonce, url, payload)?;
        let answer = self.transport.ask(Method::POST, url, Some((JOSE, signed.to_string().into_bytes()))).await?;
        self.nonce = self::nonce(&answer.headers);
        checked(answer)
    }
}

/// Where something is that was made.
pub(super) fn location(headers: &HeaderMap) -> Result<String, AcmeError> {
    let location = headers.get(LOCATION).and_then(|value| value.to_str().ok());
    Ok(location.ok_or(AcmeError::Answer("a location"))?.to_owned())
}

/// The JSON of an answer.
pub(super) fn json_of(answer: &Answer) -> Result<Value, AcmeError> {
    serde_json::from_slice(&answer.body).map_err(|_| AcmeError::Answer("JSON"))
}

/// An answer that says yes.
fn checked(answer: Answer) -> Result<Answer, AcmeError> {
    if answer.status.is_success() {
        Ok(answer)
    } else {
        Err(problem(answer.status, &json_of(&answer).unwrap_or_default()))
    }
}

/// What the authority says against something.
pub(super) fn problem(status: StatusCode, problem: &Value) -> AcmeError {
    // It is written into logs.
    let text =
        |name: &str| problem[name].as_str().unwrap_or_default().chars().filter(|c| !c.is_control()).take(500).collect();
    AcmeError::Problem { status: status.as_u16(), kind: text("type"), detail: text("detail") }
}

fn nonce(headers: &HeaderMap) -> Option<String> {
    Some(headers.get("replay-nonce")?.to_str().ok()?.to_owned())
}
