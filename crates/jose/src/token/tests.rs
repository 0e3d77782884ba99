use super::*;
use crate::PartError;
use crate::base64url::{DecodeError, encode};
use crate::json::JsonError;
use crate::sign::Signer;

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
const CLAIMS: &str = r#"{"iss":"k"}"#;

fn compact(header: &str, claims: &str) -> String {
    format!("{}.{}.c2ln", encode(header.as_bytes()), encode(claims.as_bytes()))
}

fn parse(raw: &str) -> Result<Token<'_>, TokenError> {
    Token::parse(raw.as_bytes(), &Limits::default())
}

/// What a user of Kong is told about a token.
fn told(raw: &str) -> &'static str {
    parse(raw).map_or_else(TokenError::kong_reason, |_| "nothing")
}

fn verifier(secret: &str) -> Verifier {
    Verifier::from_secret(Algorithm::HS256, secret.as_bytes()).unwrap()
}

fn signed(secret: &str) -> String {
    let signer = Signer::from_secret(Algorithm::HS256, secret.as_bytes()).unwrap();
    signer.sign_raw(HEADER.as_bytes(), CLAIMS.as_bytes()).unwrap()
}

#[test]
fn a_token_is_taken_apart_without_believing_it() {
    let raw = compact(HEADER, CLAIMS);
    let token = parse(&raw).unwrap();
    assert_eq!(token.algorithm(), Algorithm::HS256);
    assert_eq!(token.header().get_str("typ").as_deref(), Some("JWT"));
    assert_eq!(token.claims().get_str("iss").as_deref(), Some("k"));
    assert_eq!(token.signing_input(), raw.rsplit_once('.').unwrap().0.as_bytes());
    assert_eq!((token.signature(), token.raw()), (&b"sig"[..], raw.as_bytes()));
}

#[test]
fn the_right_key_makes_it_a_verified_token() {
    let raw = signed("s");
    let verified = parse(&raw).unwrap().into_owned().verify(&verifier("s")).unwrap();
    assert_eq!(verified.claims().get_str("iss").as_deref(), Some("k"));
    assert_eq!(verified.verifier(), verifier("s").id());
    assert_eq!(parse(&raw).unwrap().verify(&verifier("t")).unwrap_err(), SignatureError::Mismatch);
}

#[test]
fn without_three_readable_parts_the_json_is_invalid() {
    for raw in ["", ".", "..", "a.b", "a.b.c.d", "abc.def.ghi", "a", "....", "..c2ln", "\0.\0.\0"] {
        assert_eq!(told(raw), "invalid JSON", "{raw}");
    }
    for (header, claims) in [
        ("nope", CLAIMS),
        (HEADER, "nope"),
        (HEADER, ""),
        ("", CLAIMS),
        (HEADER, "{\"a\":NaN}"),
        (HEADER, "{\"exp\":1e400}"),
    ] {
        assert_eq!(told(&compact(header, claims)), "invalid JSON", "{header} {claims}");
    }
}

#[test]
fn json_is_judged_before_the_algorithm_and_the_algorithm_before_the_claims() {
    assert_eq!(told(&compact(r#"{"alg":"none"}"#, "nope")), "invalid JSON");
    assert_eq!(told(&compact(r#"{"alg":"none"}"#, "[]")), "invalid alg");
    assert_eq!(told(&compact(HEADER, "[]").replace("c2ln", "+")), "invalid claims");
    assert_eq!(told(&compact(HEADER, CLAIMS).replace("c2ln", "+")), "invalid signature");
}

#[test]
fn the_algorithm_is_one_of_thirteen_strings() {
    for header in [
        r#"{"alg":"none"}"#,
        r#"{"alg":"None"}"#,
        r#"{"alg":"nOnE"}"#,
        r#"{"alg":""}"#,
        "{}",
        r#"{"typ":"JWT"}"#,
        r#"{"alg":null}"#,
        r#"{"alg":1}"#,
        r#"{"alg":["HS256"]}"#,
        r#"{"alg":{"a":"HS256"}}"#,
        r#"{"alg":"HS257"}"#,
        r#"{"alg":"hs256"}"#,
        r#"{"ALG":"HS256"}"#,
        "[]",
        "null",
        "1",
        "\"HS256\"",
    ] {
        assert_eq!(parse(&compact(header, CLAIMS)).unwrap_err(), TokenError::Algorithm, "{header}");
    }
    assert_eq!(told(&compact(r#"{"alg":"none"}"#, CLAIMS).replace("c2ln", "")), "invalid alg");
}

#[test]
fn claims_that_are_no_object_are_invalid_claims() {
    for claims in ["[]", "null", "true", "1", "\"x\"", "[{\"iss\":\"k\"}]"] {
        assert_eq!(parse(&compact(HEADER, claims)).unwrap_err(), TokenError::Claims, "{claims}");
    }
}

#[test]
fn extensions_that_change_the_rules_are_refused_in_any_form() {
    for extension in [
        r#""crit":["exp"],"exp":1"#,
        r#""crit":[]"#,
        r#""crit":null"#,
        r#""crit":"b64""#,
        r#""b64":false,"crit":["b64"]"#,
        r#""b64":false"#,
        r#""b64":true"#,
        r#""\u0063rit":["x"]"#,
    ] {
        let header = format!(r#"{{"alg":"HS256",{extension}}}"#);
        assert_eq!(parse(&compact(&header, CLAIMS)).unwrap_err(), TokenError::Extension, "{header}");
    }
    assert!(parse(&compact(HEADER, r#"{"crit":["x"],"b64":false}"#)).is_ok(), "as claims they mean nothing");
}

#[test]
fn duplicate_members_are_refused_in_header_and_payload() {
    let duplicate = PartError::Json(JsonError::DuplicateMember);
    assert_eq!(parse(&compact(r#"{"alg":"HS256","alg":"none"}"#, CLAIMS)).unwrap_err(), TokenError::Header(duplicate));
    assert_eq!(parse(&compact(HEADER, r#"{"iss":"k","\u0069ss":"z"}"#)).unwrap_err(), TokenError::Payload(duplicate));
    assert_eq!(parse(&compact(HEADER, r#"{"a":{"b":1,"b":2}}"#)).unwrap_err(), TokenError::Payload(duplicate));
}

#[test]
fn the_byte_limit_comes_before_everything() {
    let limits = Limits { max_bytes: 20, ..Limits::default() };
    assert_eq!(Token::parse(&[b'.'; 21], &limits).unwrap_err(), TokenError::TooLong(20));
    assert_ne!(Token::parse(&[b'.'; 20], &limits).unwrap_err(), TokenError::TooLong(20));
    let dots = vec![b'.'; 10_000_000];
    assert_eq!(Token::parse(&dots, &Limits::default()).unwrap_err().kong_reason(), "invalid JSON");
}

#[test]
fn padding_of_the_right_length_is_accepted_in_every_part() {
    let padded = |text: &[u8]| {
        let digits = encode(text);
        let padding = "=".repeat((4 - digits.len() % 4) % 4);
        digits + &padding
    };
    let input = format!("{}.{}", padded(br#"{"alg":"HS256" }"#), padded(CLAIMS.as_bytes()));
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"s");
    let raw = format!("{input}.{}", padded(aws_lc_rs::hmac::sign(&key, input.as_bytes()).as_ref()));
    assert_eq!(raw.matches('=').count(), 4, "two, one and one");
    assert!(parse(&raw).unwrap().verify(&verifier("s")).is_ok());
}

#[test]
fn a_signature_has_one_spelling() {
    let raw = signed("s");
    let with_other_bits = |raw: &str| {
        let (rest, last) = raw.split_at(raw.len() - 1);
        // 43 digits for 32 bytes: two bits of the last one are free.
        let next = char::from(last.as_bytes()[0] + 1);
        format!("{rest}{}", if next.is_ascii_alphanumeric() { next } else { '_' })
    };
    for altered in [with_other_bits(&raw), format!("{raw}=junk"), format!("{raw}=="), format!("{raw}=A")] {
        let token = parse(&altered).unwrap();
        assert_eq!(token.verify(&verifier("s")).unwrap_err(), SignatureError::Mismatch, "{altered}");
    }
    for altered in
        [format!("{raw}+"), format!("{raw}\n"), format!(" {raw}").replacen(' ', "", 1) + " ", format!("{raw}.")]
    {
        assert_eq!(told(&altered), "invalid signature", "{altered}");
    }
}

#[test]
fn header_and_payload_have_one_spelling_too() {
    let loose = "eyJhbGciOiJIUzI1NiJ9.e31.c2ln";
    assert_eq!(
        parse(loose).unwrap_err(),
        TokenError::Payload(PartError::Encoding(DecodeError::NotCanonical)),
        "`e30` is `{{}}`, and `e31` only with two bits left over"
    );
    for raw in [" eyJhbGciOiJIUzI1NiJ9.e30.c2ln", "eyJhbGciOiJIUzI1NiJ9.e3\n0.c2ln", "eyJhbGciOiJIUzI1NiJ9.e30===.c2ln"]
    {
        assert_eq!(told(raw), "invalid JSON", "{raw:?}");
    }
}

#[test]
fn wrong_lengths_are_wrong_signatures() {
    let raw = signed("s");
    let (input, _) = raw.rsplit_once('.').unwrap();
    for length in [0, 1, 31, 33, 64, 1000] {
        let altered = format!("{input}.{}", encode(&vec![0; length]));
        assert_eq!(parse(&altered).unwrap().verify(&verifier("s")).unwrap_err(), SignatureError::Mismatch, "{length}");
    }
}
