use super::*;
use gibbon_jose::Algorithm;
use gibbon_jose::sign::Signer;

const NOW: Moment = Moment(1_700_000_000);

fn token(claims: &str) -> String {
    Signer::from_secret(Algorithm::HS256, b"foo").unwrap().sign(&serde_json::Map::new(), claims).unwrap()
}

fn inspect(raw: &str, secret: Option<&str>) -> String {
    let args = Args { token: None, secret: secret.map(ToOwned::to_owned), secret_base64: false };
    let mut out = Vec::new();
    run(&args, NOW, raw, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn header_and_claims_are_shown_and_times_are_said_in_words() {
    let shown = inspect(&token(r#"{"iss":"lab","iat":1699999990,"nbf":1699999990,"exp":1700000590}"#), None);
    assert_eq!(
        shown,
        "header: {\n  \"alg\": \"HS256\",\n  \"typ\": \"JWT\"\n}\n\n\
         claims: {\n  \"iss\": \"lab\",\n  \"iat\": 1699999990,\n  \"nbf\": 1699999990,\n  \"exp\": 1700000590\n}\n\n\
         iat: 1699999990 = 2023-11-14 22:13:10 UTC, made 10 s ago\n\
         nbf: 1699999990 = 2023-11-14 22:13:10 UTC, valid since 10 s\n\
         exp: 1700000590 = 2023-11-14 22:23:10 UTC, expires in 9 min 50 s\n\
         signature: HS256, not checked\n"
    );
}

#[test]
fn a_token_that_has_expired_says_how_long_ago() {
    assert!(inspect(&token(r#"{"exp":1699988480}"#), None).contains("expired 3 h 12 min ago"));
    assert!(inspect(&token(r#"{"exp":1700000000}"#), None).contains("expired 0 s ago"), "it is over at `exp` itself");
    assert!(inspect(&token("{}"), None).contains("exp: absent, so the token never expires"));
    assert!(inspect(&token(r#"{"exp":"1700000600"}"#), None).contains("`must be a number`"));
    assert!(inspect(&token(r#"{"nbf":1700000060}"#), None).contains("not valid for another 1 min"));
    assert!(inspect(&token(r#"{"iat":1700000060}"#), None).contains("made in the future: 1 min from now"));
}

#[test]
fn milliseconds_are_recognised() {
    let shown = inspect(&token(r#"{"exp":1700000600000}"#), None);
    assert!(
        shown.contains(
            "`exp` looks like milliseconds. It is counted in seconds since 1970 UTC: 2023-11-14 22:23:20 UTC."
        ),
        "{shown}"
    );
    assert!(!inspect(&token(r#"{"exp":4102444800}"#), None).contains("milliseconds"));
}

#[test]
fn exp_at_the_time_of_making_is_named() {
    let trap = "The token expired as it was made: `exp` has to be the time of making (`iat`) plus the life in seconds.";
    for exp in [1_700_000_000, 1_700_000_003] {
        let shown = inspect(&token(&format!(r#"{{"iat":1700000000,"exp":{exp}}}"#)), None);
        assert!(shown.contains(trap), "{shown}");
    }
    assert!(inspect(&token(r#"{"iat":1700000000,"exp":1600000000}"#), None).contains("expired before it was made"));
    assert!(!inspect(&token(r#"{"iat":1700000000,"exp":1700000060}"#), None).contains(trap));
}

#[test]
fn a_secret_that_was_taken_as_base64_is_named_and_never_shown() {
    let token = token("{}");
    for (secret, said) in [
        ("foo", "signature: HS256, made with this secret\n"),
        ("Zm9v", "made with this secret AFTER decoding it from base64, as jwt.io does"),
        ("something else", "signature: HS256, NOT made with this secret\n"),
    ] {
        let shown = inspect(&token, Some(secret));
        assert!(shown.contains(said), "{shown}");
        assert!(!shown.contains(secret), "{shown}");
    }
    let args = Args { token: None, secret: Some("Zm9v".to_owned()), secret_base64: true };
    let mut out = Vec::new();
    run(&args, NOW, &token, &mut out).unwrap();
    assert!(String::from_utf8(out).unwrap().ends_with("signature: HS256, made with this secret\n"));
}

#[test]
fn what_the_gateway_refuses_is_shown_as_far_as_it_can_be_read() {
    let shown = inspect("eyJhbGciOiJub25lIn0.eyJpc3MiOiJrIn0.", None);
    assert!(shown.contains("\"alg\": \"none\"") && shown.contains("\"iss\": \"k\""), "{shown}");
    assert!(shown.ends_with("the gateway answers `Bad token; invalid alg`\n"), "{shown}");
    let shown = inspect("abc.def.ghi", None);
    assert!(shown.contains("header: not ") && shown.ends_with("`Bad token; invalid JSON`\n"), "{shown}");
    assert!(inspect("", None).contains("refused: the token does not have three parts"));
}

#[test]
fn a_token_cannot_steer_the_terminal() {
    for raw in [
        token("{\"iss\":\"\u{1b}[2Jx\u{9b}31m\u{7f}\"}".replace('\u{1b}', "\\u001b").as_str()),
        format!("{}.e30.", base64url::encode(b"\x1b[31mred")),
        "\u{1b}[31m.b.c".to_owned(),
    ] {
        let shown = inspect(&raw, None);
        assert!(shown.chars().all(|character| character == '\n' || !character.is_control()), "{shown:?}");
    }
}

#[test]
fn an_asymmetric_token_has_no_secret() {
    let raw = format!("{}.e30.AAAA", base64url::encode(br#"{"alg":"RS256"}"#));
    assert!(
        inspect(&raw, Some("s")).contains("signature: RS256, which is made with a private key and not with a secret")
    );
}
