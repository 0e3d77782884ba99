//! Any bytes as what a trusted proxy says of the client: no panic, and never an address that nobody has named.

use std::net::{IpAddr, SocketAddr};
use std::sync::OnceLock;

use gibbon_conf::{ConfFile, Machine, RealIp, Sources, User, load};
use gibbon_proxy::address_told_by_proxies;

use crate::{Inputs, mutation};

const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

fn settings(recursive: &str) -> RealIp {
    let env = [("KONG_TRUSTED_IPS", "127.0.0.0/8, 10.0.0.0/8, ::1"), ("KONG_REAL_IP_RECURSIVE", recursive)];
    let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let machine = Machine { user: User::Root, cores: 1, folder: "/".into() };
    let loaded = load(&Sources { file: ConfFile::Search(vec![]), env, options: vec![], machine });
    loaded.expect("the settings are valid").conf.real_ip
}

/// Panics where that does not hold.
pub fn check(bytes: &[u8]) {
    static SETTINGS: OnceLock<[RealIp; 2]> = OnceLock::new();
    for settings in SETTINGS.get_or_init(|| ["on", "off"].map(settings)) {
        let values = || bytes.split(|byte| *byte == b'\n');
        let told = address_told_by_proxies(PEER, values(), settings);
        let names = |part: &str| {
            let bare = part.trim_start_matches('[').split(']').next().unwrap_or_default();
            bare.parse() == Ok(told) || part.parse().map(|socket: SocketAddr| socket.ip()) == Ok(told)
        };
        let readable = || values().filter_map(|value| std::str::from_utf8(value).ok());
        assert!(told == PEER || readable().flat_map(|value| value.split(',')).any(|part| names(part.trim())));
        assert_eq!(told, address_told_by_proxies(PEER, values(), settings));
    }
}

const WORDS: &[&[u8]] = &[b", ", b"10.0.0.1", b"127.0.0.1:80", b"[::1]:1", b"::ffff:10.0.0.1", b"unknown", b"[", b"]"];

/// Values of `X-Forwarded-For`, right but for some changes.
pub fn inputs() -> Inputs {
    let examples =
        ["192.0.2.1, 10.0.0.1", "[2001:db8::1]:4711, 10.0.0.2", "192.0.2.1\n10.0.0.1, 127.0.0.1", "::1,1.2.3.4:5"];
    mutation::of(examples.map(|text| text.as_bytes().to_vec()).to_vec(), WORDS)
}
