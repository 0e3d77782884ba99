//! The algorithms that signatures are made with (RFC 2104).

use std::str::FromStr;

use gibbon_entities::UnknownName;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Algorithm {
    pub(super) const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "hmac-sha1",
            Self::Sha256 => "hmac-sha256",
            Self::Sha384 => "hmac-sha384",
            Self::Sha512 => "hmac-sha512",
        }
    }

    /// Whether `signature` is that of `text` under `secret`; compared in a time that does not tell where they differ.
    pub(super) fn verifies(self, secret: &[u8], text: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Sha1 => verifies::<Hmac<Sha1>>(secret, text, signature),
            Self::Sha256 => verifies::<Hmac<Sha256>>(secret, text, signature),
            Self::Sha384 => verifies::<Hmac<Sha384>>(secret, text, signature),
            Self::Sha512 => verifies::<Hmac<Sha512>>(secret, text, signature),
        }
    }
}

fn verifies<M: Mac + KeyInit>(secret: &[u8], text: &[u8], signature: &[u8]) -> bool {
    <M as KeyInit>::new_from_slice(secret).is_ok_and(|mac| mac.chain_update(text).verify_slice(signature).is_ok())
}

impl FromStr for Algorithm {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name).ok_or(UnknownName)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(digits: &str) -> Vec<u8> {
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
    }

    /// RFC 2202 and RFC 4231, the second test case of each: the key `Jefe`.
    #[test]
    fn signatures_are_those_of_the_standards() {
        let text = b"what do ya want for nothing?";
        for (algorithm, digits) in [
            (Algorithm::Sha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (Algorithm::Sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (
                Algorithm::Sha384,
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
            ),
        ] {
            let signature = bytes(digits);
            assert!(algorithm.verifies(b"Jefe", text, &signature), "{algorithm:?}");
            assert!(!algorithm.verifies(b"jefe", text, &signature));
            assert!(!algorithm.verifies(b"Jefe", text, &signature[..19]));
            assert!(!algorithm.verifies(b"Jefe", text, b""));
        }
    }

    #[test]
    fn an_algorithm_is_found_by_its_name() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.as_str().parse(), Ok(algorithm));
        }
        assert!("hmac-md5".parse::<Algorithm>().is_err());
    }
}
