//! Tokens of eight kinds, each small and eight times as large: how much longer the larger ones take.

use std::fmt;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::cases::input;
use super::check;
use super::world::{CONFIGURATIONS, NOW};

/// Inputs of one kind, by how many of something they have.
struct Family {
    name: &'static str,
    claims: fn(usize) -> Value,
}

const FAMILIES: [Family; 8] = [
    Family { name: "a long text", claims: |n| json!({ "a": "x".repeat(8 * n) }) },
    Family { name: "a text of escapes", claims: |n| json!({ "a": "\u{1}".repeat(n) }) },
    Family { name: "members", claims: |n| (0..n / 2).map(|n| (format!("m{n}"), json!(n))).collect() },
    Family { name: "audiences", claims: |n| json!({ "aud": vec!["api2"; n] }) },
    Family { name: "scopes in a text", claims: |n| json!({ "scope": "orders:reads ".repeat(n) }) },
    Family { name: "scopes in an array", claims: |n| json!({ "scope": vec!["reads"; n] }) },
    Family { name: "roles", claims: |n| json!({ "roles": vec!["r"; n] }) },
    Family { name: "objects", claims: |n| json!({ "org": { "id": vec![json!({ "id": 1 }); n] } }) },
];

const FEW: usize = 100;
/// What there is more of in the larger inputs, which are still tokens of less than 16 KiB.
const TIMES: usize = 8;
/// A claim that is looked through as often as it is long would take [`TIMES`] times [`TIMES`] as long.
const MOST: u32 = 24;

fn of(family: &Family, configuration: u8, count: usize) -> Vec<u8> {
    let mut claims = json!({
        "iss": "hs", "sub": "joe", "aud": "api", "exp": NOW + 600, "nbf": NOW, "iat": NOW, "scope": "orders:read", "org": { "id": "a" },
    });
    let more = (family.claims)(count);
    more.as_object().unwrap().iter().for_each(|(name, value)| claims[name] = value.clone());
    input(configuration, 0, &[br#"{"alg":"HS256","typ":"JWT","kid":"hs"}"#, claims.to_string().as_bytes()])
}

fn shortest(bytes: &[u8]) -> Duration {
    let once = || {
        let begun = Instant::now();
        check(bytes);
        begun.elapsed()
    };
    (0..30).map(|_| once()).min().unwrap()
}

/// What was measured of one kind in one configuration.
pub struct Growth {
    name: &'static str,
    configuration: u8,
    few: Duration,
    many: Duration,
}

impl Growth {
    /// Whether the work grew with the size, or not much faster.
    pub fn is_fit(&self) -> bool {
        self.many <= self.few * MOST
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, configuration, few, many } = self;
        write!(f, "{name}, configuration {configuration}: {few:?}, {TIMES} times as large {many:?}")
    }
}

/// Measures all kinds in all configurations.
pub fn measure() -> impl Iterator<Item = Growth> {
    let all = (0..CONFIGURATIONS).flat_map(|configuration| FAMILIES.iter().map(move |family| (configuration, family)));
    all.map(|(configuration, family)| {
        let [few, many] = [FEW, TIMES * FEW].map(|count| shortest(&of(family, configuration, count)));
        Growth { name: family.name, configuration, few, many }
    })
}

/// The larger ones, of which no less has to hold than of all others.
#[cfg(test)]
pub(super) fn large() -> impl Iterator<Item = Vec<u8>> {
    (0..CONFIGURATIONS)
        .flat_map(|configuration| FAMILIES.iter().map(move |family| of(family, configuration, TIMES * FEW)))
}
