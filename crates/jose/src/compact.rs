//! The compact serialization of RFC 7515 section 7.1, taken apart: three parts, a header, an algorithm.

use crate::base64url::{self, DecodeError};
use crate::json::{Document, JsonError, JsonObject, JsonValue};
use crate::{Algorithm, Limits};

/// Why a token cannot even be tried. None of this depends on a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Longer than [`Limits::max_bytes`].
    #[error("the token has more than `{0}` bytes")]
    TooLong(usize),
    /// Fewer than three parts.
    #[error("the token does not have three parts")]
    Parts,
    /// The header cannot be read.
    #[error("header: {0}")]
    Header(PartError),
    /// The payload cannot be read.
    #[error("payload: {0}")]
    Payload(PartError),
    /// The header has no `alg`, or one that is not in [`Algorithm::ALL`]; so also where the header is no object.
    #[error("the header names no supported signature algorithm")]
    Algorithm,
    /// The header has `crit` or `b64`, which ask for rules that nobody here follows (RFC 7515 section 4.1.11,
    /// RFC 7797).
    #[error("the header asks for an extension that is not supported")]
    Extension,
    /// The payload is JSON, but no object.
    #[error("the claims are not an object")]
    Claims,
    /// The signature is not base64url; so also where there are more than three parts.
    #[error("the signature is not base64url")]
    Signature,
}

/// Why one part of a token cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PartError {
    /// See [`DecodeError`].
    #[error(transparent)]
    Encoding(#[from] DecodeError),
    /// See [`JsonError`].
    #[error(transparent)]
    Json(#[from] JsonError),
}

impl TokenError {
    /// What Kong's `jwt` plugin says behind `Bad token; ` in this case.
    ///
    /// Kong accepts tokens that are refused here (duplicate members, `crit`, …) and so has no words for them; they get
    /// the words of the step at which they are found.
    #[must_use]
    pub const fn kong_reason(self) -> &'static str {
        match self {
            TokenError::TooLong(_) | TokenError::Parts | TokenError::Header(_) | TokenError::Payload(_) => {
                "invalid JSON"
            }
            TokenError::Algorithm | TokenError::Extension => "invalid alg",
            TokenError::Claims => "invalid claims",
            TokenError::Signature => "invalid signature",
        }
    }
}

/// A compact token, split at its first two dots and nothing else done to it.
pub(crate) struct Parts<'t> {
    header: &'t [u8],
    payload: &'t [u8],
    signature: &'t [u8],
}

impl<'t> Parts<'t> {
    pub(crate) fn split(raw: &'t [u8], limits: &Limits) -> Result<Self, TokenError> {
        if raw.len() > limits.max_bytes {
            return Err(TokenError::TooLong(limits.max_bytes));
        }
        let (header, rest) = split_at_dot(raw)?;
        let (payload, signature) = split_at_dot(rest)?;
        Ok(Parts { header, payload, signature })
    }

    /// How many of the token's bytes are signed: the first two parts and the dot between them.
    pub(crate) fn signing_len(&self) -> usize {
        self.header.len() + 1 + self.payload.len()
    }

    pub(crate) fn header(&self, limits: &Limits) -> Result<Document, TokenError> {
        document(self.header, limits).map_err(TokenError::Header)
    }

    pub(crate) fn payload_json(&self, limits: &Limits) -> Result<Document, TokenError> {
        document(self.payload, limits).map_err(TokenError::Payload)
    }

    pub(crate) fn payload_bytes(&self) -> Result<Vec<u8>, TokenError> {
        base64url::decode(self.payload).map_err(|error| TokenError::Payload(error.into()))
    }

    /// The signature's bytes, or none where they are written in a way that is not canonical.
    ///
    /// Kong reads such a signature and compares what it read. No bytes verify under no key, so the answer is the one
    /// that Kong gives to a wrong signature, and no second spelling of a right one is let through.
    pub(crate) fn signature(&self) -> Result<Vec<u8>, TokenError> {
        match base64url::decode(self.signature) {
            Err(DecodeError::NotCanonical) => Ok(Vec::new()),
            decoded => decoded.map_err(|_| TokenError::Signature),
        }
    }
}

fn split_at_dot(text: &[u8]) -> Result<(&[u8], &[u8]), TokenError> {
    let dot = memchr::memchr(b'.', text).ok_or(TokenError::Parts)?;
    let (before, behind) = text.split_at(dot);
    Ok((before, behind.get(1..).unwrap_or_default()))
}

/// The algorithm that a header claims, and the header itself as the object that it has to be.
pub(crate) fn claimed_algorithm(header: Document) -> Result<(Algorithm, JsonObject), TokenError> {
    let Document::Object(header) = header else { return Err(TokenError::Algorithm) };
    let algorithm = match header.get("alg") {
        Some(JsonValue::String(name)) => Algorithm::from_name(&name.to_str()),
        _ => None,
    };
    let algorithm = algorithm.ok_or(TokenError::Algorithm)?;
    if header.contains("crit") || header.contains("b64") {
        return Err(TokenError::Extension);
    }
    Ok((algorithm, header))
}

fn document(part: &[u8], limits: &Limits) -> Result<Document, PartError> {
    Ok(Document::parse(base64url::decode(part)?, limits)?)
}
