//! OpenTracing: `ot-tracer-traceid`, `ot-tracer-spanid`, `ot-tracer-sampled`, and `ot-baggage-NAME`.

use gibbon_plugin_api::Headers;

use super::{Written, baggage, digit, only, set};
use crate::propagation::context::Context;
use crate::propagation::hex::is_hex;
use crate::propagation::ids::{Length, SpanId, TraceId};

const TRACE: &str = "ot-tracer-traceid";
const SPAN: &str = "ot-tracer-spanid";
const SAMPLED: &str = "ot-tracer-sampled";
const BAGGAGE: &str = "ot-baggage-";

pub(super) fn extract(headers: &Headers) -> Option<Context> {
    let sampled = match only(headers, SAMPLED) {
        Some("1" | "true") => Some(true),
        Some("0" | "false") => Some(false),
        _ => None,
    };
    let is_id = |text: &str, lengths: &[usize]| lengths.contains(&text.len()) && is_hex(text);
    let span = only(headers, SPAN);
    let trace =
        only(headers, TRACE).filter(|trace| is_id(trace, &[16, 32]) && span.is_none_or(|span| is_id(span, &[16])));
    let context = Context {
        trace: trace.and_then(TraceId::from_hex),
        trace_length: trace.map(|trace| trace.len() / 2),
        span: trace.and(span).and_then(SpanId::from_hex),
        sampled,
        baggage: baggage::extract(headers, BAGGAGE),
        ..Context::default()
    };
    context.or_nothing()
}

pub(super) fn inject(context: &Context, headers: &mut Headers) -> Written {
    let (trace, span) = context.trace.zip(context.span)?;
    let trace = trace.hex(context.length_in_both(Length::Short));
    set(headers, TRACE, &trace);
    set(headers, SPAN, &span.to_string());
    if let Some(sampled) = context.sampled {
        set(headers, SAMPLED, digit(sampled));
    }
    baggage::inject(&context.baggage, BAGGAGE, headers);
    Some(("ot", trace))
}
