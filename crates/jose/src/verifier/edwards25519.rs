//! Whether 32 bytes are a usable Ed25519 public key (RFC 8032 section 5.1.3).

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Odd, U256};

/// 2^255 - 19.
const P: U256 = U256::from_be_hex("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed");
/// The constant of the curve.
const D: U256 = U256::from_be_hex("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3");
/// (p - 1) / 2, for Euler's criterion.
const HALF: U256 = U256::from_be_hex("3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff6");

/// The y of the eight points of low order; under such a key anyone can make signatures that verify.
const LOW_ORDER: [U256; 5] = [
    U256::ZERO,
    U256::ONE,
    U256::from_be_hex("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec"),
    U256::from_be_hex("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7"),
    U256::from_be_hex("05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826"),
];

pub(super) fn is_point(key: &[u8; 32]) -> bool {
    let mut bytes = *key;
    // The highest bit is the sign of x.
    if let Some(high) = bytes.last_mut() {
        *high &= 0x7f;
    }
    let y = U256::from_le_slice(&bytes);
    let Some(modulus) = Odd::new(P).into_option() else { return false };
    if y >= P || LOW_ORDER.contains(&y) {
        return false;
    }
    // x^2 = (y^2 - 1) / (d y^2 + 1): there is an x if the quotient, or just as well the product, is a square.
    let parameters = FixedMontyParams::new_vartime(modulus);
    let (one, d) = (FixedMontyForm::one(&parameters), FixedMontyForm::new(&D, &parameters));
    let y_squared = FixedMontyForm::new(&y, &parameters).square();
    let product = y_squared.sub(&one).mul(&d.mul(&y_squared).add(&one));
    product.pow_vartime(&HALF).retrieve() == U256::ONE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_half_of_all_numbers_are_points() {
        let keys = (0_u32..400).map(|seed| {
            let mut key = [0x5a; 32];
            key[..4].copy_from_slice(&seed.to_le_bytes());
            key
        });
        let points = keys.filter(is_point).count();
        assert!((150..250).contains(&points), "{points}");
    }

    #[test]
    fn low_order_and_numbers_beyond_the_prime_are_refused() {
        for y in LOW_ORDER {
            let mut key: [u8; 32] = y.to_le_bytes().into();
            assert!(!is_point(&key));
            key[31] |= 0x80;
            assert!(!is_point(&key));
        }
        assert!(!is_point(&[0xff; 32]));
        assert!(!is_point(&P.to_le_bytes().into()));
    }
}
