//! The normal form of a path, in which requests are matched: a prefix in any other form would never match.

use std::borrow::Cow;

/// `path` with everything decoded that is not reserved (RFC 3986, section 2.2), hexadecimal digits in capitals, dot
/// segments resolved (section 5.2.4) and repeated slashes merged. Bytes that are no UTF-8 when decoded are shown as
/// U+FFFD.
pub(super) fn normalize(path: &str) -> Cow<'_, str> {
    let decoded = decode(path);
    let normal = resolve(&String::from_utf8_lossy(&decoded));
    if normal == path { Cow::Borrowed(path) } else { Cow::Owned(normal) }
}

fn decode(path: &str) -> Vec<u8> {
    let mut rest = path.as_bytes();
    let mut decoded = Vec::with_capacity(rest.len());
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'%', &[high, low, ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let value = hex(high) << 4 | hex(low);
                if b"!*'();:@&=+$,/?%#[]".contains(&value) {
                    decoded.extend([b'%', high.to_ascii_uppercase(), low.to_ascii_uppercase()]);
                } else {
                    decoded.push(value);
                }
                rest = &after[2..];
            }
            _ => decoded.push(byte),
        }
    }
    decoded
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit.wrapping_sub(b'A').wrapping_add(10),
    }
}

fn resolve(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let mut ends_in_slash = false;
    for segment in path.split('/') {
        ends_in_slash = matches!(segment, "" | "." | "..");
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            other => segments.push(other),
        }
    }
    let mut normal = String::with_capacity(path.len());
    for segment in &segments {
        normal.extend(["/", segment]);
    }
    if ends_in_slash {
        normal.push('/');
    }
    normal
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_path_has_one_normal_form() {
        let cases = [
            ("/", "/"),
            ("/a/b/", "/a/b/"),
            ("/a//b", "/a/b"),
            ("/a/./b/../c", "/a/c"),
            ("/..", "/"),
            ("/a/..", "/"),
            ("/a/.", "/a/"),
            ("/a...b/.c", "/a...b/.c"),
            ("/%61%2fb", "/a%2Fb"),
            ("/a%20b", "/a b"),
            ("/%2e%2e/a", "/a"),
            ("/%zz%", "/%zz%"),
            ("/gr%C3%BC%C3%9Fe", "/grüße"),
            ("/re/\\d+", "/re/\\d+"),
        ];
        for (path, normal) in cases {
            assert_eq!(normalize(path), normal, "{path}");
        }
    }

    proptest! {
        #[test]
        fn what_is_normal_without_escapes_stays_so(path in "(/[a-z.~ü]{0,4}){1,6}") {
            let normal = normalize(&path).into_owned();
            prop_assert_eq!(normalize(&normal), normal.as_str());
            prop_assert!(normal.starts_with('/'));
        }

        #[test]
        fn any_text_has_a_normal_form(path in ".*") {
            normalize(&path);
        }
    }
}
