use std::fmt::Write;

use sha1::{Digest, Sha1};
use uuid::Uuid;

use crate::password;

/// A password as a credential keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoredPassword {
    /// A hash made here.
    Argon2id(Box<str>),
    /// A hash that Kong Gateway made, kept when its configuration was taken over: SHA-1 of the password with the id of
    /// the consumer behind it, in hexadecimal digits.
    Kong {
        /// The digits, in lower case.
        digest: Box<str>,
        /// Whose password it is.
        consumer: Uuid,
    },
    /// Neither: no password matches it.
    Unusable,
}

/// The length of a SHA-1 digest in hexadecimal digits.
const SHA1_DIGITS: usize = 40;

impl StoredPassword {
    /// What a credential of `consumer` keeps.
    #[must_use]
    pub fn read(text: &str, consumer: Uuid) -> Self {
        if password::is_hash(text) {
            return Self::Argon2id(text.into());
        }
        if text.len() == SHA1_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Self::Kong { digest: text.to_ascii_lowercase().into(), consumer };
        }
        Self::Unusable
    }

    /// Whether it is that of a password. It can take milliseconds, so that it is nothing for a worker.
    #[must_use]
    pub fn matches(&self, password: &str) -> bool {
        match self {
            Self::Argon2id(hash) => password::matches(hash, password),
            Self::Kong { digest, consumer } => same(digest, &kong_digest(password, *consumer)),
            Self::Unusable => false,
        }
    }
}

fn kong_digest(password: &str, consumer: Uuid) -> String {
    let digest = Sha1::new().chain_update(password).chain_update(consumer.to_string()).finalize();
    digest.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Compares in a time that does not tell where two texts of one length differ.
fn same(one: &str, other: &str) -> bool {
    let differences = one.bytes().zip(other.bytes()).fold(0, |found, (a, b)| found | (a ^ b));
    one.len() == other.len() && differences == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONSUMER: Uuid = Uuid::from_u128(0x1111_1111_1111_4111_8111_1111_1111_1111);

    #[test]
    fn a_hash_of_kong_is_that_of_the_password_with_the_consumer() {
        let digest = kong_digest("secret", CONSUMER);
        let stored = StoredPassword::read(&digest, CONSUMER);
        assert!(stored.matches("secret") && !stored.matches("other"));
        assert!(!StoredPassword::read(&digest, Uuid::nil()).matches("secret"));
        assert_eq!(StoredPassword::read(&digest.to_ascii_uppercase(), CONSUMER), stored);
    }

    #[test]
    fn the_digest_is_sha1() {
        // What `printf 'secret11111111-1111-4111-8111-111111111111' | sha1sum` prints.
        assert_eq!(kong_digest("secret", CONSUMER), "daaa0c42d6ef59eea2e255212f12ec4db9f6c0c6");
    }

    #[test]
    fn a_hash_made_here_is_read_as_one() {
        let hash = password::hash("secret").unwrap();
        let stored = StoredPassword::read(&hash, CONSUMER);
        assert_eq!(stored, StoredPassword::Argon2id(hash.into()));
        assert!(stored.matches("secret") && !stored.matches("other"));
    }

    #[test]
    fn what_is_no_hash_matches_nothing() {
        for text in ["", "secret", "5baa61e4"] {
            let stored = StoredPassword::read(text, CONSUMER);
            assert_eq!(stored, StoredPassword::Unusable);
            assert!(!stored.matches(text));
        }
    }
}
