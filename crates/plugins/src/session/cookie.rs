//! Cookies (RFC 6265): one, or several where what they hold is too long for one.

use std::time::{Duration, UNIX_EPOCH};

use gibbon_plugin_api::RequestCx;
use http::HeaderValue;

/// The longest value of one cookie; browsers keep 4096 bytes with name and attributes.
const LONGEST: usize = 3800;

/// How many cookies a value is spread over at most.
const MOST: usize = 9;

/// A cookie by its name.
pub(super) struct Jar {
    name: Box<str>,
    /// What stands behind a value.
    attributes: Box<str>,
}

/// How a cookie is kept.
pub(super) struct Attributes<'a> {
    pub(super) path: &'a str,
    pub(super) domain: Option<&'a str>,
    /// `Default` leaves it to the browser.
    pub(super) same_site: &'a str,
    pub(super) flags: Vec<&'static str>,
}

/// When a browser forgets a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expiry {
    /// When it ends.
    WithBrowser,
    /// After so many seconds from now, both in seconds.
    After { seconds: i64, now: i64 },
}

impl Jar {
    /// None where name or attributes cannot stand in a header.
    pub(super) fn new(name: &str, attributes: &Attributes<'_>) -> Option<Self> {
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let is_value = |text: &str| text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b';');
        let Attributes { path, domain, same_site, flags } = attributes;
        if name.is_empty() || !name.bytes().all(is_token) || !is_value(path) || !domain.is_none_or(is_value) {
            return None;
        }
        let mut text = format!("; Path={path}");
        domain.iter().for_each(|domain| text.push_str(&format!("; Domain={domain}")));
        if *same_site != "Default" {
            text.push_str(&format!("; SameSite={same_site}"));
        }
        flags.iter().for_each(|flag| text.push_str(&format!("; {flag}")));
        Some(Self { name: name.into(), attributes: text.into() })
    }

    /// The value that a request brings. A value that lacks a part of itself is none.
    pub(super) fn read(&self, cx: &RequestCx<'_>) -> Option<String> {
        let first = cx.cookie(&self.name)?;
        let count = (1..=MOST).find(|count| first.starts_with(&count.to_string()))?;
        let mut value = first.get(1..)?.to_owned();
        for number in 2..=count {
            value.push_str(cx.cookie(&self.numbered(number))?);
        }
        Some(value)
    }

    /// How many cookies of that name a request brings, one behind the other.
    pub(super) fn count(&self, cx: &RequestCx<'_>) -> usize {
        (1..=MOST).take_while(|number| cx.cookie(&self.numbered(*number)).is_some()).count()
    }

    /// The lines that make a browser keep `value`, in the place of `before` cookies. None where it is too long.
    pub(super) fn write(&self, value: &str, expiry: Expiry, before: usize) -> Option<Vec<HeaderValue>> {
        let count = (value.len() + 1).div_ceil(LONGEST);
        if count > MOST {
            return None;
        }
        let value = format!("{count}{value}");
        let parts = value.as_bytes().chunks(LONGEST).map(|part| std::str::from_utf8(part).unwrap_or_default());
        let kept = parts.enumerate().map(|(place, part)| self.line(place + 1, part, expiry));
        kept.chain((count + 1..=before).map(|number| self.line(number, "", FORGET))).collect()
    }

    /// The lines that make a browser forget `before` cookies.
    pub(super) fn clear(&self, before: usize) -> Vec<HeaderValue> {
        (1..=before).filter_map(|number| self.line(number, "", FORGET)).collect()
    }

    fn numbered(&self, number: usize) -> String {
        if number == 1 { self.name.to_string() } else { format!("{}{number}", self.name) }
    }

    fn line(&self, number: usize, value: &str, expiry: Expiry) -> Option<HeaderValue> {
        let lasting = match expiry {
            Expiry::WithBrowser => String::new(),
            Expiry::After { seconds, now } => {
                let end = u64::try_from(now.saturating_add(seconds)).unwrap_or(0);
                let date = httpdate::fmt_http_date(UNIX_EPOCH.checked_add(Duration::from_secs(end))?);
                format!("; Expires={date}; Max-Age={}", seconds.max(0))
            }
        };
        HeaderValue::from_str(&format!("{}={value}{}{lasting}", self.numbered(number), self.attributes)).ok()
    }
}

const FORGET: Expiry = Expiry::After { seconds: 0, now: 0 };

#[cfg(test)]
mod tests {
    use super::*;

    fn jar(domain: Option<&str>, same_site: &str, flags: Vec<&'static str>) -> Jar {
        Jar::new("session", &Attributes { path: "/", domain, same_site, flags }).unwrap()
    }

    fn lines(lines: Vec<HeaderValue>) -> Vec<String> {
        lines.iter().map(|line| line.to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_cookie_has_its_attributes() {
        let strict = jar(None, "Strict", vec!["Secure", "HttpOnly"]);
        let written = strict.write("v", Expiry::WithBrowser, 0).unwrap();
        assert_eq!(lines(written), ["session=1v; Path=/; SameSite=Strict; Secure; HttpOnly"]);
        let other = jar(Some("a.example"), "Default", Vec::new());
        let written = other.write("v", Expiry::After { seconds: 60, now: 0 }, 0).unwrap();
        let expected = "session=1v; Path=/; Domain=a.example; Expires=Thu, 01 Jan 1970 00:01:00 GMT; Max-Age=60";
        assert_eq!(lines(written), [expected]);
    }

    #[test]
    fn a_long_value_is_spread_and_what_is_left_over_forgotten() {
        let jar = jar(None, "Default", Vec::new());
        let written = lines(jar.write(&"v".repeat(LONGEST), Expiry::WithBrowser, 3).unwrap());
        assert_eq!(written.len(), 3);
        assert!(written[0].starts_with("session=2vvv") && written[1] == "session2=v; Path=/");
        assert_eq!(written[2], "session3=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0");
        assert_eq!(jar.write(&"v".repeat(MOST * LONGEST), Expiry::WithBrowser, 0), None);
        assert_eq!(jar.clear(2).len(), 2);
    }

    #[test]
    fn what_would_break_a_header_is_no_cookie() {
        let new = |name, path| Jar::new(name, &Attributes { path, domain: None, same_site: "Lax", flags: Vec::new() });
        for (name, path) in
            [("", "/"), ("a b", "/"), ("a;b", "/"), ("a=b", "/"), ("a", "/; Domain=x"), ("a", "/\r\nX: 1")]
        {
            assert!(new(name, path).is_none(), "{name} {path}");
        }
    }
}
