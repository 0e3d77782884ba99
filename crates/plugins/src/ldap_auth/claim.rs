//! The name and the password in a header: those of RFC 7617, under a scheme of another name.

/// Who somebody says to be.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) username: String,
    /// Never empty: a server takes a name without a password for nobody, and lets it in (RFC 4513, section 5.1.2).
    pub(super) password: String,
}

impl Claim {
    /// What a value of `Authorization` says, if it speaks of this scheme and can be read.
    pub(super) fn parse(value: &[u8], scheme: &str) -> Option<Self> {
        let value = value.trim_ascii_start();
        let (named, rest) = value.split_at_checked(scheme.len())?;
        if !named.eq_ignore_ascii_case(scheme.as_bytes()) || !rest.first()?.is_ascii_whitespace() {
            return None;
        }
        let decoded = base64_simd::forgiving_decode_to_vec(rest.trim_ascii()).ok()?;
        // Names in directories are text, and what is not UTF-8 is nobody's.
        let text = String::from_utf8(decoded).ok()?;
        let (username, password) = text.split_once(':')?;
        let is_whole = !username.is_empty() && !password.is_empty();
        is_whole.then(|| Self { username: username.to_owned(), password: password.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(value: &str, scheme: &str) -> Option<(String, String)> {
        Claim::parse(value.as_bytes(), scheme).map(|claim| (claim.username, claim.password))
    }

    fn pair(username: &str, password: &str) -> Option<(String, String)> {
        Some((username.to_owned(), password.to_owned()))
    }

    #[test]
    fn a_scheme_is_read_in_any_case_and_a_password_may_have_colons() {
        assert_eq!(parsed("ldap YW5uOnAxOnAy", "ldap"), pair("ann", "p1:p2"));
        assert_eq!(parsed("  LDAP \t YW5uOnAxOnAy ", "ldap"), pair("ann", "p1:p2"));
        assert_eq!(parsed("Basic YW5uOnAxOnAy", "basic"), pair("ann", "p1:p2"));
    }

    #[test]
    fn a_password_that_is_empty_is_none() {
        let none = ["ldap YW5uOg==", "ldap YW5u", "ldap OnB3"];
        assert!(none.iter().all(|value| parsed(value, "ldap").is_none()));
    }

    #[test]
    fn what_cannot_be_read_says_nothing() {
        for value in
            ["", "ldap", "ldap ", "ldapYW5uOnA=", "ldap !!!", "Basic YW5uOnA=", "ldap /////w==", "ldaps YW5uOnA="]
        {
            assert_eq!(parsed(value, "ldap"), None, "{value}");
        }
    }
}
