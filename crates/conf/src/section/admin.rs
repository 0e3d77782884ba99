//! The Admin API: its ports, and who may use it from a browser.

use crate::admin_token::AdminToken;
use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::list;
use crate::listen::{self, Listener, Written};
use crate::reader::Reader;
use crate::section::status::Demand;
use crate::section::tls::{self, PortTls};
use crate::size;

/// Settings of the Admin API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    /// Where requests are accepted; empty when the Admin API is off.
    pub listeners: Vec<Listener>,
    /// Whether anybody asked for these.
    pub demand: Demand,
    /// What clients of those with TLS are shown, and asked for.
    pub tls: PortTls,
    /// Bytes of a body; `None` when there is no bound.
    pub body_bytes: Option<u64>,
    /// Origins (`https://manager.example.com`) of the web pages that may use the Admin API.
    pub gui_urls: Vec<String>,
    /// Host names, in lower case, under which a browser may reach the Admin API.
    pub allowed_hosts: Vec<String>,
    /// Tokens of which each request has to show one; none are asked for where there are none.
    pub tokens: Vec<AdminToken>,
}

const LISTEN: Key<Vec<Written>> = Key::new(
    "admin_listen",
    "127.0.0.1:8001, 127.0.0.1:8444 http2 ssl",
    Kind::Listeners,
    listen::parse,
    "The addresses on which the Admin API accepts requests, or `off`; flags as in `proxy_listen`, but for \
     `proxy_protocol`. Whoever reaches it controls the gateway and reads its secrets, so it is open to this machine \
     only. Of the default, the gateway starts without the port for TLS if that is taken.",
);

const BODY_BYTES: Key<u64> = Key::new(
    "nginx_admin_client_max_body_size",
    "10m",
    Kind::Size,
    size::parse,
    "The longest body of a request to the Admin API; a longer one gets 413. 0 is no bound.",
);

const GUI_URL: Key<Vec<String>> = Key::new(
    "admin_gui_url",
    "",
    Kind::List,
    |text| list::parse_each(text, origin),
    "The addresses (`https://manager.example.com`) of web pages that may use the Admin API from a browser.",
);

const ALLOWED_HOSTS: Key<Vec<String>> = Key::new(
    "admin_allowed_hosts",
    "",
    Kind::List,
    |text| list::parse_each(text, host),
    "Host names under which a browser may reach the Admin API, besides `localhost`, IP addresses and the host of \
     `admin_gui_url`. Under any other name a request of a web page is refused, since the name may have been bent to this \
     machine (DNS rebinding). Requests that do not come from a browser may use any name.",
);

const TOKENS: Key<Vec<AdminToken>> = Key::new(
    "admin_tokens",
    "",
    Kind::List,
    |text| list::elements(text).map(AdminToken::parse).collect(),
    "Tokens of which each request to the Admin API has to show one, as `Authorization: Bearer …` or in \
     `Kong-Admin-Token`. An element is the line that `gibbon admin-token new` prints: the name of the token, `full` or \
     `read-only`, and the digest of the token, which is itself kept nowhere. When there are none, whoever reaches the \
     Admin API may use it.",
)
.secret();

const KEYS: &[KeyDoc] = &[LISTEN.doc, BODY_BYTES.doc, GUI_URL.doc, ALLOWED_HOSTS.doc, TOKENS.doc];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Admin API", keys: KEYS };

/// The part of an address that a browser sends as `Origin` (RFC 6454): scheme, host and port, in lower case.
fn origin(text: &str) -> Result<String, String> {
    let lower = text.to_ascii_lowercase();
    let (scheme, rest) = lower.split_once("://").unwrap_or_default();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let usual_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return Err("expected an address that starts with http:// or https://".to_owned()),
    };
    if authority.is_empty() || authority.contains('@') || authority.contains(char::is_whitespace) {
        return Err("expected an address with a host".to_owned());
    }
    Ok(format!("{scheme}://{}", authority.strip_suffix(usual_port).unwrap_or(authority)))
}

fn host(text: &str) -> Result<String, String> {
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.' || b == b'_';
    if !text.bytes().all(is_name) {
        return Err("expected a host name without scheme and port".to_owned());
    }
    Ok(text.to_ascii_lowercase())
}

impl Admin {
    pub(crate) fn read(reader: &mut Reader) -> Self {
        Self {
            demand: Demand::of(reader, &LISTEN),
            listeners: listen::read_direct(reader, &LISTEN),
            tls: tls::read_port(reader, tls::ADMIN),
            body_bytes: Some(reader.read(&BODY_BYTES)).filter(|bytes| *bytes > 0),
            gui_urls: reader.read(&GUI_URL),
            allowed_hosts: reader.read(&ALLOWED_HOSTS),
            tokens: reader.read(&TOKENS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{host, origin};

    #[test]
    fn an_address_of_a_page_becomes_what_browsers_send_as_origin() {
        let cases = [
            ("http://Manager.example.com:8002", "http://manager.example.com:8002"),
            ("https://manager.example.com/manager/", "https://manager.example.com"),
            ("https://manager.example.com:443", "https://manager.example.com"),
            ("http://[::1]:80/", "http://[::1]"),
        ];
        for (url, expected) in cases {
            assert_eq!(origin(url).as_deref(), Ok(expected));
        }
        for url in ["manager.example.com", "ftp://x", "http://", "http://user@x", "*"] {
            assert!(origin(url).is_err(), "{url}");
        }
    }

    #[test]
    fn allowed_hosts_are_names() {
        assert_eq!(host("Kong.local").as_deref(), Ok("kong.local"));
        assert!(host("http://kong").is_err() && host("kong:8001").is_err() && host("*").is_err());
    }
}
