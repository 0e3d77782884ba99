//! What web pages may do with the Admin API.
//!
//! The Admin API has no passwords by default: whoever reaches its port owns the gateway, and every page that a user of
//! this machine opens reaches `localhost`. So a page may only use it if its origin is known, and only under a name of
//! this machine that nobody else can give out: a foreign name may have been pointed at it for a moment (DNS
//! rebinding), which makes the page look like one of ours. Programs other than browsers send neither `Origin` nor
//! `Sec-Fetch-Site`, and are not touched by these rules.

use std::net::IpAddr;

use gibbon_conf::{Admin, Listener, Manager};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};

use crate::answer::Answer;
use crate::error::ApiError;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Which pages are let in, and under which names.
#[derive(Debug, Clone, Default)]
pub struct BrowserRules {
    /// As browsers write them: `https://manager.example.com`.
    origins: Vec<String>,
    /// In lower case, without a port.
    hosts: Vec<String>,
    /// The ports of the manager, with how addresses of its pages begin.
    manager: Vec<(&'static str, u16)>,
}

/// What an answer says to browsers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cors {
    /// No page asked.
    Open,
    /// A page of this origin asked, and may.
    Origin(HeaderValue),
    /// A page asked that may not: no header lets it read the answer.
    Refused,
}

impl BrowserRules {
    /// The rules of these settings, on the machine of that name.
    pub fn new(settings: &Admin, hostname: &str) -> Self {
        let of_pages = settings.gui_urls.iter().filter_map(|url| url.split_once("://"));
        let mut hosts: Vec<String> = of_pages.map(|(_, authority)| without_port(authority).to_owned()).collect();
        hosts.extend(settings.allowed_hosts.iter().cloned());
        hosts.extend(["localhost".to_owned(), hostname.to_ascii_lowercase()]);
        hosts.retain(|host| !host.is_empty());
        Self { origins: settings.gui_urls.clone(), hosts, manager: Vec::new() }
    }

    /// The same, with pages of the manager on the same machine among those that are let in.
    #[must_use]
    pub fn with_manager(self, settings: &Manager) -> Self {
        let port = |listener: &Listener| (if listener.tls { "https" } else { "http" }, listener.address.port());
        Self { manager: settings.listeners.iter().map(port).collect(), ..self }
    }

    /// Whether a request may be done, and what its answer says to the browser that sent it, if one did.
    ///
    /// `scheme` is how addresses on the port begin.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`].
    pub(crate) fn admit(
        &self,
        scheme: &str,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<Cors, ApiError> {
        let origin = headers.get(header::ORIGIN);
        let site = headers.get(SEC_FETCH_SITE);
        if origin.is_none() && site.is_none() {
            return Ok(Cors::Open);
        }
        self.check_host(uri, headers)?;
        let Some(origin) = origin else {
            return if is_own(site) || is_link(method, headers) {
                Ok(Cors::Open)
            } else {
                Err(foreign("another site"))
            };
        };
        let single = headers.get_all(header::ORIGIN).iter().count() == 1;
        let text = origin.to_str().unwrap_or_default().to_ascii_lowercase();
        let known =
            self.origins.contains(&text) || is_same(scheme, &text, headers) || self.is_of_manager(&text, headers);
        if single && known { Ok(Cors::Origin(origin.clone())) } else { Err(foreign(&format!("`{text}`"))) }
    }

    /// Every name that the request gives this machine must be one of ours. Browsers do not say that they are ones to a
    /// page's own server without TLS, so that where pages are served it is asked of everybody.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`].
    pub(crate) fn check_host(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), ApiError> {
        let of_fields = headers.get_all(header::HOST).iter().map(|value| value.to_str().unwrap_or_default());
        let names: Vec<&str> = of_fields.chain(uri.authority().map(Authority::as_str)).collect();
        match names.iter().find(|name| !self.is_ours(name)) {
            None if !names.is_empty() => Ok(()),
            other => {
                let name = other.copied().unwrap_or_default();
                let text = format!("a web page may not use the Admin API as `{name}`; add it to `admin_allowed_hosts`");
                Err(ApiError::Forbidden(text))
            }
        }
    }

    /// A page on one of the manager's ports, under the name under which this request has come.
    fn is_of_manager(&self, origin: &str, headers: &HeaderMap) -> bool {
        let Some((scheme, authority)) = origin.split_once("://") else { return false };
        let usual = if scheme == "https" { 443 } else { 80 };
        let name = without_port(authority);
        let port = authority.strip_prefix(name).and_then(|rest| rest.strip_prefix(':'));
        let port = port.map_or(Some(usual), |port| port.parse().ok());
        let is_ours = self.manager.iter().any(|(served, on)| *served == scheme && Some(*on) == port);
        is_ours && named(headers).is_some_and(|host| without_port(host).eq_ignore_ascii_case(name))
    }

    /// An address cannot be pointed elsewhere, so that any is ours if it got here.
    fn is_ours(&self, authority: &str) -> bool {
        let host = without_port(authority).to_ascii_lowercase();
        let host = host.strip_suffix('.').unwrap_or(&host);
        let literal = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        literal.parse::<IpAddr>().is_ok() || self.hosts.iter().any(|ours| ours == host)
    }
}

/// Kong's CORS headers. `Access-Control-Allow-Methods` follows `Allow`, so that both are right for the path. TRACE gets
/// none: no page can send it, and in Kong it does not reach the API.
pub(crate) fn decorate(answer: &mut Answer, cors: &Cors, method: &Method, headers: &HeaderMap) {
    if method == Method::TRACE {
        return;
    }
    let origin = match cors {
        Cors::Open => HeaderValue::from_static("*"),
        Cors::Origin(origin) => origin.clone(),
        Cors::Refused => {
            answer.headers.push((header::VARY, HeaderValue::from_static("Origin")));
            return;
        }
    };
    if matches!(cors, Cors::Origin(_)) {
        answer.headers.push((header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("ETag")));
        answer.headers.push((header::VARY, HeaderValue::from_static("Origin")));
    }
    answer.headers.push((header::ACCESS_CONTROL_ALLOW_ORIGIN, origin));
    answer.headers.push((header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true")));
    let allow = answer.headers.iter().find(|(name, _)| *name == header::ALLOW).map(|(_, value)| value.clone());
    if let Some(allow) = allow.filter(|_| method == Method::OPTIONS) {
        let asked = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
        let fields = asked.unwrap_or_else(|| HeaderValue::from_static("Content-Type"));
        answer.headers.push((header::ACCESS_CONTROL_ALLOW_METHODS, allow));
        answer.headers.push((header::ACCESS_CONTROL_ALLOW_HEADERS, fields));
    }
}

fn foreign(who: &str) -> ApiError {
    ApiError::Forbidden(format!("web pages of {who} may not use the Admin API; add their address to `admin_gui_url`"))
}

/// The user typed the address, or a page of this very server asked.
fn is_own(site: Option<&HeaderValue>) -> bool {
    site.is_some_and(|site| site == "same-origin" || site == "none")
}

/// A link that the user follows: the page that it stands on cannot read where it leads.
fn is_link(method: &Method, headers: &HeaderMap) -> bool {
    let is = |name: &HeaderName, value: &str| headers.get(name).is_some_and(|found| found == value);
    method.is_safe() && is(&SEC_FETCH_MODE, "navigate") && is(&SEC_FETCH_DEST, "document")
}

/// A page of this very server: its name has been checked.
fn is_same(scheme: &str, origin: &str, headers: &HeaderMap) -> bool {
    let authority = origin.strip_prefix(scheme).and_then(|rest| rest.strip_prefix("://"));
    named(headers).zip(authority).is_some_and(|(host, authority)| authority.eq_ignore_ascii_case(host))
}

/// The name under which a request has come.
fn named(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST)?.to_str().ok()
}

/// The colons of an IPv6 address are inside brackets.
fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests;
