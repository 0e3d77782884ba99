//! The attempts to reach an upstream.

use std::net::IpAddr;

use gibbon_plugin_api::Try;
use serde::{Serialize, Serializer};

/// One after the other.
pub(super) struct Attempts<'a>(pub(super) &'a [Try]);

#[derive(Serialize)]
struct Attempt {
    ip: IpAddr,
    port: u16,
    balancer_start: i64,
    balancer_start_ns: i64,
    balancer_latency: u64,
    balancer_latency_ns: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
}

impl Attempt {
    fn of(one: &Try) -> Self {
        let begun = one.choice_began_at_ns();
        let latency_ns = u64::try_from(one.chosen_in.as_nanos()).unwrap_or(u64::MAX);
        Self {
            ip: one.address.ip(),
            port: one.address.port(),
            balancer_start: begun / 1_000_000,
            balancer_start_ns: begun,
            balancer_latency: latency_ns / 1_000_000,
            balancer_latency_ns: latency_ns,
            state: None,
            code: None,
        }
    }

    /// As in Kong, what became of an attempt is known when the next one begins.
    fn ended(one: &Try) -> Self {
        Self { state: one.failure.map(|_| "failed"), code: one.failure, ..Self::of(one) }
    }
}

impl Serialize for Attempts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (last, ended) = match self.0.split_last() {
            Some((last, ended)) => (Some(last), ended),
            None => (None, [].as_slice()),
        };
        serializer.collect_seq(ended.iter().map(Attempt::ended).chain(last.map(Attempt::of)))
    }
}
