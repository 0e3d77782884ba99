//! Tokens: what was received, and what was verified.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::Arc;

use crate::compact::{Parts, TokenError, claimed_algorithm};
use crate::json::{Document, JsonObject};
use crate::{Algorithm, Limits, SignatureError, Verifier, VerifierId};

/// What a token says, without its bytes and without a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    algorithm: Option<Algorithm>,
    header: JsonObject,
    claims: JsonObject,
    times: Times,
}

/// The claims that are looked at on every request, in seconds since 1970 UTC, where they are numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Times {
    exp: Option<f64>,
    nbf: Option<f64>,
}

/// Numbers of JSON are finite, so that each is equal to itself.
impl Eq for Times {}

impl Contents {
    /// What somebody else tells of a token that says nothing itself: claims, without a header and an algorithm.
    #[must_use]
    pub fn told(claims: JsonObject) -> Self {
        Self::new(None, JsonObject::default(), claims)
    }

    fn new(algorithm: Option<Algorithm>, header: JsonObject, claims: JsonObject) -> Self {
        let times = Times { exp: claims.get_number("exp"), nbf: claims.get_number("nbf") };
        Self { algorithm, header, claims, times }
    }

    /// When the token ends (`exp`, RFC 7519 section 4.1.4), in seconds since 1970 UTC; none where that is no number.
    #[must_use]
    pub fn exp(&self) -> Option<f64> {
        self.times.exp
    }

    /// When it begins (`nbf`, RFC 7519 section 4.1.5), in the same way.
    #[must_use]
    pub fn nbf(&self) -> Option<f64> {
        self.times.nbf
    }

    /// The algorithm that the header claims; none where there is no header.
    #[must_use]
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// The JOSE header (RFC 7515 section 4).
    #[must_use]
    pub fn header(&self) -> &JsonObject {
        &self.header
    }

    /// The claims set (RFC 7519 section 4).
    #[must_use]
    pub fn claims(&self) -> &JsonObject {
        &self.claims
    }

    /// The heap that this holds, in bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.header.heap_bytes() + self.claims.heap_bytes()
    }
}

/// A compact JWT that was parsed and NOT verified: nothing in it is true yet.
///
/// Looking into it is needed to find the key that it has to be verified with; that is all it is good for.
#[derive(Debug, Clone)]
pub struct Token<'t> {
    raw: Cow<'t, [u8]>,
    signing_len: usize,
    signature: Box<[u8]>,
    algorithm: Algorithm,
    contents: Arc<Contents>,
}

impl<'t> Token<'t> {
    /// Takes a token apart, refusing in the order in which Kong's parser refuses: length and parts, the JSON of header
    /// and payload, the algorithm, the claims, the encoding of the signature.
    ///
    /// # Errors
    /// [`TokenError`]; its [`TokenError::kong_reason`] is what the client is told.
    pub fn parse(raw: &'t [u8], limits: &Limits) -> Result<Self, TokenError> {
        let parts = Parts::split(raw, limits)?;
        let header = parts.header(limits)?;
        let payload = parts.payload_json(limits)?;
        let (algorithm, header) = claimed_algorithm(header)?;
        let Document::Object(claims) = payload else { return Err(TokenError::Claims) };
        Ok(Token {
            signature: parts.signature()?.into_boxed_slice(),
            signing_len: parts.signing_len(),
            raw: Cow::Borrowed(raw),
            algorithm,
            contents: Arc::new(Contents::new(Some(algorithm), header, claims)),
        })
    }

    /// The algorithm that the header claims.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The JOSE header.
    #[must_use]
    pub fn header(&self) -> &JsonObject {
        &self.contents.header
    }

    /// The claims.
    #[must_use]
    pub fn claims(&self) -> &JsonObject {
        &self.contents.claims
    }

    /// Header and claims together, to be kept after the token is gone.
    #[must_use]
    pub fn contents(&self) -> &Arc<Contents> {
        &self.contents
    }

    /// The token as it was received.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The bytes that are signed (RFC 7515 section 5.2, step 8).
    #[must_use]
    pub fn signing_input(&self) -> &[u8] {
        self.raw.get(..self.signing_len).unwrap_or_default()
    }

    /// The signature's bytes; none where its encoding is not canonical, so that it cannot verify.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// A token that owns its bytes, to be verified on another thread.
    #[must_use]
    pub fn into_owned(self) -> Token<'static> {
        Token { raw: Cow::Owned(self.raw.into_owned()), ..self }
    }

    /// Verifies the signature. The claims are still to be judged: nothing here looks at `exp`, `nbf` or `aud`.
    ///
    /// # Errors
    /// [`SignatureError::Algorithm`] where the key is bound to another algorithm than the header claims,
    /// [`SignatureError::Mismatch`] for every wrong signature, its length included.
    pub fn verify(self, verifier: &Verifier) -> Result<VerifiedToken<'t>, SignatureError> {
        verifier.verify_as(self.algorithm(), self.signing_input(), &self.signature)?;
        Ok(VerifiedToken { token: self, verifier: verifier.id() })
    }
}

/// A token whose signature was right under the key of one verifier. Made by [`Token::verify`] and in no other way.
#[derive(Debug, Clone)]
pub struct VerifiedToken<'t> {
    token: Token<'t>,
    verifier: VerifierId,
}

impl VerifiedToken<'_> {
    /// The JOSE header.
    #[must_use]
    pub fn header(&self) -> &JsonObject {
        self.token.header()
    }

    /// The claims.
    #[must_use]
    pub fn claims(&self) -> &JsonObject {
        self.token.claims()
    }

    /// Header and claims together.
    #[must_use]
    pub fn contents(&self) -> &Arc<Contents> {
        self.token.contents()
    }

    /// The token as it was received.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        self.token.raw()
    }

    /// Which key it was.
    #[must_use]
    pub fn verifier(&self) -> VerifierId {
        self.verifier
    }
}
