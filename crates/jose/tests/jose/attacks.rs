//! What has fooled other gateways and libraries, a test for each.

use gibbon_jose::{Algorithm, KeyError, Limits, SignatureError, Token, TokenError, Verifier, base64url::encode};
use serde_json::json;

use crate::keys::{SECRET, pem, signer, verifier};

const CLAIMS: &str = r#"{"iss":"k"}"#;

fn parse(compact: &str) -> Result<Token<'_>, TokenError> {
    Token::parse(compact.as_bytes(), &Limits::default())
}

fn refusal(compact: &str, verifier: &Verifier) -> Option<SignatureError> {
    parse(compact).expect("a token that can be parsed").verify(verifier).err()
}

fn unsigned(header: &str) -> String {
    format!("{}.{}.", encode(header.as_bytes()), encode(CLAIMS.as_bytes()))
}

/// CVE-2015-2951 and its relatives.
#[test]
fn alg_none_in_any_spelling_is_refused_before_a_key_is_looked_for() {
    for name in ["\"none\"", "\"None\"", "\"nOnE\"", "\"NONE\"", "\"\"", "null", "0", "false", "[]", "[\"none\"]", "{}"]
    {
        for signature in ["", "c2ln"] {
            let compact = unsigned(&format!(r#"{{"alg":{name}}}"#)) + signature;
            assert_eq!(parse(&compact).unwrap_err(), TokenError::Algorithm, "{name}");
        }
    }
    assert_eq!(parse(&unsigned("{}")).unwrap_err(), TokenError::Algorithm);
}

/// CVE-2016-10555: the public key taken as an HMAC secret.
#[test]
fn a_mac_made_with_the_public_key_is_refused() {
    let public = pem("rsa2048.public");
    let forger = gibbon_jose::sign::Signer::from_secret(Algorithm::HS256, public.as_bytes()).unwrap();
    let rsa = verifier(Algorithm::RS256);
    let named_hs = forger.sign_raw(br#"{"alg":"HS256"}"#, CLAIMS.as_bytes()).unwrap();
    let expected = SignatureError::Algorithm { token: Algorithm::HS256, key: Algorithm::RS256 };
    assert_eq!(refusal(&named_hs, &rsa), Some(expected));
    let named_rs = forger.sign_raw(br#"{"alg":"RS256"}"#, CLAIMS.as_bytes()).unwrap();
    assert_eq!(refusal(&named_rs, &rsa), Some(SignatureError::Mismatch));
}

#[test]
fn no_key_verifies_a_token_of_another_algorithm() {
    for signed in Algorithm::ALL {
        let compact = signer(signed).sign(&serde_json::Map::new(), CLAIMS).unwrap();
        for bound in Algorithm::ALL {
            let expected = (signed != bound).then_some(SignatureError::Algorithm { token: signed, key: bound });
            assert_eq!(refusal(&compact, &verifier(bound)), expected, "{signed} under {bound}");
        }
    }
}

#[test]
fn renaming_the_algorithm_does_not_help() {
    for signed in Algorithm::ALL {
        for claimed in Algorithm::ALL.into_iter().filter(|&claimed| claimed != signed) {
            let header = format!(r#"{{"alg":"{claimed}"}}"#);
            let compact = signer(signed).sign_raw(header.as_bytes(), CLAIMS.as_bytes()).unwrap();
            assert_eq!(refusal(&compact, &verifier(claimed)), Some(SignatureError::Mismatch), "{signed} as {claimed}");
        }
    }
}

#[test]
fn a_key_of_the_wrong_kind_or_curve_is_refused_when_it_is_given() {
    for (algorithm, key) in [
        (Algorithm::ES256, "p384.public"),
        (Algorithm::ES384, "p256.public"),
        (Algorithm::ES512, "p256.public"),
        (Algorithm::ES256, "ed25519.public"),
        (Algorithm::EdDSA, "p256.public"),
        (Algorithm::RS256, "p256.public"),
        (Algorithm::ES256, "rsa2048.public"),
        (Algorithm::HS256, "rsa2048.public"),
        (Algorithm::RS256, "pss.public"),
    ] {
        let error = Verifier::from_pem(algorithm, &pem(key)).unwrap_err();
        assert!(matches!(error, KeyError::Unfit { .. }), "{algorithm} {key}: {error}");
    }
}

#[test]
fn kid_is_text_and_nothing_else() {
    for kid in [
        "../../../../dev/null",
        "' OR 1=1 --",
        "a\\u0000b",
        "a\\r\\nX: y",
        "http://169.254.169.254/",
        &"k".repeat(5000),
    ] {
        let header = format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#);
        let compact = signer(Algorithm::HS256).sign_raw(header.as_bytes(), CLAIMS.as_bytes()).unwrap();
        assert_eq!(refusal(&compact, &verifier(Algorithm::HS256)), None);
        assert!(parse(&compact).unwrap().header().get_str("kid").is_some());
    }
    for kid in ["1", "null", "[\"k\"]", "{\"key\":\"k\"}", "true"] {
        let token = unsigned(&format!(r#"{{"alg":"HS256","kid":{kid}}}"#));
        assert_eq!(parse(&token).unwrap().header().get_str("kid"), None, "{kid}");
    }
}

/// CVE-2018-0114: a key that comes with the token.
#[test]
fn keys_that_a_token_brings_along_are_ignored() {
    let own = pem("ed25519.private");
    let forger = gibbon_jose::sign::Signer::from_pem(Algorithm::EdDSA, &own).unwrap();
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let stranger = Verifier::from_jwk(None, &jwk).unwrap();
    for brought in [
        json!({"alg": "EdDSA", "jwk": jwk}),
        json!({"alg": "EdDSA", "jku": "https://evil.example/keys"}),
        json!({"alg": "EdDSA", "x5u": "https://evil.example/chain", "x5c": ["AAAA"]}),
    ] {
        let compact = forger.sign_raw(brought.to_string().as_bytes(), CLAIMS.as_bytes()).unwrap();
        assert_eq!(refusal(&compact, &stranger), Some(SignatureError::Mismatch), "{brought}");
    }
}

/// RFC 7515 section 4.1.11, RFC 7797.
#[test]
fn crit_and_b64_are_refused_even_with_a_right_signature() {
    for extension in
        [r#""crit":["exp"]"#, r#""crit":[]"#, r#""crit":{}"#, r#""b64":false,"crit":["b64"]"#, r#""b64":false"#]
    {
        let header = format!(r#"{{"alg":"HS256",{extension}}}"#);
        let compact = signer(Algorithm::HS256).sign_raw(header.as_bytes(), CLAIMS.as_bytes()).unwrap();
        assert_eq!(parse(&compact).unwrap_err(), TokenError::Extension, "{header}");
    }
}

/// CVE-2022-21449, and the encodings of ECDSA signatures.
#[test]
fn ecdsa_takes_two_numbers_in_range_and_of_full_length() {
    for (algorithm, length) in [(Algorithm::ES256, 32), (Algorithm::ES384, 48), (Algorithm::ES512, 66)] {
        let compact = signer(algorithm).sign(&serde_json::Map::new(), CLAIMS).unwrap();
        let token = parse(&compact).unwrap();
        let (r, s) = token.signature().split_at(length);
        let (zero, ones, short) = (vec![0; length], vec![0xff; length], &s[1..]);
        let der = [&[0x30, (2 * length + 4) as u8, 0x02, length as u8], r, &[0x02, length as u8], s].concat();
        for signature in [
            [&zero[..], &zero].concat(),
            [r, &zero].concat(),
            [&zero[..], s].concat(),
            [&ones[..], &ones].concat(),
            [r, &ones].concat(),
            [s, r].concat(),
            [r, short].concat(),
            [&[0], r, &[0], s].concat(),
            [r, s, &[0]].concat(),
            [r, s, s].concat(),
            der,
            r.to_vec(),
            Vec::new(),
        ] {
            let result = verifier(algorithm).verify(token.signing_input(), &signature);
            assert_eq!(result, Err(SignatureError::Mismatch), "{algorithm} {} bytes", signature.len());
        }
        assert_eq!(verifier(algorithm).verify(token.signing_input(), token.signature()), Ok(()));
    }
}

#[test]
fn rsa_keys_that_protect_nothing_are_refused() {
    for (key, error) in [
        ("rsa2048.e1.public", KeyError::RsaExponent),
        ("rsa2048.even-e.public", KeyError::RsaExponent),
        ("roca.public", KeyError::Roca),
        ("rsa1023.public", KeyError::RsaSize { algorithm: Algorithm::RS256, bits: 1023, min: 1024 }),
    ] {
        assert_eq!(Verifier::from_pem(Algorithm::RS256, &pem(key)).unwrap_err(), error);
    }
}

/// CVE-2025-30204, CVE-2025-27144: memory spent on dots before anything is checked.
#[test]
fn a_flood_of_dots_or_bytes_is_refused_by_its_length() {
    let limit = Limits::default().max_bytes;
    for byte in ['.', 'e', '='] {
        let flood = byte.to_string().repeat(4_000_000);
        assert_eq!(parse(&flood).unwrap_err(), TokenError::TooLong(limit));
        assert!(parse(&flood[..limit]).is_err());
    }
}

#[test]
fn deep_and_crowded_json_is_refused() {
    let with_claims = |claims: String| {
        parse(&format!("eyJhbGciOiJIUzI1NiJ9.{}.", encode(claims.as_bytes())))
            .map(|_| ())
            .map_err(TokenError::kong_reason)
    };
    assert_eq!(with_claims(format!("{{\"a\":{}{}}}", "[".repeat(4000), "]".repeat(4000))), Err("invalid JSON"));
    assert_eq!(with_claims("{\"a\":".repeat(2000)), Err("invalid JSON"));
    let members: Vec<String> = (0..1000).map(|n| format!("\"{n}\":0")).collect();
    assert_eq!(with_claims(format!("{{{}}}", members.join(","))), Err("invalid JSON"));
    assert_eq!(with_claims(format!("{{{}}}", members[..512].join(","))), Ok(()));
}

#[test]
fn five_parts_are_no_token() {
    assert_eq!(
        parse("eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AAAA.AAAA.AAAA").unwrap_err().kong_reason(),
        "invalid JSON"
    );
    let compact = signer(Algorithm::HS256).sign(&serde_json::Map::new(), CLAIMS).unwrap();
    assert_eq!(parse(&format!("{compact}.AAAA")).unwrap_err().kong_reason(), "invalid signature");
}

#[test]
fn numbers_that_never_end_are_refused() {
    for exp in ["NaN", "Infinity", "-Infinity", "1e400", "0x7fffffff", "1e999"] {
        let compact = signer(Algorithm::HS256)
            .sign_raw(br#"{"alg":"HS256"}"#, format!(r#"{{"iss":"k","exp":{exp}}}"#).as_bytes())
            .unwrap();
        assert_eq!(parse(&compact).unwrap_err().kong_reason(), "invalid JSON", "{exp}");
    }
}

#[test]
fn claims_of_the_wrong_type_are_not_read_as_the_right_one() {
    for value in ["null", "true", "\"1\"", "[1]", "{\"exp\":1}"] {
        let claims = format!(r#"{{"exp":{value},"iss":{value}}}"#).replace("\"iss\":\"1\"", "\"iss\":1");
        let compact = format!("eyJhbGciOiJIUzI1NiJ9.{}.", encode(claims.as_bytes()));
        let token = parse(&compact).unwrap();
        assert_eq!((token.claims().get_number("exp"), token.claims().get_str("iss")), (None, None), "{claims}");
        assert!(token.claims().contains("exp"), "present all the same");
    }
}

/// CVE-2019-20933, CVE-2020-28637, CVE-2020-28042.
#[test]
fn empty_secrets_and_empty_signatures_prove_nothing() {
    assert_eq!(Verifier::from_secret(Algorithm::HS256, b"").unwrap_err(), KeyError::EmptySecret);
    for algorithm in Algorithm::ALL {
        let compact = unsigned(&format!(r#"{{"alg":"{algorithm}"}}"#));
        assert_eq!(refusal(&compact, &verifier(algorithm)), Some(SignatureError::Mismatch), "{algorithm}");
    }
}

#[test]
fn signatures_of_any_wrong_length_are_wrong_and_nothing_worse() {
    for algorithm in Algorithm::ALL {
        let (verifier, compact) =
            (verifier(algorithm), signer(algorithm).sign(&serde_json::Map::new(), CLAIMS).unwrap());
        let token = parse(&compact).unwrap();
        let right = token.signature();
        for length in (0..600).filter(|&length| length != right.len()) {
            let signature: Vec<u8> = right.iter().copied().cycle().take(length).collect();
            let result = verifier.verify(token.signing_input(), &signature);
            assert_eq!(result, Err(SignatureError::Mismatch), "{algorithm} {length}");
        }
    }
}

#[test]
fn errors_tell_nothing_of_a_secret() {
    let secret = String::from_utf8_lossy(SECRET).into_owned();
    let verifier = verifier(Algorithm::HS256);
    assert!(!format!("{verifier:?}").contains(&secret));
    let other = signer(Algorithm::HS512).sign(&serde_json::Map::new(), CLAIMS).unwrap();
    assert_eq!(refusal(&other, &verifier).unwrap().to_string(), "the token says `HS512` and the key is for `HS256`");
}
