//! Finding the token in a request: query arguments, cookies and headers, all of them.
//!
//! The upstream may look anywhere too. So every place is read, every line of a header and every repetition of an
//! argument or cookie, and a request with two different tokens is refused: what is verified here must be what is
//! believed there.

use std::borrow::Cow;

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::RequestCx;
use http::header::COOKIE;

use super::binding::presented;
use crate::field_name::FieldName;

/// Where a token may stand.
#[derive(Debug)]
pub(super) struct TokenPlaces {
    pub(super) arguments: Vec<Box<str>>,
    pub(super) cookies: Vec<Box<str>>,
    pub(super) headers: Vec<FieldName>,
    /// Whether a token may also stand behind `DPoP` in `Authorization`.
    pub(super) takes_dpop: bool,
}

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Retrieved<'r> {
    /// No token anywhere.
    Nothing,
    /// One token, once or several times.
    Token(Cow<'r, [u8]>),
    /// A query argument without `=`, which cannot be a token.
    BareName,
    /// Different tokens.
    Several,
}

impl TokenPlaces {
    pub(super) fn read(config: Body<'_>) -> Result<Self, BodyError> {
        let header = |name: &str| {
            let value = || BodyError::Value { field: "header_names", value: name.to_owned() };
            FieldName::parse(name).ok_or_else(value)
        };
        Ok(Self {
            arguments: config.texts("uri_param_names")?,
            cookies: config.texts("cookie_names")?,
            headers: config.texts("header_names")?.iter().map(|name| header(name)).collect::<Result<_, _>>()?,
            takes_dpop: config.get("bound_tokens").is_some(),
        })
    }

    /// The names under which a query may hold a token.
    pub(super) fn arguments(&self) -> Vec<Box<str>> {
        self.arguments.clone()
    }

    /// Each place by itself, with a name for it.
    pub(super) fn each(&self) -> impl Iterator<Item = (String, Self)> {
        let none = || Self { arguments: Vec::new(), cookies: Vec::new(), headers: Vec::new(), takes_dpop: false };
        let arguments = self.arguments.iter().map(move |name| {
            (format!("the query argument `{name}`"), Self { arguments: vec![name.clone()], ..none() })
        });
        let cookies = self
            .cookies
            .iter()
            .map(move |name| (format!("the cookie `{name}`"), Self { cookies: vec![name.clone()], ..none() }));
        let headers = self.headers.iter().map(move |name| {
            (format!("the header `{}`", name.as_str()), Self { headers: vec![name.clone()], ..none() })
        });
        let bound =
            self.takes_dpop.then(|| ("`Authorization` behind `DPoP`".to_owned(), Self { takes_dpop: true, ..none() }));
        arguments.chain(cookies).chain(headers).chain(bound)
    }

    /// Whether there is any token.
    pub(super) fn holds_one(&self, cx: &RequestCx<'_>) -> bool {
        matches!(self.retrieve(cx), Retrieved::Token(_) | Retrieved::Several)
    }

    pub(super) fn retrieve<'r>(&self, cx: &'r RequestCx<'_>) -> Retrieved<'r> {
        let mut found = Retrieved::Nothing;
        self.in_query(cx, &mut found);
        self.in_cookies(cx, &mut found);
        for name in &self.headers {
            for value in name.values(&cx.head.headers) {
                if let Some(token) = behind_bearer(value) {
                    found.add_token(token.into());
                }
            }
        }
        if self.takes_dpop {
            presented(cx).for_each(|token| found.add_token(token.into()));
        }
        found
    }

    fn in_query<'r>(&self, cx: &'r RequestCx<'_>, found: &mut Retrieved<'r>) {
        if self.arguments.is_empty() {
            return;
        }
        for argument in cx.query().filter(|argument| is_one_of(&self.arguments, &argument.name)) {
            match argument.value {
                None => found.add(Retrieved::BareName),
                Some(Cow::Borrowed(token)) => found.add_token(token.as_bytes().into()),
                Some(Cow::Owned(token)) => found.add_token(token.into_bytes().into()),
            }
        }
    }

    fn in_cookies<'r>(&self, cx: &'r RequestCx<'_>, found: &mut Retrieved<'r>) {
        if self.cookies.is_empty() {
            return;
        }
        let lines = cx.head.headers.all(COOKIE);
        for (name, token) in lines.flat_map(|line| line.split(|byte| *byte == b';')).filter_map(cookie) {
            // The web server below Kong compares the names of cookies without regard to case.
            if self.cookies.iter().any(|wanted| wanted.as_bytes().eq_ignore_ascii_case(name)) {
                found.add_token(token.into());
            }
        }
    }
}

impl<'r> Retrieved<'r> {
    /// An empty value is no token.
    fn add_token(&mut self, token: Cow<'r, [u8]>) {
        if !token.is_empty() {
            self.add(Self::Token(token));
        }
    }

    fn add(&mut self, other: Self) {
        match self {
            Self::Nothing => *self = other,
            known if *known == other => {}
            _ => *self = Self::Several,
        }
    }
}

fn is_one_of(names: &[Box<str>], name: &str) -> bool {
    names.iter().any(|wanted| **wanted == *name)
}

/// The name and the value of one pair of a `Cookie` field (RFC 6265 section 4.2.1).
pub(super) fn cookie(pair: &[u8]) -> Option<(&[u8], &[u8])> {
    let equals = memchr::memchr(b'=', pair)?;
    let (name, value) = pair.split_at(equals);
    Some((name.trim_ascii(), value.get(1..)?.trim_ascii()))
}

/// What follows the first `Bearer` or `bearer` with white space behind it, wherever that stands: `BEARER x` has no
/// token, and `Foo bearer x` has one. So it is in Kong, and what Kong takes for a token must not pass unread here.
pub(super) fn behind_bearer(value: &[u8]) -> Option<&[u8]> {
    const REST: &[u8] = b"earer";
    // As nearly all clients write it.
    if let Some(behind) = value.strip_prefix(b"Bearer ")
        && let token = behind.trim_ascii_start()
        && !token.is_empty()
    {
        return Some(token);
    }
    let mut from = 0;
    while let Some(found) = memchr::memmem::find(value.get(from..)?, REST) {
        let place = from + found;
        from = place + REST.len();
        let initial = place.checked_sub(1).and_then(|before| value.get(before));
        let behind = value.get(from..)?;
        let token = behind.trim_ascii_start();
        if matches!(initial, Some(b'B' | b'b')) && token.len() < behind.len() && !token.is_empty() {
            return Some(token);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_stands_behind_bearer_and_white_space() {
        for (value, token) in [
            ("Bearer x", Some("x")),
            ("bearer x", Some("x")),
            ("Bearer \t  x", Some("x")),
            ("Foo bearer x", Some("x")),
            ("Foobearer x", Some("x")),
            ("Bearerx bearer y", Some("y")),
            ("Bearer x, Bearer y", Some("x, Bearer y")),
            ("Bearer x ", Some("x ")),
            ("Bearer bearer x", Some("bearer x")),
            ("BEARER x", None),
            ("BeareR x", None),
            ("earer x", None),
            ("Bearer", None),
            ("Bearer ", None),
            ("Bearerx", None),
            ("Basic eDp5", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(behind_bearer(value.as_bytes()), token.map(str::as_bytes), "{value:?}");
        }
    }

    #[test]
    fn a_cookie_is_split_at_its_first_equals_sign() {
        for (pair, expected) in [
            ("a=b", Some(("a", "b"))),
            (" a = b ", Some(("a", "b"))),
            ("a=b=c", Some(("a", "b=c"))),
            ("a=", Some(("a", ""))),
            ("=b", Some(("", "b"))),
            ("a", None),
            ("", None),
        ] {
            let expected = expected.map(|(name, value): (&str, &str)| (name.as_bytes(), value.as_bytes()));
            assert_eq!(cookie(pair.as_bytes()), expected, "{pair:?}");
        }
    }
}
