//! Why a token is refused, and the answer to each reason, in the words of Kong.

use bytes::Bytes;
use gibbon_jose::TokenError;
use gibbon_plugin_api::{ConfigureError, Reply, ReplyBody};
use http::header::WWW_AUTHENTICATE;
use http::{HeaderValue, StatusCode};
use serde_json::json;

use super::claims::ClaimErrors;
use super::counts::Verdict;
use crate::authentication::challenge;

/// Why a request is not let through.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// There is no token.
    NoToken,
    /// There are different tokens.
    SeveralTokens,
    /// There is a query argument for a token, and it has no value.
    Unrecognizable,
    /// The token cannot be read.
    BadToken(TokenError),
    /// Neither claims nor header name a credential.
    NoKeyClaim,
    /// What names the credential is no text, or an empty one.
    InvalidKeyClaim,
    /// There is no such credential.
    UnknownKey,
    /// The token claims another algorithm than the credential has.
    WrongAlgorithm,
    /// The credential has no key, or one that cannot be used.
    NoKey,
    /// The signature does not belong to the token and the key.
    WrongSignature,
    /// The claims of time do not hold.
    Claims(ClaimErrors),
    /// The credential's consumer is gone. Holds the credential's key.
    NoConsumer(Box<str>),
}

impl Refusal {
    /// What it is counted as.
    pub(super) fn verdict(&self) -> Verdict {
        match self {
            Self::NoToken => Verdict::NoToken,
            Self::SeveralTokens => Verdict::SeveralTokens,
            Self::Unrecognizable => Verdict::Unrecognizable,
            Self::BadToken(_) => Verdict::BadToken,
            Self::NoKeyClaim => Verdict::NoKeyClaim,
            Self::InvalidKeyClaim => Verdict::InvalidKeyClaim,
            Self::UnknownKey => Verdict::UnknownKey,
            Self::WrongAlgorithm => Verdict::WrongAlgorithm,
            Self::NoKey => Verdict::NoKey,
            Self::WrongSignature => Verdict::WrongSignature,
            Self::Claims(errors) => errors.verdict(),
            Self::NoConsumer(_) => Verdict::NoConsumer,
        }
    }
}

/// The answers of one configuration; all that does not depend on the token is made when it is configured.
pub(super) struct Answers {
    key_claim: Box<str>,
    /// For a request without a token.
    missing: HeaderValue,
    /// For a token that is not accepted (RFC 6750 section 3.1).
    invalid: HeaderValue,
    no_key_claim: Bytes,
    invalid_key_claim: Bytes,
    unknown_key: Bytes,
}

impl Answers {
    pub(super) fn new(realm: Option<&str>, key_claim: &str) -> Result<Self, ConfigureError> {
        Ok(Self {
            missing: challenge("Bearer", &[("realm", realm)])?,
            invalid: challenge("Bearer", &[("realm", realm), ("error", Some("invalid_token"))])?,
            no_key_claim: message(&format!("No mandatory '{key_claim}' in claims")),
            invalid_key_claim: message(&format!("Invalid '{key_claim}' in claims")),
            unknown_key: message(&format!("No credentials found for given '{key_claim}'")),
            key_claim: key_claim.into(),
        })
    }

    pub(super) fn reply(&self, refusal: &Refusal) -> Reply {
        let challenge = match refusal {
            Refusal::NoToken => Some(&self.missing),
            Refusal::NoConsumer(_) => None,
            _ => Some(&self.invalid),
        };
        Reply {
            status: StatusCode::UNAUTHORIZED,
            headers: challenge.map(|value| (WWW_AUTHENTICATE, value.clone())).into_iter().collect(),
            body: ReplyBody::Json(self.body(refusal)),
        }
    }

    fn body(&self, refusal: &Refusal) -> Bytes {
        let fixed = match refusal {
            Refusal::NoToken => r#"{"message":"Unauthorized"}"#,
            Refusal::SeveralTokens => r#"{"message":"Multiple tokens provided"}"#,
            Refusal::Unrecognizable => r#"{"message":"Unrecognizable token"}"#,
            Refusal::BadToken(error) => return message(&format!("Bad token; {}", error.kong_reason())),
            Refusal::NoKeyClaim => return self.no_key_claim.clone(),
            Refusal::InvalidKeyClaim => return self.invalid_key_claim.clone(),
            Refusal::UnknownKey => return self.unknown_key.clone(),
            Refusal::WrongAlgorithm => r#"{"message":"Invalid algorithm"}"#,
            Refusal::NoKey => r#"{"message":"Invalid key/secret"}"#,
            Refusal::WrongSignature => r#"{"message":"Invalid signature"}"#,
            Refusal::Claims(errors) => return errors.to_json().to_string().into(),
            Refusal::NoConsumer(key) => {
                return message(&format!("Could not find consumer for '{}={key}'", self.key_claim));
            }
        };
        Bytes::from_static(fixed.as_bytes())
    }
}

fn message(text: &str) -> Bytes {
    json!({ "message": text }).to_string().into()
}
