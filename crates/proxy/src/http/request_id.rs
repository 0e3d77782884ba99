//! The id of a request: 32 lower-case hexadecimal digits.

use http::HeaderValue;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestId([u8; 32]);

const DIGITS: &[u8; 16] = b"0123456789abcdef";

impl RequestId {
    pub(crate) fn new(number: u128) -> Self {
        let mut text = [0; 32];
        for (pair, byte) in text.chunks_exact_mut(2).zip(number.to_be_bytes()) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        // Only digits were put there.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(crate) fn header(&self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).unwrap_or(HeaderValue::from_static(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_32_lower_case_hexadecimal_digits() {
        assert_eq!(RequestId::new(0xAB).as_str(), "000000000000000000000000000000ab");
        assert_eq!(RequestId::new(u128::MAX).header(), "ffffffffffffffffffffffffffffffff");
    }
}
