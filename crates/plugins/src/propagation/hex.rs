//! Hexadecimal digits.

/// A number of `N` bytes, from `2 * N` digits at most; nothing but digits is one.
pub(super) fn read<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.is_empty() || text.len() > 2 * N || !is_hex(text) {
        return None;
    }
    let number = u128::from_str_radix(text, 16).ok()?.to_be_bytes();
    number.last_chunk().copied()
}

/// Whether there is nothing else in it.
pub(super) fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
