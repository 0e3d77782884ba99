//! Listeners: `0.0.0.0:8000 reuseport backlog=16384, [::]:8443 http2 ssl`.

mod keep_alive;

use crate::error::Warning;
use crate::key::Key;
use crate::reader::Reader;
pub use keep_alive::KeepAlive;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// A port to accept connections on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listener {
    /// Where to listen. Port 0 lets the system choose.
    pub address: SocketAddr,
    /// How many connections may wait to be accepted; the system's own limit when absent.
    pub backlog: Option<u32>,
    /// Whether the system asks now and then if a silent client is still there.
    pub keep_alive: KeepAlive,
    /// Whether clients speak TLS.
    pub tls: bool,
    /// Whether they may speak HTTP/2.
    pub http2: bool,
    /// Whether something in front tells who the client is, before its first byte (PROXY protocol).
    pub proxy_protocol: bool,
    /// What carries what clients send.
    pub carrier: Carrier,
}

/// What a port takes from the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// Connections.
    Tcp,
    /// Datagrams.
    Udp,
}

/// A listener as it was written, with the flags that say how it would have to be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    text: String,
    listener: Listener,
    flags: Vec<Flag>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flag {
    Deferred,
    /// One socket for both families.
    BothFamilies,
}

const USAGE: &str = "expected `off`, or `<ip>:<port>` with any of ssl, http2, proxy_protocol, deferred, bind, \
                     reuseport, backlog=<number>, ipv6only=on|off, so_keepalive=on|off|[idle]:[interval]:[probes], and \
                     commas between several";

const USAGE_OF_STREAMS: &str = "expected `off`, or `<ip>:<port>` with any of ssl, udp, proxy_protocol, bind, reuseport, \
                                backlog=<number>, ipv6only=on|off, so_keepalive=on|off|[idle]:[interval]:[probes], and \
                                commas between several";

/// What is served on a port; each has flags of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Served {
    Http,
    Streams,
}

impl Served {
    fn usage(self) -> &'static str {
        match self {
            Self::Http => USAGE,
            Self::Streams => USAGE_OF_STREAMS,
        }
    }
}

/// Reads a list of listeners for HTTP; `off` is none.
pub(crate) fn parse(text: &str) -> Result<Vec<Written>, String> {
    parse_for(Served::Http, text)
}

/// Reads a list of listeners for streams.
pub(crate) fn parse_of_streams(text: &str) -> Result<Vec<Written>, String> {
    parse_for(Served::Streams, text)
}

fn parse_for(served: Served, text: &str) -> Result<Vec<Written>, String> {
    let entries: Vec<_> = crate::list::elements(text).collect();
    match entries.first() {
        None => Err(served.usage().to_owned()),
        // Kong looks at the first entry only, and so do existing files.
        Some(&"off") => Ok(Vec::new()),
        Some(_) => entries.into_iter().map(|entry| parse_one(served, entry)).collect(),
    }
}

fn parse_one(served: Served, text: &str) -> Result<Written, String> {
    let usage = served.usage();
    let mut words = text.split_ascii_whitespace();
    let address = words.next().and_then(address).ok_or_else(|| format!("`{text}`: {usage}"))?;
    let listener = Listener {
        address,
        backlog: None,
        keep_alive: KeepAlive::System,
        tls: false,
        http2: false,
        proxy_protocol: false,
        carrier: Carrier::Tcp,
    };
    let mut written = Written { text: text.to_owned(), listener, flags: vec![] };
    for word in words {
        written.add(served, word).ok_or_else(|| format!("`{word}` in `{text}`: {usage}"))?;
    }
    written.check()?;
    Ok(written)
}

impl Written {
    /// Takes in a word behind the address; `None` where it is none that belongs there.
    fn add(&mut self, served: Served, word: &str) -> Option<()> {
        match word.split_once('=').unwrap_or((word, "")) {
            ("ssl", "") => self.listener.tls = true,
            ("http2", "") if served == Served::Http => self.listener.http2 = true,
            ("udp", "") if served == Served::Streams => self.listener.carrier = Carrier::Udp,
            ("proxy_protocol", "") => self.listener.proxy_protocol = true,
            ("deferred", "") if served == Served::Http => self.flags.push(Flag::Deferred),
            // Every listener binds, and every worker has a socket of its own.
            ("bind" | "reuseport", "") => {}
            // As in nginx, a socket of version 6 is for version 6 alone unless it is told otherwise.
            ("ipv6only", "on") if self.listener.address.is_ipv6() => {}
            ("ipv6only", "off") if self.listener.address.is_ipv6() => self.flags.push(Flag::BothFamilies),
            ("so_keepalive", value) => self.listener.keep_alive = KeepAlive::parse(value)?,
            ("backlog", digits) => {
                self.listener.backlog = Some(crate::size::count(digits).ok().filter(|number| *number > 0)?);
            }
            _ => return None,
        }
        Some(())
    }

    /// What belongs to connections has no meaning where there are none, as in nginx.
    fn check(&self) -> Result<(), String> {
        let Listener { carrier, tls, proxy_protocol, backlog, keep_alive, .. } = self.listener;
        if carrier == Carrier::Tcp {
            return Ok(());
        }
        let meant_for_connections = [
            ("ssl", tls),
            ("proxy_protocol", proxy_protocol),
            ("backlog", backlog.is_some()),
            ("so_keepalive", keep_alive != KeepAlive::System),
        ];
        match meant_for_connections.iter().find(|(_, is_given)| *is_given) {
            Some((flag, _)) => Err(format!("`{}`: `{flag}` is not to be had with `udp`", self.text)),
            None => Ok(()),
        }
    }
}

fn address(word: &str) -> Option<SocketAddr> {
    let (host, port) = word.rsplit_once(':')?;
    let port = port.bytes().all(|b| b.is_ascii_digit()).then(|| port.parse().ok())??;
    let ip: IpAddr = match host {
        // The one name that means the same on every machine; others would have to be resolved before a port opens.
        "localhost" => Ipv4Addr::LOCALHOST.into(),
        "*" => Ipv4Addr::UNSPECIFIED.into(),
        _ => match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
            Some(inner) => IpAddr::V6(inner.parse().ok()?),
            None => IpAddr::V4(host.parse().ok()?),
        },
    };
    Some(SocketAddr::new(ip, port))
}

/// The listeners, which are refused where one of them cannot be served.
pub(crate) fn read(reader: &mut Reader, key: &Key<Vec<Written>>) -> Vec<Listener> {
    let written = reader.read(key);
    let origin = reader.origin(key);
    let mut served: Vec<Listener> = Vec::new();
    for entry in written {
        if entry.flags.contains(&Flag::Deferred) {
            let (key, origin, listener) = (key.doc.name, origin.clone(), entry.text.clone());
            let reason = "`deferred` has no effect: a connection is accepted as soon as it is made";
            reader.warnings.push(Warning::NotServed { key, origin, listener, reason });
        }
        if entry.flags.contains(&Flag::BothFamilies) {
            let reason = "`ipv6only=off` is not supported: list the address of version 4 as a listener of its own";
            reader.refuse(key, format!("`{}`: {reason}", entry.text));
        }
        served.push(entry.listener);
    }
    if let Some(twice) = duplicate(&served) {
        reader.refuse(key, format!("`{twice}` is there twice"));
    }
    served
}

/// The same for ports that clients reach directly.
pub(crate) fn read_direct(reader: &mut Reader, key: &Key<Vec<Written>>) -> Vec<Listener> {
    let listeners = read(reader, key);
    if listeners.iter().any(|listener| listener.proxy_protocol) {
        reader.refuse(key, "the PROXY protocol is spoken on the ports of the proxy only".to_owned());
    }
    listeners
}

fn duplicate(listeners: &[Listener]) -> Option<SocketAddr> {
    let mut rest = listeners;
    while let [first, others @ ..] = rest {
        if first.address.port() != 0 && others.iter().any(|other| is_same_port(first, other)) {
            return Some(first.address);
        }
        rest = others;
    }
    None
}

fn is_same_port(one: &Listener, other: &Listener) -> bool {
    (one.address, one.carrier) == (other.address, other.carrier)
}

#[cfg(test)]
mod tests {
    use super::{Carrier, parse, parse_of_streams};

    fn addresses(text: &str) -> Vec<(String, Option<u32>)> {
        let parsed = parse(text).unwrap();
        parsed.iter().map(|w| (w.listener.address.to_string(), w.listener.backlog)).collect()
    }

    #[test]
    fn addresses_and_backlogs_are_read() {
        type Expected = [(&'static str, Option<u32>)];
        let cases: [(&str, &Expected); 8] = [
            ("0.0.0.0:8000", &[("0.0.0.0:8000", None)]),
            ("0.0.0.0:8000 reuseport backlog=16384", &[("0.0.0.0:8000", Some(16384))]),
            ("127.0.0.1:0 , [::]:8443   http2 ssl", &[("127.0.0.1:0", None), ("[::]:8443", None)]),
            ("localhost:8001,*:80", &[("127.0.0.1:8001", None), ("0.0.0.0:80", None)]),
            ("[::1]:80 ipv6only=on bind deferred", &[("[::1]:80", None)]),
            ("1.2.3.4:80 so_keepalive=on backlog=7", &[("1.2.3.4:80", Some(7))]),
            ("off", &[]),
            ("off, 0.0.0.0:8000", &[]),
        ];
        for (text, expected) in cases {
            let expected: Vec<_> = expected.iter().map(|(a, b)| ((*a).to_owned(), *b)).collect();
            assert_eq!(addresses(text), expected, "{text}");
        }
    }

    #[test]
    fn flags_say_how_a_port_is_served() {
        let flags = |text| parse(text).map(|all| all.iter().map(|w| w.listener).next().unwrap()).unwrap();
        let plain = flags("0.0.0.0:80 reuseport");
        assert_eq!((plain.tls, plain.http2, plain.proxy_protocol), (false, false, false));
        let all = flags("0.0.0.0:80 ssl http2 proxy_protocol");
        assert_eq!((all.tls, all.http2, all.proxy_protocol), (true, true, true));
    }

    #[test]
    fn what_is_no_listener_is_refused() {
        let wrong = ["", "8000", "0.0.0.0", "0.0.0.0:", "0.0.0.0:65536", "0.0.0.0:+80", "example.com:80", "::1:80"];
        let flags = ["0.0.0.0:80 tls", "0.0.0.0:80 backlog=", "0.0.0.0:80 backlog=0", "unix:/run/gibbon.sock"];
        let more = ["0.0.0.0:80 ipv6only=on", "[::]:80 ipv6only", "[::]:80 ipv6only=yes", "0.0.0.0:80 ssl=on"];
        let keep_alive = ["0.0.0.0:80 so_keepalive", "0.0.0.0:80 so_keepalive=::", "0.0.0.0:80 so_keepalive=1:2"];
        for text in wrong.into_iter().chain(flags).chain(more).chain(keep_alive) {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_port_of_streams_takes_connections_or_datagrams() {
        let parsed = parse_of_streams("0.0.0.0:53 udp reuseport, [::1]:443 ssl proxy_protocol backlog=9").unwrap();
        let found: Vec<_> = parsed
            .iter()
            .map(|written| (written.listener.carrier, written.listener.tls, written.listener.proxy_protocol))
            .collect();
        assert_eq!(found, [(Carrier::Udp, false, false), (Carrier::Tcp, true, true)]);
        assert!(parse_of_streams("off").unwrap().is_empty());
    }

    #[test]
    fn what_belongs_to_connections_or_to_http_is_refused_elsewhere() {
        for flag in ["ssl", "proxy_protocol", "backlog=5", "so_keepalive=on"] {
            let why = parse_of_streams(&format!("127.0.0.1:53 udp {flag}")).unwrap_err();
            assert!(why.ends_with("is not to be had with `udp`"), "{why}");
        }
        assert!(parse_of_streams("127.0.0.1:53 http2").is_err());
        assert!(parse_of_streams("127.0.0.1:53 deferred").is_err());
        assert!(parse("127.0.0.1:53 udp").is_err());
    }
}
