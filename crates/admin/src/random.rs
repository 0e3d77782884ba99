//! Texts that nobody guesses.

/// How many random bytes one has.
const BYTES: usize = 32;

/// A new one, in base64url: fit for a header field and a cookie.
///
/// # Errors
/// Where the system has no randomness.
pub(crate) fn text() -> Result<String, getrandom::Error> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(base64_simd::URL_SAFE_NO_PAD.encode_to_string(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_is_like_another() {
        let [one, other] = [text().unwrap(), text().unwrap()];
        assert_eq!((one.len(), one == other), (43, false));
    }
}
