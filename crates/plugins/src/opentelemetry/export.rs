//! How spans and lines get to the collector.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use gibbon_plugin_api::{LogLevel, LogLine};
use prost::Message;

use super::proto::{
    ExportLogsServiceRequest, ExportTraceServiceRequest, InstrumentationScope, KeyValue, LogRecord, Resource,
    ResourceLogs, ResourceSpans, ScopeLogs, ScopeSpans, Span,
};
use super::trace::Sampled;
use super::under_way;
use crate::collector::Collector;
use crate::waiting::Waits;

impl Waits for LogRecord {
    fn length(&self) -> usize {
        self.encoded_len()
    }
}

/// A span, and what is said of the gateway beside it.
pub(super) struct Told {
    pub(super) resource: Arc<Resource>,
    pub(super) span: Span,
}

impl Waits for Told {
    fn length(&self) -> usize {
        self.span.encoded_len()
    }
}

/// The message with these spans. Those of one resource that come one after the other stand below it.
pub(super) fn request(batch: &[Told]) -> ExportTraceServiceRequest {
    let of_one = batch.chunk_by(|one, next| one.resource == next.resource);
    let resource_spans = of_one.filter_map(|told| {
        let resource = Resource::clone(&told.first()?.resource);
        let spans = told.iter().map(|told| told.span.clone()).collect();
        Some(ResourceSpans { resource: Some(resource), scope_spans: vec![ScopeSpans { scope: Some(scope()), spans }] })
    });
    ExportTraceServiceRequest { resource_spans: resource_spans.collect() }
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
pub(super) fn send(collector: &Collector, batch: &[Told]) -> Result<(), String> {
    collector.post(request(batch).encode_to_vec())
}
