use serde_json::json;

use super::*;

macro_rules! key {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/", $name, ".pem"))
    };
}

fn pem(text: &str) -> Result<PublicKey, KeyError> {
    PublicKey::from_pem(text)
}

#[test]
fn every_form_of_a_key_gives_the_same_public_key() {
    let rsa = pem(key!("rsa2048.public")).unwrap();
    for form in [
        key!("rsa2048.pkcs1.public"),
        key!("rsa2048.private"),
        key!("rsa2048.pkcs1.private"),
        key!("rsa2048.certificate"),
    ] {
        assert_eq!(pem(form).as_ref(), Ok(&rsa), "{form}");
    }
    for (public, forms) in [
        (key!("p256.public"), [key!("p256.private"), key!("p256.sec1.private")]),
        (key!("p384.public"), [key!("p384.private"), key!("p384.sec1.private")]),
        (key!("p521.public"), [key!("p521.private"), key!("p521.sec1.private")]),
        (key!("p256.public"), [key!("p256.certificate"), key!("p256.parameters.private")]),
        (key!("ed25519.public"), [key!("ed25519.private"), key!("ed25519.public")]),
        (key!("ed448.public"), [key!("ed448.private"), key!("ed448.public")]),
    ] {
        for form in forms {
            assert_eq!(pem(form), pem(public), "{form}");
            assert!(pem(form).is_ok());
        }
    }
}

#[test]
fn a_key_says_what_it_is_and_what_it_is_used_with() {
    for (text, description, algorithm) in [
        (key!("rsa2048.public"), "an RSA key", Algorithm::RS256),
        (key!("pss.public"), "an RSA key", Algorithm::PS256),
        (key!("pss384.public"), "an RSA key", Algorithm::PS384),
        (key!("p256.public"), "an EC key on P-256", Algorithm::ES256),
        (key!("p384.public"), "an EC key on P-384", Algorithm::ES384),
        (key!("p521.public"), "an EC key on P-521", Algorithm::ES512),
        (key!("ed25519.public"), "an Ed25519 key", Algorithm::EdDSA),
        (key!("ed448.public"), "an Ed448 key", Algorithm::EdDSA),
    ] {
        let key = pem(text).unwrap();
        assert_eq!((key.describe(), key.default_algorithm()), (description, algorithm));
        assert_eq!(format!("{key:?}"), description, "nothing of the key is printed");
    }
}

#[test]
fn numbers_that_are_no_rsa_key_are_refused_by_name() {
    assert_eq!(pem(key!("rsa2048.e1.public")), Err(KeyError::RsaExponent));
    assert_eq!(pem(key!("rsa2048.even-e.public")), Err(KeyError::RsaExponent));
    assert_eq!(pem(key!("rsa2048.large-e.public")), Err(KeyError::RsaExponent));
    assert_eq!(pem(key!("rsa2048.even-n.public")), Err(KeyError::Malformed("the RSA modulus")));
    assert_eq!(pem(key!("roca.public")), Err(KeyError::Roca));
}

#[test]
fn the_size_of_a_modulus_is_counted_in_bits() {
    for (text, bits) in [
        (key!("rsa1023.public"), 1023),
        (key!("rsa1024.public"), 1024),
        (key!("rsa2047.public"), 2047),
        (key!("rsa8193.public"), 8193),
    ] {
        assert_eq!(pem(text).unwrap().rsa_bits(), Some(bits));
    }
}

#[test]
fn what_no_algorithm_uses_is_refused_by_name() {
    assert_eq!(pem(key!("secp256k1.public")), Err(KeyError::Unsupported("1.3.132.0.10".to_owned())));
    assert_eq!(pem(key!("x25519.public")), Err(KeyError::Unsupported("1.3.101.110".to_owned())));
    assert_eq!(pem(key!("rsa2048.encrypted")), Err(KeyError::Encrypted));
    assert!(matches!(pem(key!("p256.explicit.public")), Err(KeyError::Unsupported(_) | KeyError::Malformed(_))));
}

#[test]
fn a_structure_under_another_name_is_malformed() {
    let renamed = |text: &str, from: &str, to: &str| pem(&text.replace(from, to));
    for result in [
        renamed(key!("rsa2048.public"), "PUBLIC KEY", "CERTIFICATE"),
        renamed(key!("rsa2048.public"), "PUBLIC KEY", "RSA PUBLIC KEY"),
        renamed(key!("rsa2048.public"), "PUBLIC KEY", "PRIVATE KEY"),
        renamed(key!("rsa2048.certificate"), "CERTIFICATE", "PUBLIC KEY"),
        renamed(key!("p256.sec1.private"), "EC PRIVATE KEY", "RSA PRIVATE KEY"),
    ] {
        assert!(matches!(result, Err(KeyError::Malformed(_))), "{result:?}");
    }
}

#[test]
fn bytes_behind_a_structure_are_refused() {
    for label in ["PUBLIC KEY", "RSA PUBLIC KEY"] {
        let text = if label == "PUBLIC KEY" { key!("rsa2048.public") } else { key!("rsa2048.pkcs1.public") };
        let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
        let mut der = base64_simd::STANDARD.decode_to_vec(body).unwrap();
        der.push(0);
        let longer = base64_simd::STANDARD.encode_to_string(der);
        let result = pem(&format!("-----BEGIN {label}-----\n{longer}\n-----END {label}-----\n"));
        assert!(matches!(result, Err(KeyError::Malformed(_))), "{result:?}");
    }
}

#[test]
fn a_jwk_is_the_same_key_as_its_pem() {
    let public = pem(key!("rsa2048.public")).unwrap();
    let Material::Rsa(rsa) = &public.0 else { panic!("not RSA") };
    let encode = crate::base64url::encode;
    let jwk = json!({"kty": "RSA", "n": encode(rsa.modulus()), "e": encode(rsa.exponent()), "use": "sig", "d": "AQAB"});
    assert_eq!(PublicKey::from_jwk(&jwk), Ok(public.clone()));
    let padded_with_zero = [&[0], rsa.modulus()].concat();
    let jwk = json!({"kty": "RSA", "n": encode(&padded_with_zero), "e": "AQAB"});
    assert_eq!(PublicKey::from_jwk(&jwk), Ok(public));

    let Material::Ec { point, .. } = pem(key!("p521.public")).unwrap().0 else { panic!("not EC") };
    let (x, y) = point[1..].split_at(66);
    let jwk = json!({"kty": "EC", "crv": "P-521", "x": encode(x), "y": encode(y)});
    assert_eq!(PublicKey::from_jwk(&jwk), pem(key!("p521.public")));

    for (text, crv) in [(key!("ed25519.public"), "Ed25519"), (key!("ed448.public"), "Ed448")] {
        let key = pem(text).unwrap();
        let x = match &key.0 {
            Material::Ed25519(x) => encode(x),
            Material::Ed448(x) => encode(x),
            _ => panic!("not an Edwards curve"),
        };
        assert_eq!(PublicKey::from_jwk(&json!({"kty": "OKP", "crv": crv, "x": x})), Ok(key));
    }
}

#[test]
fn a_jwk_for_something_else_is_refused() {
    let with = |name: &str, value: Value| {
        let mut jwk = json!({"kty": "RSA", "n": "w".repeat(342), "e": "AQAB"});
        jwk[name] = value;
        PublicKey::from_jwk(&jwk)
    };
    for value in [json!("enc"), json!(""), json!(1), json!(null)] {
        assert_eq!(with("use", value), Err(KeyError::JwkUse));
    }
    for value in [json!(["encrypt"]), json!([]), json!("verify"), json!(["sign"])] {
        assert_eq!(with("key_ops", value), Err(KeyError::JwkUse));
    }
    assert_ne!(with("key_ops", json!(["sign", "verify"])), Err(KeyError::JwkUse));
}

#[test]
fn jwk_members_are_checked() {
    let coordinate = "A".repeat(43);
    for (jwk, error) in [
        (json!({}), KeyError::JwkMember("kty")),
        (json!("RSA"), KeyError::JwkMember("kty")),
        (json!({"kty": "RSA", "e": "AQAB"}), KeyError::JwkMember("n")),
        (json!({"kty": "RSA", "n": "!!", "e": "AQAB"}), KeyError::JwkMember("n")),
        (json!({"kty": "RSA", "n": "AQAB", "e": 65537}), KeyError::JwkMember("e")),
        (json!({"kty": "EC", "crv": "P-256", "x": "AQAB", "y": coordinate}), KeyError::JwkMember("x")),
        (json!({"kty": "EC", "crv": "P-256", "x": coordinate, "y": "AQAB"}), KeyError::JwkMember("y")),
        (json!({"kty": "EC", "crv": "secp256k1", "x": "", "y": ""}), KeyError::Unsupported("secp256k1".to_owned())),
        (json!({"kty": "OKP", "crv": "Ed25519", "x": "AQAB"}), KeyError::JwkMember("x")),
        (json!({"kty": "OKP", "crv": "X25519", "x": coordinate}), KeyError::Unsupported("X25519".to_owned())),
        (json!({"kty": "oct", "k": "c2VjcmV0"}), KeyError::Unsupported("oct".to_owned())),
        (json!({"kty": "AKP"}), KeyError::Unsupported("AKP".to_owned())),
    ] {
        assert_eq!(PublicKey::from_jwk(&jwk), Err(error), "{jwk}");
    }
}

#[test]
fn a_key_and_its_jwk_lead_to_each_other() {
    for private in [key!("rsa2048.private"), key!("p256.private"), key!("p384.private"), key!("p521.private")] {
        let key = PublicKey::of_private_pem(private).unwrap();
        let jwk = key.to_jwk().unwrap();
        assert!(jwk.keys().is_sorted(), "a thumbprint is over sorted members: {jwk:?}");
        assert_eq!(PublicKey::from_jwk(&jwk.into()), Ok(key));
    }
    for public in [key!("ed25519.public"), key!("ed448.public")] {
        let key = pem(public).unwrap();
        assert_eq!(PublicKey::from_jwk(&key.to_jwk().unwrap().into()), Ok(key));
    }
    assert_eq!(pem(key!("p256.compressed.public")).unwrap().to_jwk(), None);
}
