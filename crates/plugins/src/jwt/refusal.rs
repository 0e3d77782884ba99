//! Why a token is refused, and the answer to each reason: in the words of Kong, and for rules, which it has not, in ours.

use bytes::Bytes;
use gibbon_jose::{Algorithm, TokenError};
use gibbon_plugin_api::{ConfigureError, Reply, ReplyBody};
use http::header::WWW_AUTHENTICATE;
use http::{HeaderValue, StatusCode};
use serde_json::json;

use super::binding::{NotBound, PROOF_ALGORITHMS};
use super::claims::ClaimErrors;
use super::counts::Verdict;
use super::rules::Lack;
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
    /// The issuer has no key of the name that the token says.
    UnknownKid,
    /// The token claims another algorithm than the credential has.
    WrongAlgorithm,
    /// The credential has no key, or one that cannot be used.
    NoKey,
    /// The signature does not belong to the token and the key.
    WrongSignature,
    /// The claims of time do not hold.
    Claims(ClaimErrors),
    /// A rule of the configuration is not met.
    Rule(Lack),
    /// The token is bound to somebody else than who sends it.
    NotBound(NotBound),
    /// The token is for one request, and there was one before.
    Used,
    /// The same, and it cannot be told whether there was one.
    NotRemembered,
    /// Its issuer says that it is not good.
    Inactive,
    /// Its issuer is not asked: too many tokens from that client were none.
    AskedTooOften,
    /// The credential's consumer is gone. Holds the credential's key.
    NoConsumer(Box<str>),
}

impl Refusal {
    /// 429 for a client that makes tokens up, 403 for a token that is all right and does not permit the request, 401 for everything else that is wrong with one.
    fn status(&self) -> StatusCode {
        match self {
            Self::Rule(lack) if lack.is_of_permission() => StatusCode::FORBIDDEN,
            Self::NotRemembered => StatusCode::SERVICE_UNAVAILABLE,
            Self::AskedTooOften => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::UNAUTHORIZED,
        }
    }

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
            Self::UnknownKid => Verdict::UnknownKid,
            Self::WrongAlgorithm => Verdict::WrongAlgorithm,
            Self::NoKey => Verdict::NoKey,
            Self::WrongSignature => Verdict::WrongSignature,
            Self::Claims(errors) => errors.verdict(),
            Self::Rule(lack) => lack.verdict(),
            Self::NotBound(why) => why.verdict(),
            Self::Used => Verdict::ReplayedToken,
            Self::NotRemembered => Verdict::ReplayMemoryAway,
            Self::Inactive => Verdict::InactiveToken,
            Self::AskedTooOften => Verdict::AskedTooOften,
            Self::NoConsumer(_) => Verdict::NoConsumer,
        }
    }
}

impl Lack {
    fn verdict(&self) -> Verdict {
        match self {
            Self::Audience => Verdict::WrongAudience,
            Self::Issuer => Verdict::WrongIssuer,
            Self::Type => Verdict::WrongType,
            Self::Claim(_) => Verdict::LacksClaim,
            Self::Age => Verdict::TooOld,
            Self::IssuedLater => Verdict::IssuedLater,
            Self::Scope => Verdict::LacksScope,
            Self::Rule => Verdict::RuleFalse,
            Self::RuleFailed => Verdict::RuleFailed,
            Self::Revoked => Verdict::Revoked,
            Self::Consumer => Verdict::NoConsumer,
            Self::Unfit(_) => Verdict::UnfitClaim,
        }
    }

    /// The body of the answer: a sentence, and the code of the verdict.
    fn body(&self) -> Bytes {
        let sentence = match self {
            Self::Audience => "The token is for another audience",
            Self::Issuer => "The token is from another issuer",
            Self::Type => "The token is of another type",
            Self::Claim(name) => return self.with_reason(&format!("The token lacks the claim '{name}'")),
            Self::Age => "The token was issued too long ago",
            Self::IssuedLater => "The token was issued in the future",
            Self::Scope => "The token lacks a scope that is needed",
            Self::Rule | Self::RuleFailed => "The token does not permit this",
            Self::Revoked => "The token has been revoked",
            Self::Consumer => "The token names no consumer",
            Self::Unfit(name) => return self.with_reason(&format!("The claim '{name}' cannot be passed on")),
        };
        self.with_reason(sentence)
    }

    fn with_reason(&self, sentence: &str) -> Bytes {
        json!({ "message": sentence, "reason": self.verdict().code() }).to_string().into()
    }
}

impl NotBound {
    fn verdict(self) -> Verdict {
        match self {
            Self::Unbound | Self::Unknown | Self::Certificate => Verdict::NotBound,
            Self::NoProof | Self::BadProof => Verdict::BadProof,
            Self::Replayed => Verdict::ReplayedProof,
        }
    }

    /// Whether there is another challenge than for other tokens (RFC 9449 section 7.1).
    fn is_of_proof(self) -> bool {
        matches!(self, Self::NoProof | Self::BadProof | Self::Replayed)
    }

    fn body(self) -> Bytes {
        let sentence = match self {
            Self::Unbound => "The token is not bound to its holder",
            Self::Unknown => "The token is bound in a way that is not known here",
            Self::Certificate => "The token is bound to another certificate",
            Self::NoProof => "The token needs a proof of possession",
            Self::BadProof => "The proof is not of this request",
            Self::Replayed => "The proof was used before",
        };
        json!({ "message": sentence, "reason": self.verdict().code() }).to_string().into()
    }
}

/// The parameter of a challenge that says where a resource is told of.
const RESOURCE_METADATA: &str = "resource_metadata";

/// The answers of one configuration; all that does not depend on the token is made when it is configured.
pub(super) struct Answers {
    key_claim: Box<str>,
    /// For a request without a token.
    missing: HeaderValue,
    /// For a token that is not accepted (RFC 6750 section 3.1).
    invalid: HeaderValue,
    /// For a token that is accepted and does not permit what is asked.
    insufficient: HeaderValue,
    /// For a token without a good proof (RFC 9449 section 7.1).
    unproved: HeaderValue,
    no_key_claim: Bytes,
    invalid_key_claim: Bytes,
    unknown_key: Bytes,
}

/// What all challenges of one configuration tell.
pub(super) struct Told<'a> {
    pub(super) realm: Option<&'a str>,
    /// What a token needs to permit a request.
    pub(super) scope: Option<&'a str>,
    /// Where more is told of the resource (RFC 9728 section 5.1).
    pub(super) metadata: Option<&'a str>,
}

impl Answers {
    pub(super) fn new(key_claim: &str, told: &Told<'_>) -> Result<Self, ConfigureError> {
        let bearer = |error: Option<&str>, scope: Option<&str>| {
            let all = [("realm", told.realm), ("error", error), ("scope", scope), (RESOURCE_METADATA, told.metadata)];
            challenge("Bearer", &all)
        };
        let algorithms = PROOF_ALGORITHMS.map(Algorithm::as_str).join(" ");
        let unproved =
            [("error", Some("invalid_dpop_proof")), ("algs", Some(&*algorithms)), (RESOURCE_METADATA, told.metadata)];
        Ok(Self {
            insufficient: bearer(Some("insufficient_scope"), told.scope)?,
            missing: bearer(None, None)?,
            invalid: bearer(Some("invalid_token"), None)?,
            unproved: challenge("DPoP", &unproved)?,
            no_key_claim: message(&format!("No mandatory '{key_claim}' in claims")),
            invalid_key_claim: message(&format!("Invalid '{key_claim}' in claims")),
            unknown_key: message(&format!("No credentials found for given '{key_claim}'")),
            key_claim: key_claim.into(),
        })
    }

    pub(super) fn reply(&self, refusal: &Refusal) -> Reply {
        let challenge = match refusal {
            Refusal::NoToken => Some(&self.missing),
            Refusal::NoConsumer(_) | Refusal::NotRemembered | Refusal::AskedTooOften => None,
            Refusal::Rule(lack) if lack.is_of_permission() => Some(&self.insufficient),
            Refusal::NotBound(why) if why.is_of_proof() => Some(&self.unproved),
            _ => Some(&self.invalid),
        };
        Reply {
            status: refusal.status(),
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
            Refusal::UnknownKid => r#"{"message":"No key found for given 'kid'","reason":"unknown_kid"}"#,
            Refusal::WrongAlgorithm => r#"{"message":"Invalid algorithm"}"#,
            Refusal::NoKey => r#"{"message":"Invalid key/secret"}"#,
            Refusal::WrongSignature => r#"{"message":"Invalid signature"}"#,
            Refusal::Rule(lack) => return lack.body(),
            Refusal::NotBound(why) => return why.body(),
            Refusal::Used => r#"{"message":"The token was used before","reason":"replayed_token"}"#,
            Refusal::Inactive => r#"{"message":"The token is not active","reason":"inactive_token"}"#,
            Refusal::AskedTooOften => r#"{"message":"Too many unknown tokens","reason":"asked_too_often"}"#,
            Refusal::NotRemembered => r#"{"message":"Service unavailable","reason":"replay_memory_away"}"#,
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
