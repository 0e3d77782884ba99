//! The fingerprint of RSA moduli that a widespread smart card library made (CVE-2017-15361).
//!
//! Its primes have the form `k * M + (65537^a mod M)`, where `M` is a product of the first primes. So the modulus is a
//! power of 65537 modulo each of them, which a random modulus is with a chance of one in 2^154 (Nemec and others, "The
//! Return of Coppersmith's Attack", 2017, section 3).

/// The odd primes of the smallest `M`, which the larger ones contain.
const PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
    113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// Whether a big-endian modulus has the fingerprint.
pub(super) fn is_vulnerable(modulus: &[u8]) -> bool {
    PRIMES.into_iter().all(|prime| is_power_of_65537(remainder(modulus, prime), prime))
}

fn remainder(modulus: &[u8], prime: u32) -> u32 {
    modulus.iter().fold(0, |rest, &byte| (rest << 8 | u32::from(byte)) % prime)
}

fn is_power_of_65537(value: u32, prime: u32) -> bool {
    let mut power = 1;
    loop {
        if power == value {
            return true;
        }
        power = power * (65537 % prime) % prime;
        if power == 1 {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_65537_have_the_fingerprint_and_their_neighbours_do_not() {
        // 65537^2 is a power of 65537 modulo everything.
        let square = (65537_u64 * 65537).to_be_bytes();
        assert!(is_vulnerable(&square));
        assert!(!is_vulnerable(&(65537_u64 * 65537 + 2).to_be_bytes()));
        assert!(!is_vulnerable(&[0xc3; 256]));
    }
}
