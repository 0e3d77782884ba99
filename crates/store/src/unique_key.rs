use std::borrow::Cow;
use std::fmt::Write;

use aws_lc_rs::digest;

/// Longer values are indexed by their digest: a whole PEM as a key would make the index larger than the records, and
/// PostgreSQL refuses index entries of more than about 2,700 bytes.
const LONGEST: usize = 200;

/// Marks a digest. A short value that begins like this is digested too, so that none can pass for another's digest.
pub(crate) const MARK: &str = "sha256:";

/// What stands for `value`, a unique one or a tag, in its index.
pub(crate) fn unique_key(value: &str) -> Cow<'_, str> {
    if value.len() <= LONGEST && !value.starts_with(MARK) {
        return Cow::Borrowed(value);
    }
    let digest = digest::digest(&digest::SHA256, value.as_bytes());
    let mut key = String::with_capacity(MARK.len() + 2 * digest.as_ref().len());
    key.push_str(MARK);
    for byte in digest.as_ref() {
        // Writing to a string cannot fail.
        let _ = write!(key, "{byte:02x}");
    }
    Cow::Owned(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_value_stands_for_itself() {
        assert_eq!(unique_key("alice"), "alice");
        assert_eq!(unique_key(""), "");
    }

    #[test]
    fn a_long_value_becomes_a_digest_of_fixed_length() {
        let long = "x".repeat(100_000);
        assert_eq!(unique_key(&long).len(), MARK.len() + 64);
        assert_ne!(unique_key(&long), unique_key(&"x".repeat(100_001)));
    }

    #[test]
    fn a_value_that_looks_like_a_digest_is_not_taken_for_one() {
        let long = "x".repeat(1_000);
        let disguised = unique_key(&long).into_owned();
        assert_ne!(unique_key(&disguised), disguised);
    }
}
