//! The compiled router of streams agrees with a linear scan that follows the written rules.
#![cfg(test)]

use std::net::{IpAddr, SocketAddr};

use gibbon_router::stream::{Endpoint, Net, Spoken, StreamKey, StreamKinds, StreamRouter, StreamSpec};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use uuid::Uuid;

const ADDRESSES: [&str; 5] = ["10.0.0.1", "10.0.0.2", "10.1.0.1", "2001:db8::1", "2001:db8:1::1"];
const NAMES: [&str; 4] = ["a.test", "b.test", "x.a.test", "a.other"];
const PATTERNS: [&str; 6] = ["a.test", "B.test", "x.a.test.", "*.test", "a.*", "*.a.test"];

fn address() -> impl Strategy<Value = IpAddr> {
    proptest::sample::select(&ADDRESSES[..]).prop_map(|text| text.parse().unwrap())
}

fn socket() -> impl Strategy<Value = SocketAddr> {
    (address(), 1_u16..4).prop_map(SocketAddr::from)
}

fn net() -> impl Strategy<Value = Net> {
    (address(), proptest::sample::select(&[0_u8, 8, 16, 24, 32, 64, 128][..])).prop_map(|(address, prefix)| {
        let longest = if address.is_ipv4() { 32 } else { 128 };
        Net { address, prefix: prefix.min(longest) }
    })
}

fn endpoint() -> impl Strategy<Value = Endpoint> {
    (option::of(net()), option::of(1_u16..4)).prop_map(|(net, port)| Endpoint { net, port })
}

fn spec() -> impl Strategy<Value = StreamSpec> {
    let names = vec(proptest::sample::select(&PATTERNS[..]).prop_map(str::to_owned), 0..3);
    let kinds = (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(tcp, tls, udp)| StreamKinds { tcp, tls, udp });
    (any::<u128>(), kinds, vec(endpoint(), 0..3), vec(endpoint(), 0..3), names).prop_map(
        |(id, kinds, sources, destinations, snis)| StreamSpec {
            id: Uuid::from_u128(id),
            kinds,
            sources,
            destinations,
            snis,
        },
    )
}

fn net_has(net: Net, address: IpAddr) -> bool {
    let bits = |address: IpAddr| match address {
        IpAddr::V4(four) => format!("{:032b}", four.to_bits()),
        IpAddr::V6(six) => format!("{:0128b}", six.to_bits()),
    };
    let (own, other) = (bits(net.address), bits(address));
    own.len() == other.len() && own[..net.prefix.into()] == other[..net.prefix.into()]
}

fn ends_fit(ends: &[Endpoint], socket: SocketAddr) -> bool {
    let fits = |end: &Endpoint| {
        end.net.is_none_or(|net| net_has(net, socket.ip())) && end.port.is_none_or(|port| port == socket.port())
    };
    ends.is_empty() || ends.iter().any(fits)
}

fn name_fits(pattern: &str, name: &str) -> bool {
    let pattern = pattern.to_lowercase();
    let pattern = pattern.trim_end_matches('.');
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => name.ends_with(end),
        (_, Some(begin)) => name.starts_with(begin),
        _ => name == pattern,
    }
}

fn fits(spec: &StreamSpec, key: &StreamKey<'_>) -> bool {
    let kind = match key.spoken {
        Spoken::Tcp => spec.kinds.tcp,
        Spoken::Tls => spec.kinds.tls,
        Spoken::Udp => spec.kinds.udp,
    };
    let named = || key.sni.is_some_and(|name| spec.snis.iter().any(|pattern| name_fits(pattern, name)));
    kind && (key.spoken != Spoken::Tls || spec.snis.is_empty() || named())
        && ends_fit(&spec.sources, key.source)
        && ends_fit(&spec.destinations, key.destination)
}

/// By counting instead of by shifts.
fn weight(spec: &StreamSpec) -> (bool, u8, u8) {
    let end = |ends: &[Endpoint]| {
        let is_single = |net: Net| net.prefix == if net.address.is_ipv4() { 32 } else { 128 };
        let single = ends.iter().any(|end| end.net.is_some_and(is_single));
        let range = ends.iter().any(|end| end.net.is_some_and(|net| !is_single(net)));
        let port = ends.iter().any(|end| end.port.is_some());
        u8::from(single) * 8 + u8::from(port) * 4 + u8::from(range)
    };
    let named = !spec.snis.is_empty() || !spec.sources.is_empty() && !spec.destinations.is_empty();
    (named, end(&spec.sources), end(&spec.destinations))
}

fn expected(specs: &[StreamSpec], key: &StreamKey<'_>) -> Option<usize> {
    (0..specs.len())
        .filter(|index| fits(&specs[*index], key))
        .max_by_key(|index| (weight(&specs[*index]), specs[*index].id))
}

proptest! {
    #[test]
    fn the_router_finds_what_a_scan_finds(
        specs in vec(spec(), 0..12),
        source in socket(),
        destination in socket(),
        sni in option::of(proptest::sample::select(&NAMES[..])),
        spoken in proptest::sample::select(&[Spoken::Tcp, Spoken::Tls, Spoken::Udp][..]),
    ) {
        let router = StreamRouter::build(&specs);
        let key = StreamKey { spoken, source, destination, sni: sni.filter(|_| spoken == Spoken::Tls) };
        prop_assert_eq!(router.find(&key), expected(&specs, &key));
    }
}
