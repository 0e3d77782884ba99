//! Which of several routes that fit is the better one.
//!
//! Kong computes a number for each route (`kong/router/transform.lua`): one bit for a server name, which stands also for
//! source *and* destination together, and below it what is known of the source, then of the destination. There a plain
//! address is worth more than a port, and a port more than a range of addresses.

use super::spec::{Endpoint, StreamSpec};

const NAMED: u64 = 1 << 61;
const ADDRESS: u64 = 1 << 3;
const PORT: u64 = 1 << 2;
const RANGE: u64 = 1;

/// The larger, the better.
pub(super) fn of(spec: &StreamSpec) -> u64 {
    let both_ends = !spec.sources.is_empty() && !spec.destinations.is_empty();
    let named = if both_ends || !spec.snis.is_empty() { NAMED } else { 0 };
    named | of_end(&spec.sources) << 4 | of_end(&spec.destinations)
}

fn of_end(endpoints: &[Endpoint]) -> u64 {
    endpoints.iter().fold(0, |weight, endpoint| {
        let net = endpoint.net.map_or(0, |net| if net.is_one() { ADDRESS } else { RANGE });
        let port = endpoint.port.map_or(0, |_| PORT);
        weight | net | port
    })
}
