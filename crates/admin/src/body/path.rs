//! Where the name of a form field leads: `config.limits.sms.minute`, `paths[]`, `paths[2]`, `headers[x-a.b]`.

use crate::error::ApiError;

/// One step into the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// A member of an object.
    Member(String),
    /// An element of a list; the first is 1.
    Element(u64),
    /// `[]`: the next element, or, with steps behind it, the first.
    Append,
}

/// Steps in a name at most; no entity is deeper than ten.
const DEPTH: usize = 32;

/// Splits a name at the dots and brackets. A dot inside brackets is a part of the key. A name that begins or ends with
/// a dot is taken as it is.
pub(super) fn steps(name: &str) -> Result<Vec<Step>, ApiError> {
    let name = unescape_brackets(name);
    if name.starts_with('.') || name.ends_with('.') {
        return Ok(vec![Step::Member(name)]);
    }
    let mut steps = Vec::new();
    let mut rest = name.as_str();
    while !rest.is_empty() {
        if steps.len() == DEPTH {
            return Err(ApiError::BadBody("a name in the form is nested too deeply"));
        }
        rest = match bracketed(rest).filter(|_| !steps.is_empty()) {
            Some((key, after)) => {
                steps.push(bracket_step(key));
                after
            }
            None => member(rest, &mut steps),
        };
    }
    Ok(steps)
}

/// A plain key up to the next dot or bracket; its first character may be anything, so that every call moves on.
fn member<'a>(text: &'a str, steps: &mut Vec<Step>) -> &'a str {
    let text = text.trim_start_matches('.');
    let first = text.chars().next().map_or(0, char::len_utf8);
    let end = text[first..].find(['.', '[']).map_or(text.len(), |at| first + at);
    if end > 0 {
        steps.push(Step::Member(text[..end].to_owned()));
    }
    &text[end..]
}

/// `[key]` at the beginning.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('[')?.split_once(']')
}

fn bracket_step(key: &str) -> Step {
    match key.parse() {
        _ if key.is_empty() => Step::Append,
        Ok(index) => Step::Element(index),
        Err(_) => Step::Member(key.to_owned()),
    }
}

/// Some clients encode the brackets of multipart names, where nothing else decodes them.
fn unescape_brackets(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = rest.find('%') {
        let (before, escape) = rest.split_at(at);
        let bracket = escape.get(..3).and_then(|code| match code {
            "%5B" | "%5b" => Some('['),
            "%5D" | "%5d" => Some(']'),
            _ => None,
        });
        plain.push_str(before);
        plain.push(bracket.unwrap_or('%'));
        rest = &escape[bracket.map_or(1, |_| 3)..];
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(name: &str) -> String {
        let parts = steps(name).unwrap().into_iter().map(|step| match step {
            Step::Member(key) => format!("<{key}>"),
            Step::Element(index) => format!("#{index}"),
            Step::Append => "+".to_owned(),
        });
        parts.collect()
    }

    #[test]
    fn names_lead_into_the_body() {
        let cases = [
            ("name", "<name>"),
            ("config.limits.sms.minute", "<config><limits><sms><minute>"),
            ("paths[]", "<paths>+"),
            ("paths[2]", "<paths>#2"),
            ("paths%5B%5d", "<paths>+"),
            ("a[b]", "<a><b>"),
            ("config[x.y][].z", "<config><x.y>+<z>"),
            ("headers.X-A", "<headers><X-A>"),
            ("a..b", "<a><b>"),
            (".a", "<.a>"),
            ("a.", "<a.>"),
            ("[5][x]", "<[5]><x>"),
            ("a[b", "<a><[b>"),
            ("a[]b", "<a>+<b>"),
            ("a[-1]", "<a><-1>"),
            ("100%", "<100%>"),
            ("é[ü]", "<é><ü>"),
        ];
        for (name, expected) in cases {
            assert_eq!(written(name), expected, "{name}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        assert!(steps(&format!("a{}", "[b]".repeat(31))).is_ok());
        assert!(steps(&format!("a{}", "[b]".repeat(32))).is_err());
    }
}
