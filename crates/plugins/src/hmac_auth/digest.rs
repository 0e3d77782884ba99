//! The digest of a body, which a signature can cover (RFC 3230 section 4.3.2).

use sha2::{Digest, Sha256};

/// Bodies up to this length are hashed on the worker, in less than a tenth of a millisecond.
pub(super) const SHORT: usize = 64 * 1024;

/// Whether what the header `Digest` says is true of a body. Where it says nothing, there must be no body.
pub(super) fn holds(told: Option<&[u8]>, body: &[u8]) -> bool {
    match told {
        None => body.is_empty(),
        Some(told) => {
            let digest = base64_simd::STANDARD.encode_to_string(Sha256::digest(body));
            told == format!("SHA-256={digest}").as_bytes()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn a_digest_holds_for_one_body() {
        // What `printf hello | openssl dgst -sha256 -binary | base64` prints.
        let digest = b"SHA-256=LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
        assert!(holds(Some(digest), b"hello"));
        assert!(!holds(Some(digest), b"hello!") && !holds(Some(&digest[..20]), b"hello"));
    }

    #[test]
    fn only_a_request_without_a_body_needs_no_digest() {
        assert!(holds(None, b"") && !holds(None, b"hello"));
    }
}
