//! The manager: the web pages of the gateway, and where they find the Admin API.

use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::listen::{self, Listener, Written};
use crate::reader::Reader;
use crate::section::status::Demand;
use crate::section::tls::{self, PortTls};

/// Settings of the manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manager {
    /// Where requests are accepted; empty when the manager is off.
    pub listeners: Vec<Listener>,
    /// What clients of those with TLS are shown.
    pub tls: PortTls,
    /// Whether anybody asked for these.
    pub demand: Demand,
    /// The path below which it is found: empty, or `/` and a name, without `/` at the end.
    pub path: String,
    /// Where a manager that is not ours finds the Admin API; empty when it works that out itself.
    pub api_url: String,
}

const LISTEN: Key<Vec<Written>> = Key::new(
    "admin_gui_listen",
    "127.0.0.1:8002",
    Kind::Listeners,
    listen::parse,
    "The addresses of the manager, or `off`; flags as in `admin_listen`. The Admin API is below `/api` on the same ports, \
     so that the manager works under whatever name it is opened. Who comes from another machine is let into that only with \
     one of `admin_tokens`. If the port of the default is taken, the gateway starts without it and says so.",
);

const PATH: Key<String> = Key::new(
    "admin_gui_path",
    "/",
    Kind::Text,
    path,
    "The path below which the manager is found, for proxies that serve other things on the same name.",
);

const API_URL: Key<String> = Key::new(
    "admin_gui_api_url",
    "",
    Kind::Text,
    api_url,
    "The address of the Admin API that `/kconfig.js` names, for a manager other than the one of the gateway. When it is not \
     set, such a manager looks on the port of the Admin API. The pages of the gateway always use `/api`.",
);

const KEYS: &[KeyDoc] = &[LISTEN.doc, PATH.doc, API_URL.doc];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Manager", keys: KEYS };

/// Letters that are the same in a path, in HTML and in a script.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte)
}

fn path(text: &str) -> Result<String, String> {
    let trimmed = text.strip_suffix('/').unwrap_or(text);
    let rooted = text.starts_with('/') && !trimmed.contains("//");
    if !rooted || !trimmed.bytes().all(is_plain) || trimmed.split('/').any(|part| part == "." || part == "..") {
        return Err("expected a path that starts with `/`, of letters, digits, `-`, `.`, `_` and `~`".to_owned());
    }
    Ok(trimmed.to_owned())
}

fn api_url(text: &str) -> Result<String, String> {
    let authority = text.split_once("://").map_or(Some(text), |(scheme, rest)| {
        matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https").then_some(rest)
    });
    let is_part = |byte: u8| is_plain(byte) || b":[]%".contains(&byte);
    match authority {
        Some("") if !text.is_empty() => Err("expected an address with a host".to_owned()),
        Some(rest) if rest.bytes().all(is_part) => Ok(text.to_owned()),
        _ => Err("expected an address, with or without http:// or https://".to_owned()),
    }
}

impl Manager {
    pub(crate) fn read(reader: &mut Reader) -> Self {
        Self {
            demand: Demand::of(reader, &LISTEN),
            listeners: listen::read_direct(reader, &LISTEN),
            tls: tls::read_port(reader, tls::MANAGER),
            path: reader.read(&PATH),
            api_url: reader.read(&API_URL),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{api_url, path};

    #[test]
    fn a_path_is_kept_without_its_last_slash() {
        let cases = [("/", ""), ("/manager", "/manager"), ("/a/b-c/", "/a/b-c")];
        for (text, expected) in cases {
            assert_eq!(path(text).as_deref(), Ok(expected));
        }
        for text in ["", "manager", "//a", "/a//b", "/a?b", "/\"", "/<", "/a/../b", "/."] {
            assert!(path(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_of_the_admin_api_may_do_without_a_scheme() {
        for text in ["", "http://localhost:8001", "HTTPS://api.example.com/admin", "api.example.com:8001", "[::1]:8001"]
        {
            assert_eq!(api_url(text).as_deref(), Ok(text));
        }
        for text in ["ftp://x", "http://", "http://a'b", "a b", "javascript:alert(1)"] {
            assert!(api_url(text).is_err(), "{text}");
        }
    }
}
