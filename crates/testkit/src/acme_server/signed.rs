//! Signed requests (RFC 8555 section 6.2).

use std::sync::atomic::Ordering;

use gibbon_jose::{Algorithm, PublicKey, Verifier, base64url};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{State, lock};
use crate::message::Received;

/// A request whose signature is right.
pub(super) struct Signed {
    /// Null where it only asks.
    pub(super) payload: Value,
    /// The key of whoever has signed it.
    pub(super) key: Value,
}

impl Signed {
    /// The thumbprint of the key (RFC 7638).
    pub(super) fn thumbprint(&self) -> String {
        let key = PublicKey::from_jwk(&self.key).expect("it has verified a signature");
        let members = key.to_jwk().expect("its point is not compressed");
        base64url::encode(&Sha256::digest(Value::from(members).to_string()))
    }
}

type Refusal = (&'static str, &'static str);

const MALFORMED: Refusal = ("400 Bad Request", "malformed");
const NONCE: Refusal = ("400 Bad Request", "badNonce");

impl State {
    /// What was signed, and by whom.
    pub(super) fn verified(&self, request: &Received, base: &str) -> Result<Signed, Refusal> {
        if request.field("content-type") != Some("application/jose+json") {
            return Err(("415 Unsupported Media Type", "malformed"));
        }
        let body: Value = serde_json::from_slice(&request.body).map_err(|_| MALFORMED)?;
        let part = |name: &str| body[name].as_str().ok_or(MALFORMED);
        let decoded = |name: &str| base64url::decode(part(name)?.as_bytes()).map_err(|_| MALFORMED);
        let header: Value = serde_json::from_slice(&decoded("protected")?).map_err(|_| MALFORMED)?;
        if header["url"] != format!("{base}{}", request.target) {
            return Err(("401 Unauthorized", "unauthorized"));
        }
        self.use_up(header["nonce"].as_str().unwrap_or_default())?;
        let key = match header["kid"].as_str() {
            Some(account) => {
                lock(&self.accounts).get(account).cloned().ok_or(("400 Bad Request", "accountDoesNotExist"))?
            }
            None => header["jwk"].clone(),
        };
        let algorithm = header["alg"].as_str().and_then(Algorithm::from_name).ok_or(MALFORMED)?;
        let verifier = Verifier::from_jwk(Some(algorithm), &key).map_err(|_| MALFORMED)?;
        let input = format!("{}.{}", part("protected")?, part("payload")?);
        verifier.verify(input.as_bytes(), &decoded("signature")?).map_err(|_| ("403 Forbidden", "unauthorized"))?;
        let payload = decoded("payload")?;
        let payload =
            if payload.is_empty() { Value::Null } else { serde_json::from_slice(&payload).map_err(|_| MALFORMED)? };
        Ok(Signed { payload, key })
    }

    fn use_up(&self, nonce: &str) -> Result<(), Refusal> {
        let is_disliked = self.dislikes.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1));
        if lock(&self.nonces).remove(nonce) && is_disliked.is_err() { Ok(()) } else { Err(NONCE) }
    }
}
