//! Routes and streams in, routes out.

use std::net::SocketAddr;

use uuid::Uuid;

use super::{Endpoint, Net, Spoken, StreamKey, StreamKinds, StreamRouter, StreamSpec};

const ALL: StreamKinds = StreamKinds { tcp: true, tls: true, udp: true };

/// `10.0.0.0/8:53`, `10.0.0.1`, `:53`.
fn endpoint(text: &str) -> Endpoint {
    let (net, port) = text.split_once(':').map_or((text, None), |(net, port)| (net, Some(port.parse().unwrap())));
    let net = (!net.is_empty()).then(|| {
        let (address, prefix) = net.split_once('/').unwrap_or((net, "32"));
        Net { address: address.parse().unwrap(), prefix: prefix.parse().unwrap() }
    });
    Endpoint { net, port }
}

/// A route for all kinds of streams. Its id is its place among those of a test, from 1.
fn route(sources: &[&str], destinations: &[&str], snis: &[&str]) -> StreamSpec {
    StreamSpec {
        id: Uuid::nil(),
        kinds: ALL,
        sources: sources.iter().map(|text| endpoint(text)).collect(),
        destinations: destinations.iter().map(|text| endpoint(text)).collect(),
        snis: snis.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn router(routes: impl IntoIterator<Item = StreamSpec>) -> StreamRouter {
    let numbered = (1..).zip(routes).map(|(number, route)| StreamSpec { id: Uuid::from_u128(number), ..route });
    StreamRouter::build(&numbered.collect::<Vec<_>>())
}

fn found(router: &StreamRouter, spoken: Spoken, source: &str, destination: &str, sni: Option<&str>) -> Option<usize> {
    let socket = |text: &str| text.parse::<SocketAddr>().unwrap();
    router.find(&StreamKey { spoken, source: socket(source), destination: socket(destination), sni })
}

const FROM: &str = "10.1.2.3:40000";
const TO: &str = "192.0.2.1:5432";

fn over_tcp(router: &StreamRouter) -> Option<usize> {
    found(router, Spoken::Tcp, FROM, TO, None)
}

#[test]
fn all_that_a_route_asks_for_must_hold() {
    let fits = |route: StreamSpec| over_tcp(&router([route])).is_some();
    assert!(fits(route(&["10.1.2.3"], &[], &[])) && !fits(route(&["10.1.2.4"], &[], &[])));
    assert!(fits(route(&["10.0.0.0/8:40000"], &[], &[])) && !fits(route(&["10.0.0.0/8:40001"], &[], &[])));
    assert!(fits(route(&[], &[":1", ":5432"], &[])) && !fits(route(&[], &[":1", "192.0.2.2:5432"], &[])));
    assert!(fits(route(&[":40000"], &["192.0.2.0/24"], &[])) && !fits(route(&[":40000"], &["192.0.3.0/24"], &[])));
}

#[test]
fn a_range_is_of_one_family() {
    let everything = router([route(&["0.0.0.0/0"], &[], &[])]);
    assert_eq!(over_tcp(&everything), Some(0));
    assert_eq!(found(&everything, Spoken::Tcp, "[2001:db8::1]:1", "[2001:db8::2]:2", None), None);
    let mut six = route(&[], &[], &[]);
    six.sources = vec![Endpoint { net: Some(Net { address: "2001:db8::".parse().unwrap(), prefix: 33 }), port: None }];
    let six = router([six]);
    assert_eq!(found(&six, Spoken::Udp, "[2001:db8:7fff::]:1", "[::1]:2", None), Some(0));
    assert_eq!(found(&six, Spoken::Udp, "[2001:db8:8000::]:1", "[::1]:2", None), None);
}

#[test]
fn server_names_count_for_tls_only() {
    let named = router([route(&[], &[], &["a.test", "B.test.", "*.c.test", "d.*"])]);
    let tls = |sni| found(&named, Spoken::Tls, FROM, TO, sni).is_some();
    assert!(["a.test", "b.test", "x.c.test", "d.test"].into_iter().all(|name| tls(Some(name))));
    assert!(!tls(Some("c.test")) && !tls(Some("other.test")) && !tls(None));
    assert_eq!(over_tcp(&named), Some(0));
}

#[test]
fn a_route_takes_the_kinds_of_streams_that_it_names() {
    let mut only_udp = route(&[], &[":5432"], &[]);
    only_udp.kinds = StreamKinds { udp: true, ..StreamKinds::default() };
    let router = router([only_udp]);
    assert_eq!(over_tcp(&router), None);
    assert_eq!(found(&router, Spoken::Udp, FROM, TO, None), Some(0));
    assert_eq!(found(&router, Spoken::Tls, FROM, TO, Some("a.test")), None);
}

#[test]
fn the_better_described_route_wins_wherever_it_stands() {
    // From the worst to the best.
    let order = || {
        [
            route(&[], &["192.0.2.0/24"], &[]),
            route(&[], &[":5432"], &[]),
            route(&[], &["192.0.2.1"], &[]),
            route(&[], &["192.0.2.1:5432"], &[]),
            route(&["10.0.0.0/8"], &[], &[]),
            route(&[":40000"], &[], &[]),
            route(&["10.1.2.3"], &[], &[]),
            route(&[], &[], &["a.test"]),
            route(&["10.0.0.0/8"], &["192.0.2.0/24"], &[]),
            route(&["10.1.2.3"], &["192.0.2.1"], &[]),
            route(&["10.1.2.3"], &["192.0.2.1"], &["a.test"]),
        ]
    };
    for best in 1..order().len() {
        for worse in 0..best {
            let pair = |a: usize, b: usize| router([order()[a].clone(), order()[b].clone()]);
            let tls = |router: &StreamRouter| found(router, Spoken::Tls, FROM, TO, Some("a.test"));
            // The last two weigh the same: there the larger id decides.
            let same = (worse, best) == (9, 10);
            assert_eq!(tls(&pair(worse, best)), Some(1), "{worse} {best}");
            assert_eq!(tls(&pair(best, worse)), Some(usize::from(same)), "{best} {worse}");
        }
    }
}
