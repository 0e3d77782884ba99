//! Where tokens and keys come from: an argument, a file, standard input.

use super::JwtError;
use std::io::Read as _;
use std::path::Path;

/// A token from the argument, or from standard input where there is none or it is `-`.
///
/// Header lines are pasted whole, so `Authorization:` and `Bearer` in front of it are taken off.
pub(super) fn token(argument: Option<&str>) -> Result<String, JwtError> {
    let text = match argument {
        Some(text) if text != "-" => text.to_owned(),
        _ => {
            let mut text = String::new();
            std::io::stdin().lock().take(1 << 20).read_to_string(&mut text)?;
            text
        }
    };
    Ok(bare(&text).to_owned())
}

/// The content of a file, or the text itself where it is the key and not the name of a file.
pub(super) fn key_text(argument: &str) -> Result<String, JwtError> {
    let text = argument.trim_start();
    if text.starts_with("-----BEGIN ") || text.starts_with('{') {
        return Ok(argument.to_owned());
    }
    file(Path::new(argument))
}

/// The content of a text file.
pub(super) fn file(path: &Path) -> Result<String, JwtError> {
    std::fs::read_to_string(path).map_err(|source| JwtError::File { path: path.to_owned(), source })
}

fn bare(text: &str) -> &str {
    let mut text = text.trim();
    for word in ["authorization:", "bearer "] {
        if text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)) {
            text = text.get(word.len()..).unwrap_or_default().trim_start();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_header_is_reduced_to_its_token() {
        for text in [
            "a.b.c",
            " a.b.c\n",
            "Bearer a.b.c",
            "bearer  a.b.c",
            "Authorization: Bearer a.b.c\r\n",
            "authorization:a.b.c",
        ] {
            assert_eq!(token(Some(text)).unwrap(), "a.b.c");
        }
        assert_eq!(token(Some("é")).unwrap(), "é");
    }

    #[test]
    fn a_key_may_stand_in_the_argument() {
        assert_eq!(key_text("{\"kty\":\"oct\"}").unwrap(), "{\"kty\":\"oct\"}");
        let error = key_text("/no/such/file.pem").unwrap_err().to_string();
        assert!(error.starts_with("cannot read `/no/such/file.pem`: "), "{error}");
    }
}
