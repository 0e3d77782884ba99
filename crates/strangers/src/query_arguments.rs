//! Any text as a query: no panic, no more arguments than pieces, and the same ones when they are written anew.

use gibbon_plugin_api::query::arguments;

use crate::{Inputs, mutation};

/// Panics where that does not hold.
pub fn check(bytes: &[u8]) {
    let Ok(query) = std::str::from_utf8(bytes) else { return };
    let read: Vec<_> = arguments(query).collect();
    assert!(read.len() <= query.split('&').count());
    let anew: Vec<String> = read
        .iter()
        .map(|argument| {
            let name = encoded(&argument.name);
            argument.value.as_ref().map_or_else(|| name.clone(), |value| format!("{name}={}", encoded(value)))
        })
        // An empty name without a value is written as nothing.
        .filter(|piece| !piece.is_empty())
        .collect();
    let expected: Vec<_> = read.into_iter().filter(|it| !it.name.is_empty() || it.value.is_some()).collect();
    assert_eq!(arguments(&anew.join("&")).collect::<Vec<_>>(), expected);
}

/// Every byte in hexadecimal digits, so that it stands for itself.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

const WORDS: &[&[u8]] = &[b"&", b"=", b"%", b"%2", b"%26", b"+", b"%ff", b"&&=", b"%C3%A4"];

/// Queries, right but for some changes.
pub fn inputs() -> Inputs {
    let examples = ["a=1&b=%20c&d", "jwt=e30.e30.x&jwt=&=y", "a%5B%5D=1&%zz=%"];
    mutation::of(examples.map(|text| text.as_bytes().to_vec()).to_vec(), WORDS)
}
