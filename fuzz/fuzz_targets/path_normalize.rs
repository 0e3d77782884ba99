//! Any bytes as a path: normalising never panics, its result is stable, safe to route and safe to send, and joining keeps
//! it so.
#![no_main]

use gibbon_router::path::{PathHandling, Strip, escape, join, normalize};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &[u8]| {
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
});
