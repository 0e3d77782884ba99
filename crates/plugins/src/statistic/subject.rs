//! An exchange or a stream as it is counted.

use std::str::FromStr;

use gibbon_entities::{Consumer, Route, Service};
use gibbon_plugin_api::{LogCx, StreamLogCx};

use crate::log_document::{Latencies, millis};

/// See the module. A stream has neither sizes nor the latency of an answer.
pub(crate) struct Subject<'r> {
    pub(crate) status: u16,
    pub(crate) route: Option<&'r Route>,
    pub(crate) service: Option<&'r Service>,
    pub(crate) consumer: Option<&'r Consumer>,
    request_size: Option<u64>,
    response_size: Option<u64>,
    /// Milliseconds, as the others.
    latency: Option<u64>,
    upstream_latency: Option<u64>,
    gateway_latency: u64,
}

/// What is measured of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Statistic {
    /// That it has happened.
    RequestCount,
    /// Bytes that have come.
    RequestSize,
    /// Bytes that have gone.
    ResponseSize,
    /// How long it has taken.
    Latency,
    /// How long the upstream has taken for the head of its answer.
    UpstreamLatency,
    /// How long the gateway has taken itself.
    GatewayLatency,
}

impl<'r> Subject<'r> {
    pub(crate) fn of(cx: &'r LogCx<'_>) -> Self {
        let latencies = Latencies::of(&cx.measure);
        Self {
            status: cx.response.status.as_u16(),
            route: cx.route,
            service: cx.service,
            consumer: cx.identity.consumer.as_deref(),
            request_size: Some(cx.measure.request_bytes),
            response_size: Some(cx.measure.response_bytes),
            latency: Some(latencies.request),
            upstream_latency: latencies.proxy,
            gateway_latency: latencies.kong,
        }
    }

    pub(crate) fn of_stream(cx: &'r StreamLogCx<'_>) -> Self {
        Self {
            status: cx.status.as_u16(),
            route: cx.route,
            service: cx.service,
            consumer: None,
            request_size: None,
            response_size: None,
            latency: None,
            upstream_latency: None,
            gateway_latency: millis(cx.until_upstream),
        }
    }

    /// The value of a statistic, where there is one.
    pub(crate) fn value(&self, statistic: Statistic) -> Option<u64> {
        match statistic {
            Statistic::RequestCount => Some(1),
            Statistic::RequestSize => self.request_size,
            Statistic::ResponseSize => self.response_size,
            Statistic::Latency => self.latency,
            Statistic::UpstreamLatency => self.upstream_latency,
            Statistic::GatewayLatency => Some(self.gateway_latency),
        }
    }

    /// The service by its name, else by its host.
    pub(crate) fn service_name(&self) -> Option<&'r str> {
        self.service.map(|service| service.name.as_deref().unwrap_or(&service.host))
    }
}

impl Statistic {
    /// How servers know it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::RequestCount => "request.count",
            Self::RequestSize => "request.size",
            Self::ResponseSize => "response.size",
            Self::Latency => "latency",
            Self::UpstreamLatency => "upstream_latency",
            Self::GatewayLatency => "kong_latency",
        }
    }
}

impl FromStr for Statistic {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "request_count" => Ok(Self::RequestCount),
            "request_size" => Ok(Self::RequestSize),
            "response_size" => Ok(Self::ResponseSize),
            "latency" => Ok(Self::Latency),
            "upstream_latency" => Ok(Self::UpstreamLatency),
            "kong_latency" => Ok(Self::GatewayLatency),
            _ => Err(()),
        }
    }
}
