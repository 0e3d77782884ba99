//! How long an exchange took.

use gibbon_plugin_api::Measure;
use serde::{Serialize, Serializer};

use super::millis;

/// The parts of an exchange, in milliseconds.
#[derive(Serialize)]
pub(crate) struct Latencies {
    /// In the gateway.
    pub(crate) kong: u64,
    /// Until the head of the upstream's answer was there, where it was asked.
    #[serde(serialize_with = "known_or_minus_one")]
    pub(crate) proxy: Option<u64>,
    /// Altogether.
    pub(crate) request: u64,
    /// From the head of the upstream's answer until its end.
    receive: u64,
}

impl Latencies {
    pub(crate) fn of(measure: &Measure) -> Self {
        let (request, receive) = (millis(measure.total), millis(measure.receive));
        let proxy = measure.upstream.map(millis);
        let kong = request.saturating_sub(receive).saturating_sub(proxy.unwrap_or(0));
        Self { kong, proxy, request, receive }
    }
}

fn known_or_minus_one<S: Serializer>(proxy: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    match proxy {
        Some(proxy) => serializer.serialize_u64(*proxy),
        None => serializer.serialize_i64(-1),
    }
}
