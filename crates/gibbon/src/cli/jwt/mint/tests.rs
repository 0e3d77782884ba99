use super::super::ask::fake::Script;
use super::*;
use clap::Parser as _;
use gibbon_jose::{Limits, Token};

const NOW: Moment = Moment(1_700_000_000);
const SECRET: &str = "a secret of thirty-two characters";

#[derive(clap::Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

fn args<const N: usize>(options: [&str; N]) -> Args {
    Line::try_parse_from([&["mint"][..], &options].concat()).unwrap().args
}

struct Minted {
    out: String,
    notes: String,
    questions: Vec<String>,
}

impl Minted {
    fn token(&self) -> &str {
        self.out.lines().last().unwrap()
    }

    fn header(&self) -> String {
        Token::parse(self.token().as_bytes(), &Limits::default()).unwrap().header().as_str().to_owned()
    }

    fn claims(&self) -> String {
        Token::parse(self.token().as_bytes(), &Limits::default()).unwrap().claims().as_str().to_owned()
    }
}

fn mint(args: &Args, mut script: Script) -> Result<Minted, JwtError> {
    let (mut out, mut notes) = (Vec::new(), Vec::new());
    run(args, NOW, &mut script, &mut out, &mut notes)?;
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ok(Minted { out: text(out), notes: text(notes), questions: script.questions })
}

/// A private key file that is gone when the test is over.
fn key_file(pem: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), pem).unwrap();
    file
}

const ED25519: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
    -----END PRIVATE KEY-----\n";
const ED25519_JWK: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

#[test]
fn with_all_options_nothing_is_asked() {
    let minted = mint(&args(["--secret", SECRET, "--iss", "lab", "--exp-in", "600"]), Script::default()).unwrap();
    assert_eq!(
        minted.out.lines().take(3).collect::<Vec<_>>(),
        ["iat: 1700000000 (2023-11-14 22:13:20 UTC)", "exp: 1700000600 (2023-11-14 22:23:20 UTC)", ""]
    );
    assert_eq!(minted.header(), r#"{"alg":"HS256","typ":"JWT"}"#);
    assert_eq!(minted.claims(), r#"{"iss":"lab","iat":1700000000,"exp":1700000600}"#);
    assert_eq!((minted.notes.as_str(), minted.questions.len()), ("", 0));
}

#[test]
fn the_token_verifies_with_what_it_was_made_with() {
    let verifies = |minted: &Minted, verifier: &Verifier| {
        Token::parse(minted.token().as_bytes(), &Limits::default()).unwrap().verify(verifier).is_ok()
    };
    let plain = mint(&args(["--secret", SECRET, "--iss", "k", "--exp-in", "1"]), Script::default()).unwrap();
    assert!(verifies(&plain, &Verifier::from_secret(Algorithm::HS256, SECRET.as_bytes()).unwrap()));

    let base64 = args(["--secret", "Zm9v", "--secret-base64", "--alg", "HS512", "--iss", "k", "--exp-in", "1"]);
    let base64 = mint(&base64, Script::default()).unwrap();
    assert!(verifies(&base64, &Verifier::from_secret(Algorithm::HS512, b"foo").unwrap()));

    let file = key_file(ED25519);
    let path = file.path().to_str().unwrap();
    let asymmetric = mint(&args(["--key-file", path, "--iss", "k", "--exp-in", "1"]), Script::default()).unwrap();
    let jwk = serde_json::from_str(ED25519_JWK).unwrap();
    assert_eq!(asymmetric.header(), r#"{"alg":"EdDSA","typ":"JWT"}"#);
    assert!(verifies(&asymmetric, &Verifier::from_jwk(None, &jwk).unwrap()));
}

#[test]
fn what_is_missing_is_asked_in_the_order_life_key_issuer() {
    let minted = mint(&args([]), Script::of(["60", SECRET, "lab"])).unwrap();
    assert_eq!(minted.claims(), r#"{"iss":"lab","iat":1700000000,"exp":1700000060}"#);
    assert_eq!(
        minted.questions,
        [
            "Life in seconds [600]: ",
            "(hidden) Secret (not shown; leave it empty to name a private key file): ",
            "Issuer (`iss`, the key of the credential): ",
        ]
    );
    let usual = mint(&args([]), Script::of(["", SECRET, "lab"])).unwrap();
    assert_eq!(usual.claims(), r#"{"iss":"lab","iat":1700000000,"exp":1700000600}"#);
}

#[test]
fn an_empty_secret_leads_to_the_private_key_file() {
    let file = key_file(ED25519);
    let path: &'static str = file.path().to_str().unwrap().to_owned().leak();
    let minted = mint(&args(["--exp-in", "60", "--iss", "k"]), Script::of(["", path])).unwrap();
    assert_eq!(minted.header(), r#"{"alg":"EdDSA","typ":"JWT"}"#);
    let minted = mint(&args(["--exp-in", "60", "--iss", "k", "--alg", "EdDSA"]), Script::of([path])).unwrap();
    assert_eq!(minted.questions, ["Private key file (PEM): "], "no secret is asked for where none would do");
}

#[test]
fn without_a_terminal_the_missing_option_is_named() {
    for (options, missing) in [
        (vec![], "the life of the token is not given and standard input is no terminal to ask at; give `--exp-in`"),
        (
            vec!["--exp-in", "1"],
            "the key is not given and standard input is no terminal to ask at; give `--secret` or `--key-file`",
        ),
        (
            vec!["--exp-in", "1", "--secret", "s"],
            "the issuer is not given and standard input is no terminal to ask at; give `--iss`",
        ),
    ] {
        let args = Line::try_parse_from([vec!["mint"], options].concat()).unwrap().args;
        assert_eq!(mint(&args, Script::default()).err().unwrap().to_string(), missing);
    }
}

#[test]
fn claims_and_headers_are_json_or_text() {
    let options = [
        "--secret",
        SECRET,
        "--iss",
        "k",
        "--exp-in",
        "60",
        "--sub",
        "u",
        "--aud",
        "a",
        "--aud",
        "b",
        "--kid",
        "one",
        "--nbf",
        "-5",
        "--claim",
        "roles=[\"x\",1]",
        "--claim",
        "name=Jo Do",
        "--claim",
        "on=true",
        "--header",
        "cty=x",
    ];
    let minted = mint(&args(options), Script::default()).unwrap();
    assert_eq!(minted.header(), r#"{"alg":"HS256","typ":"JWT","kid":"one","cty":"x"}"#);
    assert_eq!(
        minted.claims(),
        r#"{"iss":"k","sub":"u","aud":["a","b"],"iat":1700000000,"nbf":1699999995,"exp":1700000060,"roles":["x",1],"name":"Jo Do","on":true}"#
    );
}

#[test]
fn a_claim_of_ones_own_wins_and_is_not_asked_for() {
    let options = ["--secret", SECRET, "--claim", "exp=\"soon\"", "--claim", "iss=7", "--claim", "iat=1", "--nbf", "9"];
    let minted = mint(&args(options), Script::default()).unwrap();
    assert_eq!(minted.claims(), r#"{"iat":1,"nbf":9,"exp":"soon","iss":7}"#);
    assert_eq!(minted.out.lines().next(), Some("iat: 1 (1970-01-01 00:00:01 UTC)"));
}

#[test]
fn quiet_prints_the_token_alone() {
    let minted = mint(&args(["-q", "--secret", SECRET, "--iss", "k", "--exp-in", "1"]), Script::default()).unwrap();
    assert_eq!(minted.out.lines().count(), 1);
}

#[test]
fn a_short_secret_is_warned_about_and_not_shown() {
    let minted = mint(&args(["--secret", "hunter2", "--iss", "k", "--exp-in", "1"]), Script::default()).unwrap();
    assert_eq!(
        minted.notes,
        "Warning: the secret has 7 bytes, and 32 are the least that RFC 7518 allows for this algorithm\n"
    );
    assert!(!minted.out.contains("hunter2"));
}

#[test]
fn options_that_make_no_sense_are_refused() {
    for options in [
        ["--exp-in", "0"],
        ["--exp-in", "-5"],
        ["--exp-in", "soon"],
        ["--alg", "none"],
        ["--claim", "x"],
        ["--claim", "=1"],
    ] {
        assert!(Line::try_parse_from([&["mint"][..], &options].concat()).is_err(), "{options:?}");
    }
    assert!(Line::try_parse_from(["mint", "--secret", "s", "--key-file", "f"]).is_err());
    let refusal = |options: &[&str], answers| {
        let args = Line::try_parse_from([&["mint", "--iss", "k"], options].concat()).unwrap().args;
        mint(&args, answers).err().unwrap().to_string()
    };
    assert_eq!(
        refusal(&["--secret", "s", "--exp-in", "1", "--alg", "RS256"], Script::default()),
        "`RS256` does not work with a secret"
    );
    assert_eq!(
        refusal(&["--secret", "a+b", "--secret-base64", "--exp-in", "1"], Script::default()),
        "the secret is not base64url"
    );
    assert_eq!(refusal(&["--secret", "s"], Script::of(["-1"])), "`-1` is no number of seconds above zero");
    assert_eq!(
        refusal(&["--secret", "s", "--exp-in", "1", "--nbf", "noon"], Script::default()),
        "`noon` is no time: seconds since 1970, or +SECONDS from now"
    );
}
