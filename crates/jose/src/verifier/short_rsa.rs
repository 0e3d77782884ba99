//! RS384 with keys of 1024 to 2047 bits.
//!
//! aws-lc-rs verifies such keys with SHA-256 and SHA-512 and leaves SHA-384 out. Verifying handles nothing secret, so
//! plain arithmetic is enough: raise the signature to the public exponent and compare with the one right padding.

use aws_lc_rs::digest;
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};

use crate::key::{KeyError, RsaKey};

/// `DigestInfo` of SHA-384 up to the digest (RFC 8017 section 9.2, note 1).
const DIGEST_INFO: [u8; 19] =
    [0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30];

/// The exponent is below 2^33 (see `RsaKey`).
const EXPONENT_BITS: u32 = 33;

pub(super) struct ShortRsa384 {
    modulus: Vec<u8>,
    exponent: BoxedUint,
    parameters: BoxedMontyParams,
}

impl ShortRsa384 {
    pub(super) fn new(key: &RsaKey) -> Result<Self, KeyError> {
        let modulus = BoxedUint::from_be_slice_vartime(key.modulus());
        let modulus = Odd::new(modulus).into_option().ok_or(KeyError::Malformed("the RSA modulus"))?;
        Ok(ShortRsa384 {
            modulus: key.modulus().to_vec(),
            exponent: BoxedUint::from_be_slice_vartime(key.exponent()),
            parameters: BoxedMontyParams::new_vartime(modulus),
        })
    }

    /// RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2.2).
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        // Of equal length the big-endian bytes compare as the numbers do.
        if signature.len() != self.modulus.len() || signature >= self.modulus.as_slice() {
            return false;
        }
        let Ok(number) = BoxedUint::from_be_slice(signature, self.parameters.bits_precision()) else { return false };
        let power = BoxedMontyForm::new(number, &self.parameters).pow_bounded_exp(&self.exponent, EXPONENT_BITS);
        let encoded = power.retrieve().to_be_bytes_trimmed_vartime();
        self.padded(message).is_some_and(|expected| *encoded == *expected)
    }

    /// The encoded message without the zero in front of it, which is no part of the number (RFC 8017 section 9.2).
    fn padded(&self, message: &[u8]) -> Option<Vec<u8>> {
        let hash = digest::digest(&digest::SHA384, message);
        let filling = self.modulus.len().checked_sub(3 + DIGEST_INFO.len() + hash.as_ref().len())?;
        Some([&[0x01], vec![0xff; filling].as_slice(), &[0x00], &DIGEST_INFO, hash.as_ref()].concat())
    }
}
