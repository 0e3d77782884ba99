//! The origins that a configuration names, and the origin of a request (RFC 6454 section 7).

use gibbon_plugin_api::ConfigureError;
use http::HeaderValue;

use crate::regex::Regex;

/// Which origins are allowed.
pub(super) enum Origins {
    /// All.
    All,
    /// One: it is named whoever asks, since there is nothing to choose.
    One(HeaderValue),
    /// Those that one of these names.
    Some(Vec<Pattern>),
}

/// One or several origins.
pub(super) enum Pattern {
    Literal(Box<str>),
    /// Finds the whole of it.
    Origin(Regex),
    /// As [`Pattern::Origin`], but only the host is looked at.
    Host(Regex),
}

impl Origins {
    pub(super) fn new(entries: &[Box<str>]) -> Result<Self, ConfigureError> {
        match entries {
            [] => Ok(Self::All),
            _ if entries.iter().any(|entry| &**entry == "*") => Ok(Self::All),
            [one] if is_literal(one) => match HeaderValue::from_str(one) {
                Ok(value) => Ok(Self::One(value)),
                Err(_) => Err(ConfigureError { field: "origins", reason: format!("`{one}` is no origin") }),
            },
            several => Ok(Self::Some(several.iter().map(|entry| Pattern::new(entry)).collect::<Result<_, _>>()?)),
        }
    }

    /// Whether an origin is among those of [`Origins::Some`], and how it is written.
    pub(super) fn find(patterns: &[Pattern], origin: &str) -> Option<HeaderValue> {
        let (origin, host) = normal(origin);
        let found = patterns.iter().any(|pattern| match pattern {
            Pattern::Literal(text) => **text == *origin,
            Pattern::Origin(regex) => regex.finds(&origin),
            Pattern::Host(regex) => regex.finds(&host),
        });
        if found { HeaderValue::from_str(&origin).ok() } else { None }
    }
}

impl Pattern {
    fn new(entry: &str) -> Result<Self, ConfigureError> {
        if is_literal(entry) {
            return Ok(Self::Literal(normal(entry).0.into()));
        }
        // An expression stands for the whole, whether or not it says so.
        let inner = entry.strip_prefix('^').unwrap_or(entry);
        let anchored = if inner.ends_with('$') { format!("^{inner}") } else { format!("^{inner}$") };
        let regex = Regex::new(&anchored, "origins")?;
        Ok(if entry.contains(':') { Self::Origin(regex) } else { Self::Host(regex) })
    }
}

/// Whether an entry is an origin and no expression.
fn is_literal(entry: &str) -> bool {
    entry.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:/-".contains(&byte))
}

/// An origin without what goes without saying (the usual port, a path), and its host.
fn normal(origin: &str) -> (String, String) {
    let Some((scheme, rest)) = origin.split_once("://") else { return (origin.to_owned(), origin.to_owned()) };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => (host, Some(port)),
        _ => (authority, None),
    };
    let port = port.filter(|port| !matches!((scheme, *port), ("http", "80") | ("https", "443")));
    let origin = match port {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    };
    (origin, host.to_owned())
}

/// A check for the elements of `origins`.
pub(super) fn check(entry: &str) -> Result<(), String> {
    let is_fine = entry == "*" || fancy_regex::Regex::new(entry).is_ok();
    if is_fine { Ok(()) } else { Err(format!("'{entry}' is not a valid regex")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(entries: &[&str], origin: &str) -> bool {
        let entries: Vec<Box<str>> = entries.iter().map(|entry| (*entry).into()).collect();
        match Origins::new(&entries).unwrap() {
            Origins::All | Origins::One(_) => panic!("there is nothing to choose"),
            Origins::Some(patterns) => Origins::find(&patterns, origin).is_some(),
        }
    }

    #[test]
    fn the_usual_port_goes_without_saying() {
        let entries = ["https://a.example:443", "http://b.example", "http://c.example:8080/path"];
        assert!(allows(&entries, "https://a.example") && allows(&entries, "http://b.example:80"));
        assert!(allows(&entries, "http://c.example:8080"));
        assert!(!allows(&entries, "https://b.example") && !allows(&entries, "http://b.example:8080"));
    }

    #[test]
    fn an_expression_stands_for_the_whole_origin() {
        let entries = ["https://.*[.]a[.]example"];
        assert!(allows(&entries, "https://x.a.example"));
        assert!(!allows(&entries, "https://x.a.example.evil") && !allows(&entries, "https://x.a.example:8443"));
        assert!(!allows(&["^https://a[.]example$"], "evil-https://a.example"));
    }

    #[test]
    fn an_expression_without_a_scheme_stands_for_the_host() {
        let entries = ["(.*[.])?a[.]example"];
        assert!(allows(&entries, "http://a.example:8080") && allows(&entries, "https://x.a.example"));
        assert!(!allows(&entries, "https://a.example.evil"));
    }

    #[test]
    fn a_text_that_is_no_expression_is_refused() {
        assert_eq!(check("("), Err("'(' is not a valid regex".to_owned()));
        assert_eq!((check("*"), check("http://a.example")), (Ok(()), Ok(())));
    }
}
