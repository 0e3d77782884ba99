//! A span in Zipkin's format 2 (<https://zipkin.io/zipkin-api/>).

use std::net::IpAddr;
use std::time::Duration;

use gibbon_schema::Object;
use serde_json::{Value, json};

use crate::propagation::{Length, SpanId, TraceId};

/// Where a moment is: since 1970.
pub(super) type Moment = Duration;

/// See the module.
#[derive(Debug)]
pub(super) struct Span {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) id: SpanId,
    pub(super) parent: Option<SpanId>,
    pub(super) begun: Moment,
    pub(super) took: Duration,
    /// Who is at the other end.
    pub(super) service_name: Option<String>,
    pub(super) address: Option<(IpAddr, u16)>,
    pub(super) tags: Object,
    pub(super) annotations: Vec<(&'static str, Moment)>,
}

/// On which side of a request the gateway is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Server,
    Client,
}

/// What all spans of a trace have in common.
pub(super) struct Whole<'t> {
    pub(super) trace: TraceId,
    pub(super) length: Length,
    pub(super) local_service_name: &'t str,
    pub(super) default_service_name: Option<&'t str>,
}

impl Span {
    pub(super) fn new(kind: Kind, name: String, id: SpanId, begun: Moment) -> Self {
        Self {
            kind,
            name,
            id,
            parent: None,
            begun,
            took: Duration::ZERO,
            service_name: None,
            address: None,
            tags: Object::new(),
            annotations: Vec::new(),
        }
    }

    /// Sets a tag; Zipkin knows none that is empty.
    pub(super) fn tag(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.tags.insert(name.to_owned(), value.into());
        }
    }

    /// Ends it at `moment`.
    pub(super) fn finish(&mut self, moment: Moment) {
        self.took = moment.saturating_sub(self.begun);
    }

    pub(super) fn document(self, whole: &Whole<'_>) -> Value {
        let service_name = self.service_name.as_deref().or(whole.default_service_name);
        let remote = match (self.address, service_name) {
            (None, None) => Value::Null,
            (address, name) => endpoint(address, name),
        };
        let annotations: Vec<_> =
            self.annotations.iter().map(|(value, at)| json!({ "value": value, "timestamp": micros(*at) })).collect();
        let members = [
            ("traceId", json!(whole.trace.hex(whole.length))),
            ("name", json!(self.name)),
            ("parentId", self.parent.map(|id| id.to_string()).into()),
            ("id", json!(self.id.to_string())),
            ("kind", json!(if self.kind == Kind::Server { "SERVER" } else { "CLIENT" })),
            ("timestamp", json!(micros(self.begun))),
            ("duration", json!(micros(self.took))),
            ("localEndpoint", json!({ "serviceName": whole.local_service_name })),
            ("remoteEndpoint", remote),
            ("tags", if self.tags.is_empty() { Value::Null } else { Value::Object(self.tags) }),
            ("annotations", if annotations.is_empty() { Value::Null } else { annotations.into() }),
        ];
        let known = members.into_iter().filter(|(name, value)| *name == "remoteEndpoint" || !value.is_null());
        known.map(|(name, value)| (name.to_owned(), value)).collect::<Object>().into()
    }
}

fn endpoint(address: Option<(IpAddr, u16)>, name: Option<&str>) -> Value {
    let mut endpoint = Object::new();
    if let Some(name) = name {
        endpoint.insert("serviceName".to_owned(), name.into());
    }
    if let Some((ip, port)) = address {
        endpoint.insert("port".to_owned(), port.into());
        let kind = if ip.is_ipv4() { "ipv4" } else { "ipv6" };
        endpoint.insert(kind.to_owned(), ip.to_string().into());
    }
    endpoint.into()
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
