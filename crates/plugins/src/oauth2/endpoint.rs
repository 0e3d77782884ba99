//! The two addresses that the plugin answers itself, below every path of its routes.

use gibbon_plugin_api::{RequestCx, RequestHead, Scheme};

use super::config::Termination;
use super::problem::Problem;

/// What is asked for there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// Codes, and tokens for browsers (RFC 6749, section 3.1): asked by the program that users log in to.
    Authorization,
    /// Tokens (section 3.2).
    Token,
}

impl Endpoint {
    /// The one that a path ends with.
    pub(super) fn of(head: &RequestHead) -> Option<Self> {
        let path = head.raw_path();
        let path = path.strip_suffix('/').unwrap_or(path);
        if path.ends_with("/oauth2/token") {
            return Some(Self::Token);
        }
        path.ends_with("/oauth2/authorize").then_some(Self::Authorization)
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Authorization => "authorization",
            Self::Token => "token",
        }
    }
}

/// Secrets travel in both directions there, so that nobody may listen.
pub(super) fn require_https(cx: &RequestCx<'_>, termination: Termination) -> Result<(), Problem> {
    let denied = |description: &'static str| Err(Problem::new("access_denied", description));
    if cx.connection.scheme == Scheme::Https {
        return Ok(());
    }
    if termination == Termination::Here || !cx.connection.trusted {
        return denied("You must use HTTPS");
    }
    let mut told = cx.head.headers.all("x-forwarded-proto");
    match (told.next(), told.next()) {
        (Some(_), Some(_)) => denied("Only one X-Forwarded-Proto header allowed"),
        (Some(scheme), None) if scheme.eq_ignore_ascii_case(b"https") => Ok(()),
        _ => denied("You must use HTTPS"),
    }
}
