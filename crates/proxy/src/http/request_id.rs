//! The id of a request: 32 lower-case hexadecimal digits.

use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};

use gibbon_plugin_api::AsFieldValue;

/// The id of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestId([u8; LENGTH]);

const LENGTH: usize = 32;

impl RequestId {
    pub(crate) fn as_str(&self) -> &str {
        // Only digits are ever put there.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(crate) fn digits(&self) -> &[u8] {
        &self.0
    }
}

impl AsFieldValue for &RequestId {
    fn as_field_value(&self) -> &[u8] {
        &self.0
    }
}

/// Makes ids for one worker: two streams of numbers, each of which begins anywhere and repeats none for 2^64 requests.
pub(crate) struct RequestIds {
    streams: [Cell<u64>; 2],
}

impl RequestIds {
    pub(crate) fn new() -> Self {
        Self { streams: [0, 1].map(|stream| Cell::new(RandomState::new().hash_one(stream))) }
    }

    /// 128 bits that no other request has, as far as chance goes. They are no secret and nothing trusts them.
    pub(crate) fn next(&self) -> RequestId {
        let halves = [0, 1].map(|half: usize| digits(next_of(&self.streams[half])));
        let mut id = [0; LENGTH];
        for (place, digit) in id.iter_mut().zip(halves.as_flattened()) {
            *place = *digit;
        }
        RequestId(id)
    }
}

/// The next number of a stream (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
fn next_of(stream: &Cell<u64>) -> u64 {
    let number = stream.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
    stream.set(number);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// The digits of a number.
fn digits(number: u64) -> [u8; 16] {
    let [upper, lower] = [number >> 32, number & 0xffff_ffff].map(eight_digits);
    ((u128::from(upper) << 64) | u128::from(lower)).to_be_bytes()
}

/// The digits of the lower half of a number, all eight at once: each four bits get a byte of their own, and what is
/// over nine goes on with the letters.
fn eight_digits(number: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let spread = (number | (number << 16)) & 0x0000_ffff_0000_ffff;
    let spread = (spread | (spread << 8)) & 0x00ff_00ff_00ff_00ff;
    let spread = (spread | (spread << 4)) & 0x0f0f_0f0f_0f0f_0f0f;
    let letters = ((spread + ONES * 6) >> 4) & ONES;
    spread + ONES * u64::from(b'0') + letters * u64::from(b'a' - b'9' - 1)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn an_id_has_32_lower_case_hexadecimal_digits() {
        let id = RequestIds::new().next();
        assert_eq!(id.as_str().len(), 32);
        assert!(id.digits().iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')));
    }

    #[test]
    fn digits_are_those_of_the_number() {
        for number in [0, 1, 0x0123_4567_89ab_cdef, u64::MAX] {
            assert_eq!(std::str::from_utf8(&digits(number)).unwrap(), format!("{number:016x}"));
        }
    }

    #[test]
    fn no_two_requests_have_the_same_id() {
        let (one, other) = (RequestIds::new(), RequestIds::new());
        let ids: HashSet<_> =
            (0..1000).flat_map(|_| [one.next(), other.next()]).map(|id| id.as_str().to_owned()).collect();
        assert_eq!(ids.len(), 2000);
    }
}
