//! Base64url as tokens use it (RFC 7515 section 2, RFC 4648 section 5): the URL-safe alphabet, canonical, and no
//! characters between.
//!
//! Padding is not part of a JWS, but Kong accepts it, so padding of the right length is let through here too.

use base64_simd::URL_SAFE_NO_PAD;

/// Why a text is not base64url.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A character outside the alphabet, or a length that no encoder produces. Kong refuses these as well.
    #[error("not base64url")]
    Malformed,
    /// Every bit can be read, but this is not the one way of writing them: bits behind the last byte are set, or
    /// something follows the padding. Kong accepts these, which lets anyone rewrite a signature without its key.
    #[error("base64url that is not canonical")]
    NotCanonical,
}

/// Decodes canonical base64url, with or without padding of the right length.
///
/// # Errors
/// [`DecodeError`] for everything else; white space and the alphabet of plain base64 included.
pub fn decode(text: &[u8]) -> Result<Vec<u8>, DecodeError> {
    URL_SAFE_NO_PAD.decode_to_vec(without_padding(text)).map_err(|_| classify(text))
}

/// Decodes the secret of a credential whose `secret_is_base64` is set, as Kong does: the URL-safe alphabet only, and
/// bits behind the last byte are ignored, since a secret has no second reader to disagree with.
///
/// # Errors
/// [`DecodeError::Malformed`], which a user of Kong sees as `Invalid key/secret`.
pub fn decode_secret(text: &str) -> Result<Vec<u8>, DecodeError> {
    let digits = text.trim_end_matches('=').as_bytes();
    let whole = digits.len() - digits.len() % 4;
    let (head, tail) = digits.split_at(whole);
    let mut secret = URL_SAFE_NO_PAD.decode_to_vec(head).map_err(|_| DecodeError::Malformed)?;
    let bits = tail.iter().map(|&digit| value_of(digit)).collect::<Option<Vec<u8>>>().ok_or(DecodeError::Malformed)?;
    match bits.as_slice() {
        [] => {}
        [a, b] => secret.push(a << 2 | b >> 4),
        [a, b, c] => secret.extend([a << 2 | b >> 4, b << 4 | c >> 2]),
        _ => return Err(DecodeError::Malformed),
    }
    Ok(secret)
}

/// Encodes without padding (RFC 7515 section 2).
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode_to_string(bytes)
}

/// Padding completes a group of four, so it is only taken off a text whose length says that it belongs there.
fn without_padding(text: &[u8]) -> &[u8] {
    if !text.len().is_multiple_of(4) {
        return text;
    }
    match text {
        [digits @ .., b'=', b'='] | [digits @ .., b'='] => digits,
        _ => text,
    }
}

/// Which of the two errors `text` has; only asked where decoding failed.
fn classify(text: &[u8]) -> DecodeError {
    let digits = text.iter().take_while(|&&byte| byte != b'=').count();
    let readable = digits % 4 != 1 && text.iter().take(digits).all(|&digit| value_of(digit).is_some());
    if readable { DecodeError::NotCanonical } else { DecodeError::Malformed }
}

/// The six bits of one digit.
fn value_of(digit: u8) -> Option<u8> {
    match digit {
        b'A'..=b'Z' => Some(digit - b'A'),
        b'a'..=b'z' => Some(digit - b'a' + 26),
        b'0'..=b'9' => Some(digit - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_of_the_right_length_is_optional() {
        for (text, bytes) in
            [("", ""), ("Zg", "f"), ("Zg==", "f"), ("Zm8", "fo"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob")]
        {
            assert_eq!(decode(text.as_bytes()).as_deref(), Ok(bytes.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_is_not_canonical_is_told_from_what_is_not_base64url() {
        for text in ["Zh", "Zm9", "Zg=", "Zm8==", "Zm9v=", "Zm9v==", "Zg==Zg", "Zm8=junk", "Zg===", "Zh=="] {
            assert_eq!(decode(text.as_bytes()), Err(DecodeError::NotCanonical), "{text}");
        }
        for text in ["Z", "Zm9vZ", "Zm9v\n", " Zm9v", "Zm 9v", "Zm+v", "Zm/v", "Zm.v", "Zm9v\0", "Zmé"] {
            assert_eq!(decode(text.as_bytes()), Err(DecodeError::Malformed), "{text}");
        }
    }

    #[test]
    fn every_length_survives_a_round_trip() {
        for length in 0..100 {
            let bytes: Vec<u8> = (0..length).map(|n| (n * 7 + length) as u8).collect();
            assert_eq!(decode(encode(&bytes).as_bytes()).as_deref(), Ok(&bytes[..]));
            assert_eq!(decode_secret(&encode(&bytes)).as_deref(), Ok(&bytes[..]));
        }
    }

    #[test]
    fn a_secret_may_have_loose_bits_but_not_the_alphabet_of_plain_base64() {
        assert_eq!(decode_secret("Zh").as_deref(), Ok(&b"f"[..]));
        assert_eq!(decode_secret("Zm9=").as_deref(), Ok(&b"fo"[..]));
        for text in ["AAFi+W5h", "AAFi/W5h", "Z", "Zm9v Zm9v", "Z=g=", "Zg==Zg"] {
            assert_eq!(decode_secret(text), Err(DecodeError::Malformed), "{text}");
        }
    }
}
