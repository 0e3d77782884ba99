//! What holds for every token, every byte and every text.

use gibbon_jose::json::{JsonError, JsonObject, JsonValue};
use gibbon_jose::sign::Signer;
use gibbon_jose::{Algorithm, Jws, Limits, PublicKey, Token, Verifier, base64url};
use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::keys::{pem, signer, verifier};

/// Signing with RSA takes a millisecond, so the slow algorithms get fewer cases.
const FAST: [Algorithm; 5] = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512, Algorithm::ES256, Algorithm::EdDSA];

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no others", |number| number.is_finite()).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn json_object() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::btree_map(any::<String>(), json_value(), 0..8).prop_map(|members| members.into_iter().collect())
}

/// Texts that are nearly JSON, which random bytes never are.
fn nearly_json() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "d800", "dc00", "\"a\"", "\"b\":", "1", "-", ".", "e", "9",
        "null", "tru", " ", "\u{e9}", "\u{0}",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat().into_bytes())
}

fn compact(parts: [&[u8]; 3]) -> String {
    parts.map(base64url::encode).join(".")
}

/// The object that our scanner reads out of a text, as the other parser would have it.
fn read_back(object: &JsonObject) -> Value {
    Value::Object(object.iter().map(|(name, value)| (name.into_owned(), read_back_value(value))).collect())
}

fn read_back_value(value: JsonValue<'_>) -> Value {
    match value {
        JsonValue::Null => Value::Null,
        JsonValue::Bool(bool) => bool.into(),
        JsonValue::Number(number) => serde_json::from_str(number.as_str()).expect("a number"),
        JsonValue::String(string) => string.to_str().into(),
        JsonValue::Array(_) => value.items().map(read_back_value).collect::<Vec<_>>().into(),
        JsonValue::Object(_) => {
            let members = value.members().map(|(name, inner)| (name.to_str().into_owned(), read_back_value(inner)));
            Value::Object(members.collect())
        }
    }
}

proptest! {
    #[test]
    fn what_is_signed_verifies_and_says_what_was_signed(claims in json_object(), which in 0..FAST.len()) {
        let text = Value::Object(claims).to_string();
        let raw = signer(FAST[which]).sign(&Map::new(), &text).unwrap();
        let token = Token::parse(raw.as_bytes(), &Limits::default()).unwrap();
        let verified = token.verify(&verifier(FAST[which])).unwrap();
        // The other parser rounds the last digit of some numbers, so it reads the text again as well.
        prop_assert_eq!(read_back(verified.claims()), serde_json::from_str::<Value>(&text).unwrap());
    }

    #[test]
    fn no_other_byte_anywhere_verifies(position in any::<prop::sample::Index>(), byte in any::<u8>(), which in 0..FAST.len()) {
        let raw = signer(FAST[which]).sign(&Map::new(), r#"{"iss":"k","exp":1}"#).unwrap();
        let mut altered = raw.clone().into_bytes();
        let position = position.index(altered.len());
        altered[position] = byte;
        prop_assume!(altered != raw.as_bytes());
        let verdict = Token::parse(&altered, &Limits::default()).map(|token| token.verify(&verifier(FAST[which])).is_ok());
        prop_assert!(!verdict.unwrap_or(false));
    }

    #[test]
    fn no_byte_can_be_left_out_or_put_in(position in any::<prop::sample::Index>(), byte in any::<u8>(), which in 0..FAST.len()) {
        let raw = signer(FAST[which]).sign(&Map::new(), r#"{"iss":"k","exp":1}"#).unwrap();
        let position = position.index(raw.len());
        let (mut shorter, mut longer) = (raw.clone().into_bytes(), raw.clone().into_bytes());
        shorter.remove(position);
        longer.insert(position, byte);
        for altered in [shorter, longer] {
            // Padding of the right length is the one thing that may be added, and only at the end.
            prop_assume!(altered != [raw.as_bytes(), b"="].concat());
            let verdict = Token::parse(&altered, &Limits::default()).map(|token| token.verify(&verifier(FAST[which])).is_ok());
            prop_assert!(!verdict.unwrap_or(false));
        }
    }

    #[test]
    fn any_bytes_can_be_parsed_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let limits = Limits::default();
        let _ = (Token::parse(&bytes, &limits).is_ok(), Jws::parse(&bytes, &limits).is_ok(), base64url::decode(&bytes).is_ok());
    }

    #[test]
    fn any_json_can_be_parsed_without_harm(header in nearly_json(), payload in nearly_json(), signature: Vec<u8>) {
        let raw = compact([&header, &payload, &signature]);
        let _ = Token::parse(raw.as_bytes(), &Limits::default()).is_ok();
        let raw = compact([br#"{"alg":"HS256"}"#, &payload, &signature]);
        if let Ok(token) = Token::parse(raw.as_bytes(), &Limits::default()) {
            prop_assert!(token.verify(&verifier(Algorithm::HS256)).is_err());
        }
    }

    #[test]
    fn what_we_accept_as_json_the_other_parser_accepts_too(text in nearly_json()) {
        let text = String::from_utf8(text).unwrap();
        let theirs = serde_json::from_str::<Map<String, Value>>(&text);
        match JsonObject::parse(&text, &Limits::default()) {
            Ok(ours) => prop_assert_eq!(read_back(&ours), Value::Object(theirs.unwrap())),
            // The other parser takes the last of two equal members, so it accepts more.
            Err(JsonError::DuplicateMember) => {}
            Err(error) => prop_assert!(theirs.is_err(), "{error}: {text}"),
        }
    }

    #[test]
    fn any_secret_signs_and_verifies_and_a_longer_one_does_not(secret in prop::collection::vec(any::<u8>(), 1..200)) {
        let raw = Signer::from_secret(Algorithm::HS256, &secret).unwrap().sign(&Map::new(), "{}").unwrap();
        let verify = |secret: &[u8]| {
            let verifier = Verifier::from_secret(Algorithm::HS256, secret).unwrap();
            Token::parse(raw.as_bytes(), &Limits::default()).unwrap().verify(&verifier).is_ok()
        };
        prop_assert!(verify(&secret));
        prop_assert!(!verify(&[&secret[..], b"x"].concat()));
        let encoded = Verifier::from_base64_secret(Algorithm::HS256, &base64url::encode(&secret)).unwrap();
        prop_assert!(Token::parse(raw.as_bytes(), &Limits::default()).unwrap().verify(&encoded).is_ok());
    }

    #[test]
    fn a_damaged_key_is_refused_or_another_key(position in any::<prop::sample::Index>(), byte in any::<u8>()) {
        for name in ["rsa2048.public", "rsa2048.certificate", "p256.private", "ed25519.public", "ed448.private"] {
            let mut text = pem(name).into_bytes();
            let position = position.index(text.len());
            text[position] = byte;
            if let Ok(key) = PublicKey::from_pem(&String::from_utf8_lossy(&text)) {
                let _ = Verifier::from_public_key(key.default_algorithm(), &key).is_ok();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_slow_algorithms_hold_as_well(claims in json_object(), which in 0..Algorithm::ALL.len(), bit in 0..8_u8, at in any::<prop::sample::Index>()) {
        let algorithm = Algorithm::ALL[which];
        let raw = signer(algorithm).sign(&Map::new(), &Value::Object(claims).to_string()).unwrap();
        let token = Token::parse(raw.as_bytes(), &Limits::default()).unwrap();
        let mut signature = token.signature().to_vec();
        let at = at.index(signature.len());
        signature[at] ^= 1 << bit;
        prop_assert!(verifier(algorithm).verify(token.signing_input(), &signature).is_err());
        prop_assert!(token.verify(&verifier(algorithm)).is_ok());
    }

    #[test]
    fn ed448_holds_as_well(claims in json_object(), bit in 0..8_u8, at in any::<prop::sample::Index>()) {
        let private = pem("ed448.private");
        let raw = Signer::from_pem(Algorithm::EdDSA, &private).unwrap().sign(&Map::new(), &Value::Object(claims).to_string()).unwrap();
        let verifier = Verifier::from_pem(Algorithm::EdDSA, &pem("ed448.public")).unwrap();
        let token = Token::parse(raw.as_bytes(), &Limits::default()).unwrap();
        let mut signature = token.signature().to_vec();
        let at = at.index(signature.len());
        signature[at] ^= 1 << bit;
        prop_assert!(verifier.verify(token.signing_input(), &signature).is_err());
        prop_assert!(token.verify(&verifier).is_ok());
    }
}
