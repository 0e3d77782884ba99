//! Any bytes as what a trusted proxy says of the client: no panic, and never an address that nobody has named.
#![no_main]

use std::net::{IpAddr, SocketAddr};
use std::sync::OnceLock;

use gibbon_conf::{ConfFile, Machine, RealIp, Sources, User, load};
use gibbon_proxy::address_told_by_proxies;
use libfuzzer_sys::fuzz_target;

const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

fn settings(recursive: &str) -> RealIp {
    let env = [("KONG_TRUSTED_IPS", "127.0.0.0/8, 10.0.0.0/8, ::1"), ("KONG_REAL_IP_RECURSIVE", recursive)];
    let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let machine = Machine { user: User::Root, cores: 1, folder: "/".into() };
    let loaded = load(&Sources { file: ConfFile::Search(vec![]), env, options: vec![], machine });
    loaded.expect("the settings are valid").conf.real_ip
}

fuzz_target!(|bytes: &[u8]| {
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
});
