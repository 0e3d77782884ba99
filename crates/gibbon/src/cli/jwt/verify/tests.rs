use super::*;
use clap::Parser as _;
use gibbon_jose::sign::Signer;

const NOW: Moment = Moment(1_700_000_000);
const SECRET: &str = "a secret of thirty-two characters";

#[derive(clap::Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

fn args(options: &[&str]) -> Args {
    Line::try_parse_from([&["verify"], options].concat()).unwrap().args
}

fn token(claims: &str) -> String {
    Signer::from_secret(Algorithm::HS256, SECRET.as_bytes()).unwrap().sign(&serde_json::Map::new(), claims).unwrap()
}

fn said(options: &[&str], raw: &str) -> (Verdict, String) {
    let mut out = Vec::new();
    let verdict = run(&args(options), NOW, raw, &mut out).unwrap();
    (verdict, String::from_utf8(out).unwrap())
}

fn invalid(options: &[&str], raw: &str) -> String {
    let (verdict, text) = said(options, raw);
    assert_eq!(verdict, Verdict::Invalid, "{text}");
    text
}

#[test]
fn a_right_signature_is_valid_and_says_what_was_checked() {
    let token = token(r#"{"exp":1700000600,"nbf":1700000000}"#);
    assert_eq!(
        said(&["--secret", SECRET], &token),
        (Verdict::Valid, "valid: the HS256 signature is right (no claims were checked: see `--claims`)\n".to_owned())
    );
    assert_eq!(
        said(&["--secret", SECRET, "--claims", "exp,nbf", "--max-life", "600"], &token),
        (Verdict::Valid, "valid: the HS256 signature is right, and the claims are in order\n".to_owned())
    );
}

#[test]
fn claims_are_checked_as_the_plugin_does() {
    let both = ["--secret", SECRET, "--claims", "exp,nbf"];
    for (claims, reason) in [
        (r#"{"exp":1699988480,"nbf":1}"#, "invalid: token expired 3 h 12 min ago\n"),
        (r#"{"exp":1700000000,"nbf":1}"#, "invalid: token expired 0 s ago\n"),
        (r#"{"exp":1700000001,"nbf":1700000005}"#, "invalid: token not valid for another 5 s\n"),
        (r#"{"exp":"1700000600"}"#, "invalid: `exp` must be a number; `nbf` must be a number\n"),
        (r#"{"exp":-1,"nbf":null}"#, "invalid: token expired 53 y 330 d ago; `nbf` must be a number\n"),
    ] {
        assert_eq!(invalid(&both, &token(claims)), reason, "{claims}");
    }
    assert_eq!(said(&["--secret", SECRET], &token(r#"{"exp":1}"#)).0, Verdict::Valid, "only what is asked for counts");
}

#[test]
fn the_longest_life_is_counted_from_now() {
    let longest = ["--secret", SECRET, "--max-life", "600"];
    let reason = "invalid: `exp` exceeds the maximum allowed expiration of 600 s\n";
    assert_eq!(said(&longest, &token(r#"{"exp":1700000600}"#)).0, Verdict::Valid);
    assert_eq!(invalid(&longest, &token(r#"{"exp":1700000601}"#)), reason);
    assert_eq!(invalid(&longest, &token("{}")), reason, "without `exp` a token lives for ever");
    assert_eq!(said(&["--secret", SECRET, "--max-life", "0"], &token("{}")).0, Verdict::Valid);
}

#[test]
fn a_wrong_signature_says_so_and_what_else_it_may_be() {
    assert_eq!(
        invalid(&["--secret", &SECRET.replace('a', "b")], &token("{}")),
        "invalid: the signature does not match\n"
    );
    let encoded = gibbon_jose::base64url::encode(SECRET.as_bytes());
    assert_eq!(
        invalid(&["--secret", &encoded], &token("{}")),
        "invalid: the signature does not match; it does with the secret decoded from base64, as jwt.io does with its box \
         ticked: untick it, or see `--secret-base64`\n"
    );
    assert_eq!(said(&["--secret", &encoded, "--secret-base64"], &token("{}")).0, Verdict::Valid);
}

#[test]
fn another_algorithm_is_named_and_not_followed() {
    let raw =
        Signer::from_secret(Algorithm::HS512, SECRET.as_bytes()).unwrap().sign(&serde_json::Map::new(), "{}").unwrap();
    assert_eq!(
        invalid(&["--secret", SECRET], &raw),
        "invalid: the token says `HS512` and the key is for `HS256`; give `--alg HS512` if that is what the credential says\n"
    );
    let (verdict, text) = said(&["--secret", SECRET, "--alg", "HS512"], &raw);
    assert_eq!(verdict, Verdict::Valid);
    assert!(text.starts_with("warning: the secret has 33 bytes, and 64 are the least"), "{text}");
}

#[test]
fn what_is_no_token_gets_the_answer_of_the_gateway() {
    assert_eq!(
        invalid(&["--secret", SECRET], "a.b"),
        "invalid: the token does not have three parts (the gateway answers `Bad token; invalid JSON`)\n"
    );
}

#[test]
fn public_keys_come_as_pem_and_as_jwk() {
    let jwk = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----";
    let private = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----";
    let raw = Signer::from_pem(Algorithm::EdDSA, private).unwrap().sign(&serde_json::Map::new(), "{}").unwrap();
    for options in [["--jwk", jwk], ["--public-key", pem]] {
        assert_eq!(said(&options, &raw).0, Verdict::Valid, "{options:?}");
    }
    let error = run(&args(&["--public-key", pem, "--alg", "RS256"]), NOW, &raw, &mut Vec::new()).unwrap_err();
    assert_eq!(error.to_string(), "`RS256` does not work with an Ed25519 key");
    let error = run(&args(&["--jwk", r#"{"kty":"oct","k":"c2VjcmV0"}"#]), NOW, &raw, &mut Vec::new()).unwrap_err();
    assert_eq!(error.to_string(), "no algorithm was given, and the JWK names none");
}

#[test]
fn there_is_exactly_one_key() {
    for options in [
        &["verify", "t"][..],
        &["verify", "--secret", "s", "--jwk", "{}"],
        &["verify", "--secret-base64", "--jwk", "{}"],
    ] {
        assert!(Line::try_parse_from(options).is_err(), "{options:?}");
    }
}
