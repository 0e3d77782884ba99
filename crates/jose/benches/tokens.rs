//! What reading, verifying and remembering a token costs: a worker does one of these for each request.
#![expect(clippy::expect_used, reason = "a broken key is to stop the bench")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use gibbon_jose::sign::Signer;
use gibbon_jose::{Algorithm, Limits, Token, VerifiedTokens, Verifier};
use serde_json::{Map, json};

const SECRET: &[u8] = b"a secret that is long enough for SHA-256";
const NOW: u64 = 1_700_000_000;

fn pem(name: &str) -> String {
    std::fs::read_to_string(format!("{}/tests/keys/{name}.pem", env!("CARGO_MANIFEST_DIR")))
        .expect("a key of the tests")
}

/// Claims that make an HS256 token of about 350 bytes, as identity providers send them.
fn claims() -> String {
    json!({
        "iss": "https://issuer.example.com/", "sub": "user-000123", "aud": "https://api.example.com",
        "iat": 1_700_000_000, "exp": 1_700_000_600, "jti": "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "scope": "read write",
    })
    .to_string()
}

fn sign(signer: &Signer) -> String {
    signer.sign(&Map::new(), &claims()).expect("a token")
}

fn parse(token: &str) -> Token<'_> {
    Token::parse(token.as_bytes(), &Limits::default()).expect("a token")
}

fn parse_and_verify(criterion: &mut Criterion) {
    let pair = |algorithm, private: &str| {
        let signer = Signer::from_pem(algorithm, &pem(private)).expect("a key that signs");
        (signer, Verifier::from_pem(algorithm, &pem(private)).expect("a key that verifies"))
    };
    let hmac = Signer::from_secret(Algorithm::HS256, SECRET).expect("a secret");
    let hmac_verifier = Verifier::from_secret(Algorithm::HS256, SECRET).expect("a secret");
    let keys = [
        ("HS256", (hmac, hmac_verifier)),
        ("RS256 2048", pair(Algorithm::RS256, "rsa2048.private")),
        ("PS256 2048", pair(Algorithm::PS256, "rsa2048.private")),
        ("ES256", pair(Algorithm::ES256, "p256.private")),
        ("ES384", pair(Algorithm::ES384, "p384.private")),
        ("ES512", pair(Algorithm::ES512, "p521.private")),
        ("Ed25519", pair(Algorithm::EdDSA, "ed25519.private")),
        ("Ed448", pair(Algorithm::EdDSA, "ed448.private")),
    ];
    let token = sign(&keys[0].1.0);
    criterion.bench_function(&format!("parse {} bytes", token.len()), |bencher| {
        bencher.iter(|| parse(black_box(&token)));
    });
    for (name, (signer, verifier)) in &keys {
        let token = sign(signer);
        criterion.bench_function(&format!("parse and verify {name}"), |bencher| {
            bencher.iter(|| parse(black_box(&token)).verify(verifier).expect("a right signature"));
        });
    }
}

fn cached(criterion: &mut Criterion) {
    let verifier = Verifier::from_pem(Algorithm::RS256, &pem("rsa2048.public")).expect("a key that verifies");
    let signer = Signer::from_pem(Algorithm::RS256, &pem("rsa2048.private")).expect("a key that signs");
    let tokens: Vec<String> = (0..1000)
        .map(|n| signer.sign(&Map::new(), &claims().replace("000123", &format!("{n:06}"))).expect("a token"))
        .collect();
    let mut cache = VerifiedTokens::new(8 << 20);
    for token in &tokens {
        cache.insert(&parse(token).verify(&verifier).expect("a right signature"), NOW);
    }
    let id = verifier.id();
    let mut next = 0;
    criterion.bench_function(&format!("cache hit, 1 of 1000 tokens of {} bytes", tokens[0].len()), |bencher| {
        bencher.iter(|| {
            next = (next + 1) % tokens.len();
            cache.get(id, black_box(tokens[next].as_bytes()), NOW).expect("a hit")
        });
    });
    let strange = sign(&Signer::from_secret(Algorithm::HS256, SECRET).expect("a secret"));
    criterion.bench_function("cache miss", |bencher| {
        bencher.iter(|| cache.get(id, black_box(strange.as_bytes()), NOW).is_none());
    });
    let mut small = VerifiedTokens::new(100 << 10);
    let verified: Vec<_> =
        tokens.iter().map(|token| parse(token).verify(&verifier).expect("a right signature")).collect();
    criterion.bench_function("cache insert with eviction", |bencher| {
        bencher.iter(|| {
            next = (next + 1) % verified.len();
            small.insert(black_box(&verified[next]), NOW);
        });
    });
}

criterion_group!(benches, parse_and_verify, cached);
criterion_main!(benches);
