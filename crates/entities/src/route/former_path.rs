//! Paths of files of a format before 3.0, where no `~` told a regular expression from a prefix: what has other characters
//! than a plain path was one.

use gibbon_schema::Object;
use serde_json::Value;

use super::normal_path::normalize;

/// Writes the paths of a route as they are written since 3.0.
pub(super) fn rewrite(route: &mut Object) {
    for path in route.get_mut("paths").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Value::String(text) = path {
            *text = present(text);
        }
    }
}

fn present(path: &str) -> String {
    if path.bytes().all(is_plain) { normalize(path).into_owned() } else { format!("~{}", decode(path)) }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".-_~/%".contains(&byte)
}

/// A regular expression used to be compared after escapes had been resolved in it: they are resolved now, once. What
/// would mean something else unescaped is escaped in the language of expressions; reserved characters stay.
fn decode(pattern: &str) -> String {
    let mut decoded = Vec::with_capacity(pattern.len());
    let mut rest = pattern.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = after.get(..2).filter(|_| byte == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        let value = escaped.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match value.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(value) => {
                push(&mut decoded, value, after.get(..2).unwrap_or_default());
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                decoded.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| pattern.to_owned())
}

fn push(decoded: &mut Vec<u8>, value: u8, digits: &[u8]) {
    if b"!#$%&'()*+,/:;=?@[]".contains(&value) {
        decoded.push(b'%');
        decoded.extend(digits.iter().map(u8::to_ascii_uppercase));
        return;
    }
    if b".^-{}\\|".contains(&value) {
        decoded.push(b'\\');
    }
    decoded.push(value);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::object;

    #[test]
    fn what_looks_like_a_regular_expression_gets_its_mark() {
        let cases = [
            ("/plain/path-1_2.x~", "/plain/path-1_2.x~"),
            ("/a//b/../c", "/a/c"),
            ("/%61", "/a"),
            ("/\\d+$", "~/\\d+$"),
            ("/(a|b)", "~/(a|b)"),
            ("/a%2e(b)%2fc%41", "~/a\\.(b)%2FcA"),
            ("/(%c3%bc)%", "~/(ü)%"),
            ("/(%ff)", "~/(%ff)"),
            ("/übung", "~/übung"),
        ];
        for (former, now) in cases {
            assert_eq!(present(former), now, "{former}");
        }
    }

    #[test]
    fn only_texts_among_the_paths_are_touched() {
        let mut route = object(json!({"paths": ["/[a]", 7, null], "hosts": ["[a]"]}));
        rewrite(&mut route);
        assert_eq!(route, object(json!({"paths": ["~/[a]", 7, null], "hosts": ["[a]"]})));
        for untouched in [json!({}), json!({"paths": null}), json!({"paths": "/[a]"})] {
            let mut route = object(untouched.clone());
            rewrite(&mut route);
            assert_eq!(Value::Object(route), untouched);
        }
    }
}
