//! Where an issuer publishes its keys.

use http::Uri;

/// What is behind the URL of an issuer (OpenID Connect Discovery 1.0 section 4).
const WELL_KNOWN: &str = "/.well-known/openid-configuration";

/// The longest URL, in bytes.
const LONGEST: usize = 2048;

/// A place, as a configuration names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::jwt) enum Location {
    /// The URL of a JWK Set.
    Jwks(Box<str>),
    /// A document that says where the set is.
    Discovery {
        /// The URL of the document.
        document: Box<str>,
        /// Who it has to be of.
        issuer: Box<str>,
    },
}

impl Location {
    /// The set at a URL.
    pub(in crate::jwt) fn jwks(url: &str) -> Self {
        Self::Jwks(url.into())
    }

    /// The document of an issuer: `url` is either the issuer's own, or that of the document. It has to be of `issuer`, if
    /// that is given, or else of the one whose URL this is.
    pub(in crate::jwt) fn discovery(url: &str, issuer: Option<&str>) -> Self {
        let own = url.split_once("/.well-known/").map_or(url, |(before, _)| before);
        let document =
            if own.len() == url.len() { format!("{}{WELL_KNOWN}", url.trim_end_matches('/')) } else { url.into() };
        Self::Discovery { document: document.into(), issuer: issuer.unwrap_or(own).into() }
    }

    /// The URL that is asked first.
    pub(in crate::jwt) fn url(&self) -> &str {
        match self {
            Self::Jwks(url) | Self::Discovery { document: url, .. } => url,
        }
    }
}

/// Whether a text is a URL of a server, with nothing in it that is secret or that no server sees.
///
/// # Errors
/// What is wrong with it.
pub(in crate::jwt) fn check_url(text: &str) -> Result<(), String> {
    parse(text).map(drop)
}

/// Reads such a URL.
pub(super) fn parse(text: &str) -> Result<Uri, String> {
    if text.len() > LONGEST || text.contains('#') {
        return Err(format!("must be a URL of at most {LONGEST} bytes without a fragment"));
    }
    let url: Uri = text.parse().map_err(|_| "must be a URL".to_owned())?;
    let is_web = matches!(url.scheme_str(), Some("https" | "http"));
    match url.authority() {
        Some(authority) if is_web && !authority.host().is_empty() && !authority.as_str().contains('@') => Ok(url),
        _ => Err("must be a URL that begins with https:// and names a host, and no user".to_owned()),
    }
}

/// Whether two issuers are one: some write a slash at the end, in one place and not in the other.
pub(super) fn is_same_issuer(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_of_an_issuer_is_below_its_url() {
        for (url, document, issuer) in [
            ("https://a.example", "https://a.example/.well-known/openid-configuration", "https://a.example"),
            ("https://a.example/", "https://a.example/.well-known/openid-configuration", "https://a.example/"),
            (
                "https://a.example/r/x",
                "https://a.example/r/x/.well-known/openid-configuration",
                "https://a.example/r/x",
            ),
            ("https://a.example/.well-known/o", "https://a.example/.well-known/o", "https://a.example"),
        ] {
            let expected = Location::Discovery { document: document.into(), issuer: issuer.into() };
            assert_eq!(Location::discovery(url, None), expected);
        }
        let Location::Discovery { issuer, .. } = Location::discovery("https://a", Some("https://b")) else { panic!() };
        assert_eq!(&*issuer, "https://b");
    }

    #[test]
    fn what_is_no_url_of_a_server_is_refused() {
        for text in ["https://a", "https://a:1/b?c=d", "http://localhost:9/jwks", "https://[2606:4700::1]/x"] {
            assert_eq!(check_url(text), Ok(()), "{text}");
        }
        for text in [
            "",
            "a",
            "/a",
            "ftp://a/",
            "file:///etc/passwd",
            "https://",
            "https://u:p@a/",
            "https://a/#b",
            "https://a b/",
        ] {
            assert!(check_url(text).is_err(), "{text}");
        }
        assert!(check_url(&format!("https://a/{}", "b".repeat(LONGEST))).is_err());
    }
}
