//! The examples of RFC 7515 (appendix A), RFC 7520 (section 4), RFC 8037 (appendix A) and RFC 8032 (section 7.4).

use gibbon_jose::{Algorithm, Jws, Limits, SignatureError, Token, Verifier};
use serde_json::{Value, json};

/// Verifies an example, and that no altered form of it verifies.
fn holds(jwk: &Value, algorithm: Algorithm, compact: &str) {
    let verifier = Verifier::from_jwk(Some(algorithm), jwk).expect("the key of the example");
    let verify = |compact: &str| {
        Jws::parse(compact.as_bytes(), &Limits::default()).expect("an example can be parsed").verify(&verifier)
    };
    assert!(verify(compact).is_ok(), "{compact}");
    let (input, signature) = compact.rsplit_once('.').expect("three parts");
    assert_eq!(verify(&format!("{input}AAAA.{signature}")), Err(SignatureError::Mismatch));
    let first = if signature.starts_with('A') { "B" } else { "A" };
    assert_eq!(verify(&format!("{input}.{first}{}", &signature[1..])), Err(SignatureError::Mismatch));
}

fn rsa_7520() -> Value {
    json!({"kty": "RSA", "kid": "bilbo.baggins@hobbiton.example", "use": "sig", "e": "AQAB", "n": concat!(
        "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMa",
        "JMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6c",
        "S6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwd",
        "q_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw",
    )})
}

/// The text that all examples of RFC 7520 section 4 sign.
const PAYLOAD_7520: &str = concat!(
    "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0",
    "aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91",
    "IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4",
);

/// RFC 7520 section 4.1.
#[test]
fn rfc_7520_rsa() {
    let signature = concat!(
        "MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7P",
        "NDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9e",
        "Ro4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4",
        "uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg",
    );
    let header = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9";
    holds(&rsa_7520(), Algorithm::RS256, &format!("{header}.{PAYLOAD_7520}.{signature}"));
}

/// RFC 7520 section 4.2.
#[test]
fn rfc_7520_rsa_pss() {
    let signature = concat!(
        "cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dD",
        "DItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ij",
        "Q7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQSUmFAAj",
        "VKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw",
    );
    let header = "eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9";
    holds(&rsa_7520(), Algorithm::PS384, &format!("{header}.{PAYLOAD_7520}.{signature}"));
}

/// RFC 7520 section 4.3.
#[test]
fn rfc_7520_ecdsa() {
    let signature = concat!(
        "AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPB",
        "u_u_sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2",
    );
    let header = "eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9";
    holds(
        &json!({"kty": "EC", "crv": "P-521", "use": "sig",
        "x": "AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt",
        "y": "AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1"}),
        Algorithm::ES512,
        &format!("{header}.{PAYLOAD_7520}.{signature}"),
    );
}

/// RFC 7520 section 4.4.
#[test]
fn rfc_7520_hmac() {
    let signature = "s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0";
    let header = "eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9";
    holds(
        &json!({"kty": "oct", "use": "sig", "alg": "HS256", "k": "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"}),
        Algorithm::HS256,
        &format!("{header}.{PAYLOAD_7520}.{signature}"),
    );
}

/// The claims of RFC 7515 appendices A.1 to A.3.
const CLAIMS_7515: &str =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

/// RFC 7515 appendix A.1, as a token: its header and claims have line ends in them.
#[test]
fn rfc_7515_a1_hs256() {
    let jwk = json!({"kty": "oct",
        "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"});
    let compact =
        format!("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{CLAIMS_7515}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    holds(&jwk, Algorithm::HS256, &compact);
    let token = Token::parse(compact.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(token.claims().get_str("iss").as_deref(), Some("joe"));
    assert_eq!(token.claims().get_number("exp"), Some(1_300_819_380.0));
}

/// RFC 7515 appendix A.2.
#[test]
fn rfc_7515_a2_rs256() {
    let jwk = json!({"kty": "RSA", "e": "AQAB", "n": concat!(
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4Ql",
        "L-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUs",
        "LA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoud",
        "F8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
    )});
    let signature = concat!(
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujG",
        "bds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K",
        "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6",
        "LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
    );
    holds(&jwk, Algorithm::RS256, &format!("eyJhbGciOiJSUzI1NiJ9.{CLAIMS_7515}.{signature}"));
}

/// RFC 7515 appendix A.3.
#[test]
fn rfc_7515_a3_es256() {
    let jwk = json!({"kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"});
    let signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    holds(&jwk, Algorithm::ES256, &format!("eyJhbGciOiJFUzI1NiJ9.{CLAIMS_7515}.{signature}"));
}

/// RFC 7515 appendix A.4; its payload is the word `Payload`.
#[test]
fn rfc_7515_a4_es512() {
    let jwk = json!({"kty": "EC", "crv": "P-521",
        "x": "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
        "y": "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"});
    let signature = concat!(
        "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZC",
        "PEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn"
    );
    holds(&jwk, Algorithm::ES512, &format!("eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.{signature}"));
}

/// RFC 7515 appendix A.5: an unsecured JWS is none of ours.
#[test]
fn rfc_7515_a5_none_is_refused() {
    let compact = format!("eyJhbGciOiJub25lIn0.{CLAIMS_7515}.");
    assert_eq!(Token::parse(compact.as_bytes(), &Limits::default()).unwrap_err().kong_reason(), "invalid alg");
}

/// RFC 8037 appendix A.4.
#[test]
fn rfc_8037_a4_ed25519() {
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    let payload = "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    holds(&jwk, Algorithm::EdDSA, &format!("eyJhbGciOiJFZERTQSJ9.{payload}.{signature}"));
}

/// RFC 8032 section 7.4, the first two: no bytes, and one byte.
#[test]
fn rfc_8032_ed448() {
    for (key, message, signature) in [
        (
            "5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783df1e50f6cd1fa1abeafe8256180",
            "",
            "533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281f2fd7a22ddd47d7828c59bd0a21bfd3980ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cdda8530a113a0f4dbb61149f05a7363268c71d95808ff2e652600",
        ),
        (
            "43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c0866aea01eb00742802b8438ea4cb82169c235160627b4c3a9480",
            "03",
            "26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f4352541b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cbcee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0ff3348ab21aa4adafd1d234441cf807c03a00",
        ),
    ] {
        let (key, message, mut signature) = (unhex(key), unhex(message), unhex(signature));
        let jwk = json!({"kty": "OKP", "crv": "Ed448", "x": gibbon_jose::base64url::encode(&key)});
        let verifier = Verifier::from_jwk(None, &jwk).unwrap();
        assert_eq!(verifier.verify(&message, &signature), Ok(()));
        assert_eq!(verifier.verify(b"another", &signature), Err(SignatureError::Mismatch));
        // S plus the order of the group is the same number and not the same signature (section 5.2.7, step 1).
        add_order(&mut signature[57..]);
        assert_eq!(verifier.verify(&message, &signature), Err(SignatureError::Mismatch));
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal");
    (0..text.len()).step_by(2).map(digit).collect()
}

/// Adds 2^446 - 0x8335dc16… to a little-endian number.
fn add_order(number: &mut [u8]) {
    let order = unhex(
        "f34458ab92c27823558fc58d72c26c219036d6ae49db4ec4e923ca7cffffffffffffffffffffffffffffffffffffffffffffffffffffff3f00",
    );
    let mut carry = 0;
    for (digit, added) in number.iter_mut().zip(order) {
        let sum = u16::from(*digit) + u16::from(added) + carry;
        *digit = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
}
