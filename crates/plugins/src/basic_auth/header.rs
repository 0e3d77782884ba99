//! The name and the password in a header (RFC 7617 section 2).

/// Who somebody says to be.
#[derive(PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) username: String,
    pub(super) password: String,
}

impl Claim {
    /// What a value of `Authorization` says, if it speaks of this scheme and can be read.
    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        let value = value.trim_ascii_start();
        let rest = value.strip_prefix(b"Basic").or_else(|| value.strip_prefix(b"basic"))?;
        let decoded = base64_simd::forgiving_decode_to_vec(rest.trim_ascii()).ok()?;
        // Names and passwords are text (RFC 7617 section 2.1), so what is not UTF-8 is nobody's.
        let text = String::from_utf8(decoded).ok()?;
        let (username, password) = text.split_once(':').filter(|(username, _)| !username.is_empty())?;
        Some(Self { username: username.to_owned(), password: password.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(value: &str) -> Option<(String, String)> {
        Claim::parse(value.as_bytes()).map(|claim| (claim.username, claim.password))
    }

    fn pair(username: &str, password: &str) -> Option<(String, String)> {
        Some((username.to_owned(), password.to_owned()))
    }

    #[test]
    fn a_password_may_have_colons_and_be_empty() {
        assert_eq!(parsed("Basic YW5uOnAxOnAy"), pair("ann", "p1:p2"));
        assert_eq!(parsed("basic  YW5uOg=="), pair("ann", ""));
    }

    #[test]
    fn what_cannot_be_read_says_nothing() {
        for value in ["", "Basic", "Basic !!!", "Basic YW5u", "Basic OnB3", "Bearer YW5uOnA=", "Basic /////w=="] {
            assert_eq!(parsed(value), None, "{value}");
        }
    }
}
