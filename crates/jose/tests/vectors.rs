//! Runs test vectors in the format of Wycheproof's `json_web_signature_test.json`: our own few, and any file that
//! `GIBBON_JWS_VECTORS` names.
#![expect(clippy::expect_used, reason = "a broken file of vectors is to stop the test")]

use std::collections::HashMap;
use std::path::Path;

use gibbon_jose::{Algorithm, Jws, Limits, Verifier};
use serde_json::Value;

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Verdict {
    Valid,
    Invalid,
}

struct Vector<'v> {
    id: u64,
    comment: &'v str,
    jwk: &'v Value,
    jws: &'v str,
    expected: Verdict,
}

#[derive(Default)]
struct Outcome {
    right: usize,
    wrong: Vec<String>,
    out_of_scope: Vec<String>,
}

#[test]
fn our_own_vectors_get_their_verdicts() {
    let outcome = run(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/own.json"));
    assert_eq!(outcome.wrong, Vec::<String>::new());
    assert_eq!(outcome.out_of_scope, Vec::<String>::new());
    assert!(outcome.right > 100);
}

#[test]
fn the_vectors_of_the_environment_get_their_verdicts() {
    let Some(path) = std::env::var_os("GIBBON_JWS_VECTORS") else {
        println!("skipped: GIBBON_JWS_VECTORS names no file");
        return;
    };
    let outcome = run(Path::new(&path));
    println!("{} right", outcome.right);
    for line in &outcome.out_of_scope {
        println!("out of scope: {line}");
    }
    assert_eq!(outcome.wrong, Vec::<String>::new());
}

fn run(path: &Path) -> Outcome {
    let text = std::fs::read_to_string(path).expect("the file of vectors is readable");
    let file: Value = serde_json::from_str(&text).expect("the file of vectors is JSON");
    let vectors = vectors(&file);
    let mut verdicts_by_text: HashMap<(String, &str), Vec<Verdict>> = HashMap::new();
    for vector in &vectors {
        verdicts_by_text.entry((vector.jwk.to_string(), vector.jws)).or_default().push(vector.expected);
    }
    let mut outcome = Outcome::default();
    for vector in &vectors {
        let asked_twice = &verdicts_by_text[&(vector.jwk.to_string(), vector.jws)];
        let line = format!("{} {}", vector.id, vector.comment);
        match out_of_scope(vector, asked_twice) {
            Some(reason) => outcome.out_of_scope.push(format!("{line}: {reason}")),
            None if verdict(vector.jwk, None, vector.jws) == vector.expected => outcome.right += 1,
            None => outcome.wrong.push(format!("{line}: expected {:?}", vector.expected)),
        }
    }
    outcome
}

fn vectors(file: &Value) -> Vec<Vector<'_>> {
    let groups = file["testGroups"].as_array().expect("groups of tests");
    let mut vectors = Vec::new();
    for group in groups {
        let jwk = group.get("public").unwrap_or(&group["private"]);
        for test in group["tests"].as_array().expect("tests") {
            vectors.push(Vector {
                id: test["tcId"].as_u64().unwrap_or_default(),
                comment: test["comment"].as_str().unwrap_or_default(),
                jwk,
                jws: test["jws"].as_str().unwrap_or_default(),
                expected: if test["result"] == "valid" { Verdict::Valid } else { Verdict::Invalid },
            });
        }
    }
    vectors
}

fn verdict(jwk: &Value, algorithm: Option<Algorithm>, jws: &str) -> Verdict {
    let Ok(verifier) = Verifier::from_jwk(algorithm, jwk) else { return Verdict::Invalid };
    let limits = Limits::default();
    match Jws::parse(jws.as_bytes(), &limits).map(|jws| jws.verify(&verifier)) {
        Ok(Ok(_)) => Verdict::Valid,
        _ => Verdict::Invalid,
    }
}

/// Why the expected verdict is not one that we want to give. Whatever can be tried of such a vector is tried.
fn out_of_scope(vector: &Vector<'_>, asked: &[Verdict]) -> Option<&'static str> {
    if vector.expected == Verdict::Invalid {
        return asked.contains(&Verdict::Valid).then_some("the same bytes under the same key are also listed as valid");
    }
    let strict = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.=".contains(&byte);
    if !vector.jws.bytes().all(strict) {
        return Some("characters outside base64url are refused, not skipped (RFC 7515 section 2)");
    }
    let parsed = Jws::parse(vector.jws.as_bytes(), &Limits::default()).expect("a valid vector can be parsed");
    let named = vector.jwk["alg"].as_str()?;
    if named == parsed.algorithm().as_str() {
        return None;
    }
    let mut silent = vector.jwk.clone();
    silent.as_object_mut().expect("a JWK is an object").remove("alg");
    assert_eq!(verdict(&silent, Some(parsed.algorithm()), vector.jws), Verdict::Valid, "{}", vector.comment);
    Some("the JWK names another algorithm than the token; without its `alg` the signature verifies")
}
