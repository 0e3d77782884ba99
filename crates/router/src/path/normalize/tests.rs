use std::borrow::Cow;

use proptest::prelude::*;

use super::{PathError, normalize};
use crate::path::escape;

#[test]
fn a_path_in_normal_form_is_borrowed() {
    for path in
        ["/", "/a", "/a/b/", "/.well-known/x.json", "/a.b/..c/d..", "/a b\"<>^`{|}", "/!$&'()*+,;=:@[]~_-", "/..."]
    {
        assert!(matches!(normalize(path.as_bytes()), Ok(Cow::Borrowed(same)) if same == path), "{path}");
    }
}

#[test]
fn escapes_are_decoded_or_kept_by_what_they_stand_for() {
    let cases = [
        // Unreserved characters, and those that need no escape to keep their meaning, are decoded.
        ("/%41%7a%30%2D%5f%7E", "/Az0-_~"),
        ("/a%20b%22%3c%3E%5e%60%7B%7c%7d", "/a b\"<>^`{|}"),
        ("/caf%C3%a9", "/café"),
        // Reserved ones keep their escape, in upper case.
        ("/%2f%3a%3F%23%5b%5d%40", "/%2F%3A%3F%23%5B%5D%40"),
        ("/%21%24%26%27%28%29%2a%2B%2c%3b%3d", "/%21%24%26%27%28%29%2A%2B%2C%3B%3D"),
        // What is decoded is not looked at again.
        ("/%2541", "/%2541"),
        ("/%252e%252E/x", "/%252e%252E/x"),
        // Controls and the backslash are never decoded; nor is half a character.
        ("/%0a%1F%7f", "/%0A%1F%7F"),
        ("/%5cx..%5C", "/%5Cx..%5C"),
        ("/%c2%85", "/%C2%85"),
        ("/%ff%c3/%e2%82", "/%FF%C3/%E2%82"),
        // What must not stand in a path as itself becomes an escape.
        ("/a\\b#c?d", "/a%5Cb%23c%3Fd"),
        ("/é", "/é"),
    ];
    for (raw, normal) in cases {
        assert_eq!(normalize(raw.as_bytes()).as_deref(), Ok(normal), "{raw}");
    }
}

#[test]
fn dot_segments_and_double_slashes_are_removed() {
    let cases = [
        ("//", "/"),
        ("/a//b///c", "/a/b/c"),
        ("/a//", "/a/"),
        ("/.", "/"),
        ("/./", "/"),
        ("/a/.", "/a/"),
        ("/a/./b", "/a/b"),
        ("/a/..", "/"),
        ("/a/../", "/"),
        ("/a/b/..", "/a/"),
        ("/a/b/../c", "/a/c"),
        ("/a/b/../../c", "/c"),
        ("/a//../b", "/b"),
        ("/a/%2e%2E/b", "/b"),
        ("/a/%2e/b", "/a/b"),
        ("/a/.%2e", "/"),
        ("/a/...", "/a/..."),
        ("/a%2Fx../b", "/a%2Fx../b"),
        ("/a;../b..;c", "/a;../b..;c"),
    ];
    for (raw, normal) in cases {
        assert_eq!(normalize(raw.as_bytes()).as_deref(), Ok(normal), "{raw}");
    }
}

#[test]
fn what_nginx_refuses_is_refused() {
    let cases = [
        ("", PathError::NotAbsolute),
        ("*", PathError::NotAbsolute),
        ("a/b", PathError::NotAbsolute),
        ("%2Fa", PathError::NotAbsolute),
        ("/%", PathError::BrokenEscape),
        ("/%2", PathError::BrokenEscape),
        ("/%zz", PathError::BrokenEscape),
        ("/%2g", PathError::BrokenEscape),
        ("/%%34%31", PathError::BrokenEscape),
        ("/%+1", PathError::BrokenEscape),
        ("/%00", PathError::ControlCharacter),
        ("/a\0", PathError::ControlCharacter),
        ("/a\nb", PathError::ControlCharacter),
        ("/a\x7f", PathError::ControlCharacter),
        ("/..", PathError::AboveRoot),
        ("/../a", PathError::AboveRoot),
        ("/%2e%2e/a", PathError::AboveRoot),
        ("/a/../../b", PathError::AboveRoot),
        ("/a/../../b/c/d", PathError::AboveRoot),
        ("//..", PathError::AboveRoot),
        ("/..%2Fa", PathError::AboveRoot),
        ("/a/..%2f..%2Fb", PathError::AboveRoot),
        // Here it is only what remains that would leave it.
        ("/a%2Fb/../..%2F", PathError::AboveRoot),
    ];
    for (raw, error) in cases {
        assert_eq!(normalize(raw.as_bytes()), Err(error), "{raw}");
    }
}

#[test]
fn dot_segments_that_only_some_readers_see_are_refused() {
    let cases = [
        "/a%2F../b",
        "/x/a%2f..%2Fb",
        "/a%2f.",
        "/a%5c..%5Cb",
        "/a\\..\\b",
        "/a/..;/b",
        "/a/.;x=y/b",
        "/a/%2e%2e;",
        "/a/..;",
    ];
    for raw in cases {
        assert_eq!(normalize(raw.as_bytes()), Err(PathError::HiddenDots), "{raw}");
    }
    assert_eq!(normalize(b"/%5c..%5C"), Err(PathError::AboveRoot));
}

/// Bytes from which the interesting paths are made often enough.
fn raw_path() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec!["/", "/", ".", "..", "a", "b", " ", ";"]).prop_map(|s| s.as_bytes().to_vec()),
        3 => prop::sample::select(vec!["%2F", "%2e", "%25", "%5C", "%41", "%c3", "%A9", "%00", "%0a", "%", "%2", "\\"])
            .prop_map(|s| s.as_bytes().to_vec()),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| [&b"/"[..], &pieces.concat()].concat())
}

proptest! {
    #[test]
    fn normalising_twice_changes_nothing(raw in raw_path()) {
        if let Ok(once) = normalize(&raw) {
            let twice = normalize(once.as_bytes());
            prop_assert_eq!(twice.as_deref(), Ok(&*once));
        }
    }

    #[test]
    fn a_normal_path_is_safe_to_route_and_to_send(raw in raw_path()) {
        if let Ok(path) = normalize(&raw) {
            prop_assert!(path.starts_with('/'));
            prop_assert!(!path.contains("//"));
            prop_assert!(path.split('/').all(|segment| segment != "." && segment != ".."), "{}", path);
            prop_assert!(!path.chars().any(|c| c.is_control() || matches!(c, '\\' | '?' | '#')));
            // On the wire it is visible ASCII, and read back there it is the same path.
            let wire = escape(&path);
            prop_assert!(wire.bytes().all(|byte| byte.is_ascii_graphic()));
            let back = normalize(wire.as_bytes());
            prop_assert_eq!(back.as_deref(), Ok(&*path));
        }
    }

    #[test]
    fn any_bytes_at_all_are_survived(raw in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = normalize(&raw);
    }
}
