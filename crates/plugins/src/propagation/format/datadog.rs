//! Datadog: `x-datadog-trace-id`, `x-datadog-parent-id` in decimal digits, and `x-datadog-sampling-priority`.

use gibbon_plugin_api::Headers;

use super::{Written, digit, only, set};
use crate::propagation::context::Context;
use crate::propagation::decimal;
use crate::propagation::ids::{SpanId, TraceId};

const TRACE: &str = "x-datadog-trace-id";
const SPAN: &str = "x-datadog-parent-id";
const PRIORITY: &str = "x-datadog-sampling-priority";

pub(super) fn extract(headers: &Headers) -> Option<Context> {
    let sampled = match only(headers, PRIORITY) {
        None => None,
        Some("1" | "2") => Some(true),
        Some("0" | "-1") => Some(false),
        Some(_) => return None,
    };
    let trace = only(headers, TRACE).and_then(decimal::read);
    let span = trace.and(only(headers, SPAN)).and_then(decimal::read);
    let context = Context {
        trace: trace.map(|trace| TraceId(trace.to_be_bytes())),
        trace_length: trace.map(decimal::length),
        span: span.map(|span| SpanId((span as u64).to_be_bytes())),
        sampled,
        ..Context::default()
    };
    context.or_nothing()
}

/// Only the last 8 bytes of a trace's id go on.
pub(super) fn inject(context: &Context, headers: &mut Headers) -> Written {
    let trace = context.trace.map(|trace| trace.low().to_string());
    if let Some(trace) = &trace {
        set(headers, TRACE, trace);
    }
    if let Some(span) = context.span {
        set(headers, SPAN, &span.number().to_string());
    }
    if let Some(sampled) = context.sampled {
        set(headers, PRIORITY, digit(sampled));
    }
    Some(("datadog", trace?))
}
