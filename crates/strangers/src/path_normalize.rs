//! Any bytes as a path: normalising never panics, its result is stable, safe to route and safe to send, and joining keeps
//! it so.

use gibbon_router::path::{PathHandling, Strip, escape, join, normalize};

use crate::{Inputs, mutation};

/// Panics where that does not hold.
pub fn check(raw: &[u8]) {
    let Ok(path) = normalize(raw) else { return };
    assert!(path.starts_with('/') && !path.contains("//"));
    assert!(path.split('/').all(|segment| segment != "." && segment != ".."));
    assert!(!path.chars().any(|c| c.is_control() || matches!(c, '\\' | '?' | '#')));
    assert_eq!(normalize(path.as_bytes()).as_deref(), Ok(&*path));

    let wire = escape(&path);
    assert!(wire.bytes().all(|byte| byte.is_ascii_graphic()));
    assert_eq!(normalize(wire.as_bytes()).as_deref(), Ok(&*path));

    // Some beginning of the path, as a route might match it.
    let middle = (0..=path.len() / 2).rev().find(|&at| path.is_char_boundary(at)).unwrap_or(0);
    for handling in [PathHandling::V0, PathHandling::V1] {
        for strip in [Strip::Prefix, Strip::Nothing] {
            let joined = join(Some("/service/"), &path, path.get(..middle), strip, handling);
            assert!(joined.starts_with("/service") && !joined.contains("//"));
            assert!(joined.bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }
}

const WORDS: &[&[u8]] = &[
    b"/../",
    b"/./",
    b"//",
    b"%2e",
    b"%2E%2e",
    b"%2f",
    b"%5c",
    b"%00",
    b"%252e",
    b"%c0%ae",
    b"%e2%82%ac",
    b"..;",
    b"%",
    b"%zz",
    b"/..",
    b"\\",
    b"?",
    b"#",
    b"\xc3\xa9",
];

/// Paths, right but for some changes.
pub fn inputs() -> Inputs {
    let examples = ["/a/b/../c", "/a%2fb/%2e%2e/c%20d", "/", "/\u{e9}/%C3%A9;p=1", "//a/./b//c/.."];
    mutation::of(examples.map(|text| text.as_bytes().to_vec()).to_vec(), WORDS)
}
