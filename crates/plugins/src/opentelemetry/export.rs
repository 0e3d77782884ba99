//! How spans and lines get to the collector.

use std::time::UNIX_EPOCH;

use gibbon_plugin_api::{LogLevel, LogLine, Node};
use prost::Message;

use super::proto::{
    ExportLogsServiceRequest, ExportTraceServiceRequest, InstrumentationScope, KeyValue, LogRecord, Resource,
    ResourceLogs, ResourceSpans, ScopeLogs, ScopeSpans, Span,
};
use super::trace::Sampled;
use super::under_way;
use crate::collector::Collector;
use crate::waiting::Waits;

impl Waits for Span {
    fn length(&self) -> usize {
        self.encoded_len()
    }
}

impl Waits for LogRecord {
    fn length(&self) -> usize {
        self.encoded_len()
    }
}

/// What is said of the gateway: what the configuration says, and what it does not say of itself.
pub(super) fn resource(node: &Node, configured: &[(String, String)]) -> Resource {
    let own = [
        ("service.name", "kong".to_owned()),
        ("service.instance.id", node.id.to_string()),
        ("service.version", env!("CARGO_PKG_VERSION").to_owned()),
    ];
    let is_said = |name: &str| configured.iter().any(|(known, _)| known == name);
    let own = own.into_iter().filter(|(name, _)| !is_said(name)).map(|(name, value)| KeyValue::text(name, value));
    let configured = configured.iter().map(|(name, value)| KeyValue::text(name, value.clone()));
    Resource { attributes: own.chain(configured).collect() }
}

/// The message with these spans.
pub(super) fn request(resource: &Resource, spans: &[Span]) -> ExportTraceServiceRequest {
    let scope_spans = vec![ScopeSpans { scope: Some(scope()), spans: spans.to_vec() }];
    ExportTraceServiceRequest { resource_spans: vec![ResourceSpans { resource: Some(resource.clone()), scope_spans }] }
}

/// The message with these lines.
pub(super) fn log_request(resource: &Resource, lines: &[LogRecord]) -> ExportLogsServiceRequest {
    let scope_logs = vec![ScopeLogs { scope: Some(scope()), log_records: lines.to_vec() }];
    ExportLogsServiceRequest { resource_logs: vec![ResourceLogs { resource: Some(resource.clone()), scope_logs }] }
}

/// As Kong calls what makes its spans.
fn scope() -> InstrumentationScope {
    InstrumentationScope { name: "kong-internal".to_owned(), version: "0.1.0".to_owned() }
}

/// A line as it is sent, with the numbers and names of severities that Kong sends.
pub(super) fn record(line: &LogLine) -> LogRecord {
    let (severity_number, severity_text) = match line.level {
        LogLevel::Debug => (5, "DEBUG"),
        LogLevel::Info => (9, "INFO"),
        LogLevel::Warn => (13, "WARN"),
        LogLevel::Error => (17, "ERR"),
    };
    let at = line.at.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let at = u64::try_from(at).unwrap_or(u64::MAX);
    let mut attributes = vec![KeyValue::text("introspection.source", line.source)];
    attributes.extend(line.line.map(|line| KeyValue::number("introspection.current.line", line)));
    attributes.extend(line.request_id.as_deref().map(|id| KeyValue::text("request.id", id)));
    let place = line.request_id.as_deref().and_then(under_way::place_of);
    LogRecord {
        flags: place.map_or(0, |place| u32::from(place.sampled == Sampled::Yes)),
        trace_id: place.map(|place| place.trace.0.to_vec()).unwrap_or_default(),
        span_id: place.map(|place| place.span.0.to_vec()).unwrap_or_default(),
        time_unix_nano: at,
        severity_number,
        severity_text: severity_text.to_owned(),
        body: KeyValue::text("", &*line.message).value,
        attributes,
        observed_time_unix_nano: at,
    }
}

/// Sends lines.
pub(super) fn send_lines(collector: &Collector, resource: &Resource, lines: &[LogRecord]) -> Result<(), String> {
    collector.post(log_request(resource, lines).encode_to_vec())
}

/// Sends spans.
pub(super) fn send(collector: &Collector, resource: &Resource, spans: &[Span]) -> Result<(), String> {
    collector.post(request(resource, spans).encode_to_vec())
}
