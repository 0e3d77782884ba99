//! A hash that is the same on every node and in every version: nodes that share a configuration must send the same
//! client to the same target.

use std::net::IpAddr;

/// The hash of some bytes (FNV-1a, with its bits mixed at the end so that all of them depend on all bytes).
pub fn of(bytes: &[u8]) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    mix(bytes.iter().fold(OFFSET, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME)))
}

/// The hash of an address.
pub fn of_address(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(four) => of(&four.octets()),
        IpAddr::V6(six) => of(&six.octets()),
    }
}

/// Spreads a number over all others, one to one (the finalizer of SplitMix64).
pub(crate) fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_a_text_never_changes() {
        assert_eq!(of(b""), 0xc381_7c01_6ba4_ff30);
        assert_eq!(of(b"example"), 0x37bd_8cc2_0c3c_70c7);
    }
}
