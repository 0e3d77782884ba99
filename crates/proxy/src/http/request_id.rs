//! The id of a request: 32 lower-case hexadecimal digits.

use std::cell::RefCell;

use ahash::RandomState;
use bytes::{Bytes, BytesMut};
use http::HeaderValue;

/// The id of one request. Cheap to clone: the digits are shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestId(HeaderValue);

const DIGITS: &[u8; 16] = b"0123456789abcdef";
const LENGTH: usize = 32;

/// How many ids are written into one piece of memory.
const BATCH: usize = 64;

impl RequestId {
    pub(crate) fn as_str(&self) -> &str {
        // Only digits are ever put there.
        self.0.to_str().unwrap_or_default()
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

/// Makes ids for one worker. They are made in batches, since each goes into several headers and logs.
pub(crate) struct RequestIds {
    random: RandomState,
    state: RefCell<Batch>,
}

#[derive(Default)]
struct Batch {
    made: u64,
    left: Bytes,
}

impl RequestIds {
    pub(crate) fn new() -> Self {
        Self { random: RandomState::new(), state: RefCell::default() }
    }

    /// 128 bits that no other request has, as far as chance goes. They are no secret and nothing trusts them.
    pub(crate) fn next(&self) -> RequestId {
        let mut batch = self.state.borrow_mut();
        if batch.left.is_empty() {
            let first = batch.made;
            batch.made += BATCH as u64;
            batch.left = self.write(first);
        }
        let digits = batch.left.split_to(LENGTH);
        RequestId(HeaderValue::from_maybe_shared(digits).unwrap_or(HeaderValue::from_static("")))
    }

    fn write(&self, first: u64) -> Bytes {
        let mut text = BytesMut::with_capacity(BATCH * LENGTH);
        for number in first..first + BATCH as u64 {
            for half in 0..2_u8 {
                for byte in self.random.hash_one((number, half)).to_be_bytes() {
                    let digits = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
                    text.extend_from_slice(&digits);
                }
            }
        }
        text.freeze()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn an_id_has_32_lower_case_hexadecimal_digits() {
        let id = RequestIds::new().next();
        assert_eq!(id.as_str().len(), 32);
        assert!(id.as_str().bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')));
        assert_eq!(id.header(), id.as_str());
    }

    #[test]
    fn no_two_requests_have_the_same_id() {
        let (one, other) = (RequestIds::new(), RequestIds::new());
        let ids: HashSet<_> =
            (0..1000).flat_map(|_| [one.next(), other.next()]).map(|id| id.as_str().to_owned()).collect();
        assert_eq!(ids.len(), 2000);
    }
}
