//! Shared secrets: as text, as base64, and mistaken for one another.

use super::JwtError;
use gibbon_jose::{Algorithm, KeyError, Token, Verifier, base64url};

/// How a secret is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writing {
    /// Its bytes are the bytes of the text.
    Plain,
    /// In base64url, as with `secret_is_base64` of the plugin.
    Base64,
}

impl Writing {
    /// What `--secret-base64` says.
    pub(super) fn of(is_base64: bool) -> Self {
        if is_base64 { Writing::Base64 } else { Writing::Plain }
    }
}

/// The bytes of a secret.
pub(super) fn bytes(secret: &str, writing: Writing) -> Result<Vec<u8>, JwtError> {
    match writing {
        Writing::Plain => Ok(secret.as_bytes().to_vec()),
        Writing::Base64 => Ok(base64url::decode_secret(secret).map_err(|_| KeyError::SecretEncoding)?),
    }
}

/// How a token's signature goes with a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    /// It was made with the secret.
    AsGiven,
    /// It was made with the bytes that the secret stands for in base64, which is what jwt.io does with its box ticked.
    Decoded,
    /// It was made with the text of the secret, which was said to be base64.
    Undecoded,
    /// It was made with something else.
    No,
}

/// Looks for the reading of a secret with which a token was signed.
///
/// This is to explain a token to the one who made it, so the hash is the token's own; a gateway never does that.
pub(super) fn matching(token: &Token<'_>, secret: &str, writing: Writing) -> Match {
    let signed_with = |bytes: &[u8]| {
        let verifier = Verifier::from_secret(token.algorithm(), bytes);
        verifier.is_ok_and(|verifier| verifier.verify(token.signing_input(), token.signature()).is_ok())
    };
    let by_decoded = || decoded(secret).is_some_and(|bytes| signed_with(&bytes));
    match writing {
        Writing::Plain if signed_with(secret.as_bytes()) => Match::AsGiven,
        Writing::Plain if by_decoded() => Match::Decoded,
        Writing::Base64 if by_decoded() => Match::AsGiven,
        Writing::Base64 if signed_with(secret.as_bytes()) => Match::Undecoded,
        _ => Match::No,
    }
}

/// What a secret stands for in base64 of either alphabet, as lenient decoders read it: they pass over what is no
/// base64 at all, such as a `!`, and over a last character that is too little for a byte.
fn decoded(secret: &str) -> Option<Vec<u8>> {
    let in_either_alphabet = |character: &char| character.is_ascii_alphanumeric() || "-_+/".contains(*character);
    let mut text: String = secret.chars().filter(in_either_alphabet).collect();
    if text.len() % 4 == 1 {
        text.pop();
    }
    base64url::decode_secret(&text.replace('+', "-").replace('/', "_")).ok().filter(|bytes| !bytes.is_empty())
}

/// Whether an algorithm goes with a secret at all.
pub(super) fn serves(algorithm: Algorithm) -> bool {
    algorithm.is_symmetric()
}

#[cfg(test)]
mod tests {
    use super::*;
    use gibbon_jose::Limits;
    use gibbon_jose::sign::Signer;

    fn found(signed_with: &[u8], secret: &str, writing: Writing) -> Match {
        let raw =
            Signer::from_secret(Algorithm::HS256, signed_with).unwrap().sign(&serde_json::Map::new(), "{}").unwrap();
        matching(&Token::parse(raw.as_bytes(), &Limits::default()).unwrap(), secret, writing)
    }

    #[test]
    fn the_reading_that_signed_is_found() {
        assert_eq!(found(b"Zm9v", "Zm9v", Writing::Plain), Match::AsGiven);
        assert_eq!(found(b"foo", "Zm9v", Writing::Plain), Match::Decoded);
        assert_eq!(found(b"foo", "Zm9v", Writing::Base64), Match::AsGiven);
        assert_eq!(found(b"Zm9v", "Zm9v", Writing::Base64), Match::Undecoded);
        assert_eq!(found(b"bar", "Zm9v", Writing::Plain), Match::No);
        assert_eq!(found(b"\xff\xfe\xfd", "//79", Writing::Plain), Match::Decoded, "the other alphabet");
        assert_eq!(found(b"foo", "!Zm 9v", Writing::Plain), Match::Decoded, "what is no base64 is passed over");
        assert_eq!(found(b"foo", "Zm9vA", Writing::Plain), Match::Decoded, "a character that is left over");
        assert_eq!(found(b"s", "not base64!", Writing::Plain), Match::No);
        assert_eq!(found(b"s", "!!", Writing::Plain), Match::No);
    }
}
