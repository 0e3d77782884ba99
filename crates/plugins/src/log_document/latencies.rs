//! How long an exchange took.

use gibbon_plugin_api::Measure;

use super::millis;
use crate::json_text::Members;

/// The parts of an exchange, in milliseconds.
pub(crate) struct Latencies {
    /// In the gateway.
    pub(crate) kong: u64,
    /// Until the head of the upstream's answer was there, where it was asked.
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

    pub(super) fn write(&self, members: &mut Members<'_>) {
        members.number("kong", self.kong);
        match self.proxy {
            Some(proxy) => members.number("proxy", proxy),
            None => members.number("proxy", -1),
        }
        members.number("request", self.request);
        members.number("receive", self.receive);
    }
}
