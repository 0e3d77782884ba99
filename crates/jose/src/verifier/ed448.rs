//! Ed448 (RFC 8032 section 5.2), which aws-lc does not have.

use ed448_goldilocks::{Signature, VerifyingKey};

use crate::key::KeyError;

pub(super) struct Ed448Key(VerifyingKey);

impl Ed448Key {
    pub(super) fn new(key: &[u8; 57]) -> Result<Self, KeyError> {
        let malformed = KeyError::Malformed("the Ed448 key");
        if !is_canonical(key) {
            return Err(malformed);
        }
        VerifyingKey::from_bytes(key).map(Ed448Key).map_err(|_| malformed)
    }

    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        // The crate checks the scalar; of the point it ignores spare bits, which would be no second signature (the
        // point's bytes are hashed) but is not what the RFC lets through either.
        let Ok(signature) = Signature::from_slice(signature) else { return false };
        is_canonical(signature.r_bytes()) && self.0.verify_raw(&signature, message).is_ok()
    }
}

/// Whether the 448 bits of a point are below `p = 2^448 - 2^224 - 1` and nothing but the sign stands in the last byte
/// (RFC 8032 section 5.2.3, step 1).
fn is_canonical(point: &[u8; 57]) -> bool {
    let (low, rest) = point.split_at(28);
    let (middle, high) = rest.split_at(1);
    let (high, last) = high.split_at(27);
    let full = |bytes: &[u8]| bytes.iter().all(|&byte| byte == 0xff);
    let at_least_p = full(high) && (middle == [0xff] || (middle == [0xfe] && full(low)));
    last.iter().all(|byte| byte & 0x7f == 0) && !at_least_p
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(low: u8, middle: u8, high: u8, last: u8) -> [u8; 57] {
        let mut point = [high; 57];
        point[..28].fill(low);
        point[28] = middle;
        point[56] = last;
        point
    }

    #[test]
    fn a_point_is_below_the_prime_and_has_no_spare_bits() {
        let mut below = point(0xff, 0xfe, 0xff, 0x80);
        below[0] = 0xfe;
        assert!(is_canonical(&below), "p - 1");
        assert!(is_canonical(&point(0, 0, 0, 0)));
        assert!(!is_canonical(&point(0xff, 0xfe, 0xff, 0)), "p");
        assert!(!is_canonical(&point(0, 0xff, 0xff, 0)), "p + 1");
        assert!(!is_canonical(&point(0xff, 0xff, 0xff, 0)), "the largest");
        assert!(!is_canonical(&point(1, 1, 1, 1)), "a spare bit");
    }
}
