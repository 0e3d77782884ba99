//! A signed message: what its header fields say, and whether its signature is right.

use bytes::Bytes;
use gibbon_plugin_api::Headers;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What the header fields of a message say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signed {
    id: Box<[u8]>,
    timestamp: Box<[u8]>,
    signatures: Box<[u8]>,
}

impl Signed {
    /// Reads them; none where one is missing.
    pub(super) fn read(headers: &Headers) -> Option<Self> {
        let field = |name| headers.get(name).map(Box::from);
        Some(Self {
            id: field("webhook-id")?,
            timestamp: field("webhook-timestamp")?,
            signatures: field("webhook-signature")?,
        })
    }

    /// When it was sent, in seconds since 1970; what is no number was sent long ago.
    pub(super) fn sent_at(&self) -> i64 {
        std::str::from_utf8(&self.timestamp).ok().and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// Whether one of the signatures of version 1 is made with `secret` over all of it.
    pub(super) fn is_genuine(&self, secret: &str, body: &Bytes) -> bool {
        // A key of any length is one (RFC 2104 section 3).
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
        for part in [&self.id, &b"."[..], &self.timestamp, b".", body] {
            mac.update(part);
        }
        let signatures = self.signatures.split(|byte| *byte == b' ').filter_map(|text| text.strip_prefix(b"v1,"));
        // As many as fit into a header field; each is compared in constant time.
        signatures
            .filter_map(|text| base64_simd::STANDARD.decode_to_vec(text).ok())
            .any(|signature| mac.clone().verify_slice(&signature).is_ok())
    }
}
