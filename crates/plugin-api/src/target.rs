//! The target of a request (RFC 9112 section 3.2), taken apart once.

use std::ops::Range;

/// The path, the query and, in absolute form, the authority of a request.
///
/// Nothing is decoded. A fragment has no place in a target; what stands behind a `#` is left out, as in web servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    text: Box<str>,
    authority: Option<Range<usize>>,
    path: Range<usize>,
    query: Option<Range<usize>>,
}

/// A target of none of the forms that a gateway is asked in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request's target has no form that is known")]
pub struct BadTarget;

impl Target {
    /// Takes `text` apart: in origin form (`/a?b`), in absolute form (`http://h/a?b`), or `*`.
    ///
    /// # Errors
    /// Where it has none of these forms, or has characters that no target can have.
    pub fn parse(text: &str) -> Result<Self, BadTarget> {
        if text.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
            return Err(BadTarget);
        }
        let text = memchr::memchr(b'#', text.as_bytes()).and_then(|end| text.get(..end)).unwrap_or(text);
        if text.starts_with('/') || text == "*" {
            return Ok(Self::of(text.into(), None, 0));
        }
        let scheme = ["http://", "https://"].into_iter().find(|scheme| starts_with_ignoring_case(text, scheme));
        let from = scheme.ok_or(BadTarget)?.len();
        let rest = text.get(from..).ok_or(BadTarget)?;
        let until = from + rest.find(['/', '?']).unwrap_or(rest.len());
        if until == from {
            return Err(BadTarget);
        }
        match text.get(until..) {
            // A path that is not there is `/`.
            Some(rest) if !rest.starts_with('/') => {
                let text = format!("{}/{rest}", text.get(..until).ok_or(BadTarget)?);
                Ok(Self::of(text.into(), Some(from..until), until))
            }
            _ => Ok(Self::of(text.into(), Some(from..until), until)),
        }
    }

    /// The target of a request to make a tunnel (RFC 9112 section 3.2.3): a host and a port, and no path.
    pub fn of_tunnel(authority: &str) -> Self {
        let end = authority.len();
        Self { text: authority.into(), authority: Some(0..end), path: end..end, query: None }
    }

    fn of(text: Box<str>, authority: Option<Range<usize>>, path: usize) -> Self {
        let rest = text.as_bytes().get(path..).unwrap_or_default();
        let mark = memchr::memchr(b'?', rest).map(|offset| path + offset);
        let end = mark.unwrap_or(text.len());
        let query = mark.map(|mark| mark + 1..text.len());
        Self { text, authority, path: path..end, query }
    }

    /// The path.
    pub fn path(&self) -> &str {
        self.part(self.path.clone())
    }

    /// What follows the first `?`.
    pub fn query(&self) -> Option<&str> {
        self.query.clone().map(|range| self.part(range))
    }

    /// The path with the query behind it.
    pub fn path_and_query(&self) -> &str {
        self.part(self.path.start..self.text.len())
    }

    /// The host and the port of a target in absolute form.
    pub fn authority(&self) -> Option<&str> {
        self.authority.clone().map(|range| self.part(range))
    }

    fn part(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or("")
    }
}

fn starts_with_ignoring_case(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start))
}

impl std::str::FromStr for Target {
    type Err = BadTarget;

    fn from_str(text: &str) -> Result<Self, BadTarget> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Authority, path, query.
    fn parts(text: &str) -> Result<(Option<String>, String, Option<String>), BadTarget> {
        let target = Target::parse(text)?;
        Ok((target.authority().map(str::to_owned), target.path().to_owned(), target.query().map(str::to_owned)))
    }

    #[test]
    fn a_target_is_taken_apart() {
        for (text, authority, path, query) in [
            ("/", None, "/", None),
            ("/a/b?c=d?e", None, "/a/b", Some("c=d?e")),
            ("/a?", None, "/a", Some("")),
            ("//h/a", None, "//h/a", None),
            ("/a#b?c", None, "/a", None),
            ("*", None, "*", None),
            ("http://h/a?b", Some("h"), "/a", Some("b")),
            ("HTTPS://h:8443", Some("h:8443"), "/", None),
            ("http://h?b/c", Some("h"), "/", Some("b/c")),
            ("/ä", None, "/ä", None),
        ] {
            let expected = (authority.map(str::to_owned), path.to_owned(), query.map(str::to_owned));
            assert_eq!(parts(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_tunnel_has_a_host_and_no_path() {
        let target = Target::of_tunnel("h:443");
        assert_eq!((target.authority(), target.path(), target.query()), (Some("h:443"), "", None));
    }

    #[test]
    fn other_forms_are_refused() {
        for text in
            ["", "a", "h:443", "http://", "http:///a", "ftp://h/", "**", "/a b", "/a\tb", "/a\u{7f}", "?a", "http:/h"]
        {
            assert_eq!(parts(text), Err(BadTarget), "{text}");
        }
    }
}
