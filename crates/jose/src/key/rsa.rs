//! RSA public keys and what makes one unfit for any use.

use super::{KeyError, roca};
use crate::Algorithm;

/// The signature schemes that a key admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RsaUse {
    /// Keys as nearly all are: RS* and PS*.
    Any,
    /// Any PS*.
    AnyPss,
    /// One PS*.
    Only(Algorithm),
}

impl RsaUse {
    /// Whether a key of this use may serve `algorithm`.
    pub(crate) fn allows(self, algorithm: Algorithm) -> bool {
        let pss = matches!(algorithm, Algorithm::PS256 | Algorithm::PS384 | Algorithm::PS512);
        let pkcs1 = matches!(algorithm, Algorithm::RS256 | Algorithm::RS384 | Algorithm::RS512);
        match self {
            RsaUse::Any => pss || pkcs1,
            RsaUse::AnyPss => pss,
            RsaUse::Only(only) => only == algorithm,
        }
    }

    pub(super) fn default_algorithm(self) -> Algorithm {
        match self {
            RsaUse::Any => Algorithm::RS256,
            RsaUse::AnyPss => Algorithm::PS256,
            RsaUse::Only(algorithm) => algorithm,
        }
    }
}

/// Modulus and exponent, big-endian and without leading zeros.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RsaKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    usage: RsaUse,
}

impl RsaKey {
    /// Checks what holds for every algorithm; sizes are checked where the algorithm is known.
    pub(super) fn new(modulus: &[u8], exponent: &[u8], usage: RsaUse) -> Result<Self, KeyError> {
        let (modulus, exponent) = (without_zeros(modulus), without_zeros(exponent));
        if modulus.last().is_none_or(|low| low % 2 == 0) {
            return Err(KeyError::Malformed("the RSA modulus"));
        }
        // An exponent of 1 makes every text its own signature. Large ones only cost time, and aws-lc refuses them.
        let value =
            (exponent.len() <= 5).then(|| exponent.iter().fold(0_u64, |value, &byte| value << 8 | u64::from(byte)));
        match value {
            Some(value) if value >= 3 && value % 2 == 1 && value < 1 << 33 => {}
            _ => return Err(KeyError::RsaExponent),
        }
        if roca::is_vulnerable(modulus) {
            return Err(KeyError::Roca);
        }
        Ok(RsaKey { modulus: modulus.to_vec(), exponent: exponent.to_vec(), usage })
    }

    pub(crate) fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    pub(crate) fn exponent(&self) -> &[u8] {
        &self.exponent
    }

    pub(crate) fn usage(&self) -> RsaUse {
        self.usage
    }

    /// The size of the modulus.
    pub(crate) fn bits(&self) -> u32 {
        let high = self.modulus.first().map_or(0, |byte| byte.leading_zeros());
        u32::try_from(self.modulus.len()).unwrap_or(u32::MAX / 8).saturating_mul(8).saturating_sub(high)
    }
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|&&byte| byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}
