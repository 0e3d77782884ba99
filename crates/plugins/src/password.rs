//! Hashes of passwords: argon2id with a salt of its own for each, in the notation that says how it was made.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// What hashes begin with.
const ARGON2ID: &str = "$argon2id$";

/// The hash of a password. It takes milliseconds and megabytes, on purpose.
pub(crate) fn hash(password: &str) -> Result<String, String> {
    Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(|error| error.to_string())
}

/// Whether a text is such a hash.
pub(crate) fn is_hash(text: &str) -> bool {
    text.starts_with(ARGON2ID) && PasswordHash::new(text).is_ok_and(|hash| hash.hash.is_some())
}

/// Whether a hash is that of a password. It takes as long as making one, so that it is nothing for a worker.
pub(crate) fn matches(hash: &str, password: &str) -> bool {
    let parsed = PasswordHash::new(hash);
    is_hash(hash) && parsed.is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_that_of_one_password_and_never_the_same_twice() {
        let (one, other) = (hash("secret").unwrap(), hash("secret").unwrap());
        assert_ne!(one, other);
        assert!(matches(&one, "secret") && matches(&other, "secret"));
        assert!(!matches(&one, "Secret") && !matches(&one, ""));
    }

    #[test]
    fn only_a_whole_hash_is_taken_for_one() {
        let whole = hash("secret").unwrap();
        assert!(is_hash(&whole));
        let (cut, _) = whole.rsplit_once('$').unwrap();
        for text in ["", "secret", ARGON2ID, cut, "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g"] {
            assert!(!is_hash(text) && !matches(text, "secret"), "{text}");
        }
    }
}
