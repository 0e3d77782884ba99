//! A signed text whose payload may be anything, as RFC 7515 has it before RFC 7519 makes claims of it.

use crate::compact::{Parts, TokenError, claimed_algorithm};
use crate::json::JsonObject;
use crate::{Algorithm, Limits, SignatureError, Verifier};

/// A compact JWS that was parsed and NOT verified; its payload is not looked into.
#[derive(Debug, Clone)]
pub struct Jws<'t> {
    algorithm: Algorithm,
    header: JsonObject,
    payload: Vec<u8>,
    signing_input: &'t [u8],
    signature: Vec<u8>,
}

impl<'t> Jws<'t> {
    /// Takes a compact JWS apart.
    ///
    /// # Errors
    /// [`TokenError`], but for [`TokenError::Claims`].
    pub fn parse(raw: &'t [u8], limits: &Limits) -> Result<Self, TokenError> {
        let parts = Parts::split(raw, limits)?;
        let header = parts.header(limits)?;
        let payload = parts.payload_bytes()?;
        let (algorithm, header) = claimed_algorithm(header)?;
        let signing_input = raw.get(..parts.signing_len()).unwrap_or_default();
        Ok(Jws { algorithm, header, payload, signing_input, signature: parts.signature()? })
    }

    /// The algorithm that the header claims.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &JsonObject {
        &self.header
    }

    /// The payload, which nobody has vouched for yet.
    #[must_use]
    pub fn unverified_payload(&self) -> &[u8] {
        &self.payload
    }

    /// The payload, if the signature is right.
    ///
    /// # Errors
    /// [`SignatureError`].
    pub fn verify(self, verifier: &Verifier) -> Result<Vec<u8>, SignatureError> {
        verifier.verify_as(self.algorithm, self.signing_input, &self.signature)?;
        Ok(self.payload)
    }
}
