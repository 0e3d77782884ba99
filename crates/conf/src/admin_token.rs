//! What the gateway keeps of a token of the Admin API: `<name>:<access>:sha256:<hex digits>`.

use std::fmt;

/// A token that the Admin API knows, without the token itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminToken {
    /// What it is called in the history and in logs.
    pub name: String,
    /// What whoever shows it may do.
    pub access: TokenAccess,
    /// Its digest.
    pub sha256: [u8; 32],
}

/// What a token lets its owner do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenAccess {
    /// Everything.
    Full,
    /// What changes nothing.
    ReadOnly,
}

impl TokenAccess {
    /// The word for it in the settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::ReadOnly => "read-only",
        }
    }
}

impl AdminToken {
    /// Reads the form in which [`fmt::Display`] writes it. Whatever is wrong, the text is not repeated: somebody may
    /// have put the token itself there.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let [name, access, algorithm, digest] = text.split(':').collect::<Vec<_>>()[..] else {
            return Err("expected a line of `gibbon admin-token new`, not the token itself".to_owned());
        };
        Self::check_name(name)?;
        let access = match access {
            "full" => TokenAccess::Full,
            "read-only" => TokenAccess::ReadOnly,
            _ => return Err("expected `full` or `read-only` after the name".to_owned()),
        };
        let sha256 = (algorithm == "sha256").then(|| unhex(digest)).flatten();
        let sha256 = sha256.ok_or("expected `sha256:` and 64 hexadecimal digits at the end")?;
        Ok(Self { name: name.to_owned(), access, sha256 })
    }

    /// Whether a token can be called so.
    ///
    /// # Errors
    /// The reason if not.
    pub fn check_name(name: &str) -> Result<(), String> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if (1..=64).contains(&name.len()) && name.bytes().all(is_plain) {
            return Ok(());
        }
        Err("the name of a token is 1 to 64 letters, digits, `-`, `_` or `.`".to_owned())
    }
}

impl fmt::Display for AdminToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:sha256:", self.name, self.access.name())?;
        self.sha256.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn unhex(digits: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if digits.len() != 2 * bytes.len() || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_as_it_is_written() {
        for access in [TokenAccess::Full, TokenAccess::ReadOnly] {
            let token = AdminToken { name: "ci.main-1".to_owned(), access, sha256: [0xa7; 32] };
            assert_eq!(AdminToken::parse(&token.to_string()), Ok(token));
        }
    }

    #[test]
    fn what_is_no_line_of_the_command_is_refused_and_not_repeated() {
        let digest = "a".repeat(64);
        let wrong = [
            "hunter2".to_owned(),
            format!("ci:full:{digest}"),
            format!("ci:admin:sha256:{digest}"),
            format!("c i:full:sha256:{digest}"),
            format!(":full:sha256:{digest}"),
            format!("ci:full:md5:{digest}"),
            format!("ci:full:sha256:{digest}a"),
            format!("ci:full:sha256:{}é", "a".repeat(62)),
        ];
        for text in wrong {
            let reason = AdminToken::parse(&text).unwrap_err();
            assert!(!reason.contains("hunter2") && !reason.contains(&digest), "{reason}");
        }
    }
}
