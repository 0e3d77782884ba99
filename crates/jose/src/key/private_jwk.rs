//! Private keys in JWKs (RFC 7518 sections 6.2.2 and 6.3.2, RFC 8037 section 2).

use der::asn1::{AnyRef, UintRef};
use der::{Encode as _, Tag};
use serde_json::Value;

use super::jwk::{self, bytes};
use super::{KeyError, Material, PrivateKey, RsaUse};

/// The members of an RSA key in the order of an `RSAPrivateKey` (RFC 8017 appendix A.1.2). RFC 7518 lets all behind `d`
/// be left out together; such a key would have to be factored, and is refused by the first that is missing.
const RSA: [&str; 8] = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];

/// Reads a key of one of the types that sign. What it is meant for (`use`, `key_ops`, `alg`) is the business of whoever
/// uses it.
///
/// # Errors
/// [`KeyError`]; a key whose public members are another key's is malformed.
pub(crate) fn read(jwk: &Value) -> Result<PrivateKey, KeyError> {
    let public = jwk::material(jwk)?;
    let private = match &public {
        Material::Rsa(_) => PrivateKey::Rsa { pkcs1: rsa(jwk)?, usage: RsaUse::Any },
        Material::Ec { curve, .. } => PrivateKey::Ec { curve: *curve, scalar: sized(jwk, curve.field_len())? },
        Material::Ed25519(_) => PrivateKey::Ed25519(seed(jwk)?),
        Material::Ed448(_) => PrivateKey::Ed448(seed(jwk)?),
    };
    if private.public_key()?.0 == public { Ok(private) } else { Err(KeyError::Malformed("the private key")) }
}

fn rsa(jwk: &Value) -> Result<Vec<u8>, KeyError> {
    if jwk.get("oth").is_some() {
        return Err(KeyError::Unsupported("RSA with more than two primes".to_owned()));
    }
    let mut content = integer(&[0], "d")?;
    for name in RSA {
        content.extend(integer(&bytes(jwk, name)?, name)?);
    }
    let sequence = AnyRef::new(Tag::Sequence, &content).and_then(|sequence| sequence.to_der());
    sequence.map_err(|_| KeyError::Malformed("the RSA private key"))
}

fn integer(bytes: &[u8], member: &'static str) -> Result<Vec<u8>, KeyError> {
    UintRef::new(bytes).and_then(|integer| integer.to_der()).map_err(|_| KeyError::JwkMember(member))
}

/// The member `d`, which has leading zeros where its number is small (RFC 7518 section 6.2.2.1).
fn sized(jwk: &Value, len: usize) -> Result<Vec<u8>, KeyError> {
    let scalar = bytes(jwk, "d")?;
    if scalar.len() == len { Ok(scalar) } else { Err(KeyError::JwkMember("d")) }
}

fn seed<const LEN: usize>(jwk: &Value) -> Result<[u8; LEN], KeyError> {
    bytes(jwk, "d")?.try_into().map_err(|_| KeyError::JwkMember("d"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sign::Signer;
    use crate::{Algorithm, PublicKey, Verifier};

    macro_rules! key {
        ($name:literal) => {
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/", $name))
        };
    }

    fn jwk(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    fn with(text: &str, member: &str, value: Value) -> Result<PublicKey, KeyError> {
        let mut jwk = jwk(text);
        jwk[member] = value;
        PublicKey::of_private_jwk(&jwk)
    }

    fn without(text: &str, member: &str) -> Result<PublicKey, KeyError> {
        let mut jwk = jwk(text);
        jwk.as_object_mut().unwrap().remove(member);
        PublicKey::of_private_jwk(&jwk)
    }

    #[test]
    fn a_private_jwk_signs_as_its_pem_does() {
        for (own, pem, algorithm) in [
            (key!("rsa2048.private.jwk"), key!("rsa2048.private.pem"), Algorithm::RS256),
            (key!("p256.private.jwk"), key!("p256.private.pem"), Algorithm::ES256),
            (key!("p384.private.jwk"), key!("p384.private.pem"), Algorithm::ES384),
            (key!("p521.private.jwk"), key!("p521.private.pem"), Algorithm::ES512),
            (key!("ed25519.private.jwk"), key!("ed25519.private.pem"), Algorithm::EdDSA),
            (key!("ed448.private.jwk"), key!("ed448.private.pem"), Algorithm::EdDSA),
        ] {
            let public = PublicKey::of_private_pem(pem).unwrap();
            assert_eq!(PublicKey::of_private_jwk(&jwk(own)).as_ref(), Ok(&public));
            assert_eq!(public.default_algorithm(), algorithm);
            let signed = Signer::from_jwk(algorithm, &jwk(own)).unwrap().sign_raw(b"{}", b"text").unwrap();
            let (input, signature) = signed.rsplit_once('.').unwrap();
            let signature = crate::base64url::decode(signature.as_bytes()).unwrap();
            let verifier = Verifier::from_public_key(algorithm, &public).unwrap();
            assert_eq!(verifier.verify(input.as_bytes(), &signature), Ok(()), "{algorithm}");
        }
    }

    #[test]
    fn what_it_is_meant_for_is_the_business_of_who_uses_it() {
        for (member, value) in [("use", json!("enc")), ("key_ops", json!(["sign"])), ("alg", json!("RSA-OAEP"))] {
            assert!(with(key!("rsa2048.private.jwk"), member, value).is_ok(), "{member}");
        }
    }

    #[test]
    fn a_public_key_signs_nothing() {
        for own in [key!("rsa2048.private.jwk"), key!("p256.private.jwk"), key!("ed25519.private.jwk")] {
            assert_eq!(without(own, "d"), Err(KeyError::JwkMember("d")));
        }
        let secret = json!({ "kty": "oct", "k": "c2VjcmV0" });
        assert_eq!(PublicKey::of_private_jwk(&secret), Err(KeyError::Unsupported("oct".to_owned())));
    }

    #[test]
    fn halves_of_two_keys_are_no_key() {
        let other = |member: &str| jwk(key!("p384.private.jwk"))[member].clone();
        assert_eq!(with(key!("p256.private.jwk"), "d", other("d")), Err(KeyError::JwkMember("d")));
        for member in ["x", "y"] {
            let own = jwk(key!("p256.private.jwk"))["d"].clone();
            assert_eq!(with(key!("p256.private.jwk"), member, own), Err(KeyError::Malformed("the private key")));
        }
        let mut swapped = jwk(key!("rsa2048.private.jwk"));
        swapped["p"] = swapped["q"].clone();
        let signer = Signer::from_jwk(Algorithm::RS256, &swapped);
        assert_eq!(signer.err(), Some(KeyError::Malformed("the private key")));
    }

    #[test]
    fn an_rsa_key_needs_its_two_primes() {
        for member in ["p", "q", "dp", "dq", "qi"] {
            assert!(
                matches!(without(key!("rsa2048.private.jwk"), member), Err(KeyError::JwkMember(name)) if name == member)
            );
        }
        let more = with(key!("rsa2048.private.jwk"), "oth", json!([{}]));
        assert_eq!(more, Err(KeyError::Unsupported("RSA with more than two primes".to_owned())));
    }
}
