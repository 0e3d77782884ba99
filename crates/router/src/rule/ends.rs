//! Where requests come from and arrive, as an expression.

use std::net::IpAddr;

use gibbon_expression::{Expression, Subsystem};

use crate::flavor::Flavor;
use crate::spec::{Ends, RouteFault, RouteSpec};

/// The condition of a route on addresses and ports, if it has one.
pub(super) fn compile(route: &RouteSpec, flavor: Flavor, faults: &mut Vec<RouteFault>) -> Option<Expression> {
    if flavor != Flavor::Expressions {
        return None;
    }
    let sides = [("net.src", &route.sources), ("net.dst", &route.destinations)];
    let sides: Vec<String> =
        sides.iter().filter(|(_, ends)| !ends.is_empty()).map(|(side, ends)| text(side, ends)).collect();
    if sides.is_empty() {
        return None;
    }
    match Expression::parse(&sides.join(" && "), Subsystem::Http) {
        Ok(expression) => Some(expression),
        Err(error) => {
            faults.push(RouteFault::Expression(error.to_string()));
            None
        }
    }
}

fn text(side: &str, ends: &[Ends]) -> String {
    let tests = ends.iter().map(|Ends { ip, port }| {
        let ip = ip.map(|(address, bits)| format!("{side}.ip in {}/{bits}", first(address, bits)));
        let port = port.map(|port| format!("{side}.port == {port}"));
        let tests: Vec<String> = ip.into_iter().chain(port).collect();
        format!("({})", tests.join(" && "))
    });
    format!("({})", tests.collect::<Vec<_>>().join(" || "))
}

/// The first address of a range: the parser takes no range that begins elsewhere.
fn first(address: IpAddr, bits: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or_default();
            IpAddr::V4((address.to_bits() & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or_default();
            IpAddr::V6((address.to_bits() & mask).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_become_an_expression_that_the_parser_takes() {
        let ends = |ip: Option<(&str, u8)>, port| Ends { ip: ip.map(|(ip, bits)| (ip.parse().unwrap(), bits)), port };
        let route = RouteSpec {
            sources: vec![ends(Some(("10.1.2.3", 8)), Some(80)), ends(None, Some(81))],
            destinations: vec![ends(Some(("fd00::1", 128)), None), ends(Some(("1.2.3.4", 0)), None)],
            ..RouteSpec::default()
        };
        let expected = "((net.src.ip in 10.0.0.0/8 && net.src.port == 80) || (net.src.port == 81))";
        assert_eq!(text("net.src", &route.sources), expected);
        let expected = "((net.dst.ip in fd00::1/128) || (net.dst.ip in 0.0.0.0/0))";
        assert_eq!(text("net.dst", &route.destinations), expected);
        let mut faults = Vec::new();
        assert!(compile(&route, Flavor::Expressions, &mut faults).is_some());
        assert!(compile(&route, Flavor::TraditionalCompatible, &mut faults).is_none());
        assert_eq!(faults, []);
    }
}
