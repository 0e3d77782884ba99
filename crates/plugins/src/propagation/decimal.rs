//! Ids in decimal digits.

/// A number of 16 bytes at most, from nothing but digits between spaces.
pub(super) fn read(text: &str) -> Option<u128> {
    let digits = text.trim_matches(|sign: char| sign.is_ascii_whitespace());
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
}

/// How many bytes it takes.
pub(super) fn length(number: u128) -> usize {
    16 - (number.leading_zeros() / 8) as usize
}
