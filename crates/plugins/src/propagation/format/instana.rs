//! Instana: `X-INSTANA-T`, `X-INSTANA-S`, and `X-INSTANA-L`, which begins with `1` for what is recorded.

use gibbon_plugin_api::Headers;

use super::{Written, digit, only, set};
use crate::propagation::context::Context;
use crate::propagation::ids::{Length, SpanId, TraceId};

const TRACE: &str = "x-instana-t";
const SPAN: &str = "x-instana-s";
const LEVEL: &str = "x-instana-l";

pub(super) fn extract(headers: &Headers) -> Option<Context> {
    let trace = only(headers, TRACE).filter(|trace| trace.len() == 16 || trace.len() == 32);
    let trace_id = trace.and_then(TraceId::from_hex);
    let context = Context {
        trace: trace_id,
        trace_length: trace_id.and(trace).map(|trace| trace.len() / 2),
        span: trace_id.and(only(headers, SPAN)).and_then(SpanId::from_hex),
        sampled: only(headers, LEVEL).map(|level| level.starts_with('1')),
        ..Context::default()
    };
    context.or_nothing()
}

pub(super) fn inject(context: &Context, headers: &mut Headers) -> Written {
    let (trace, span) = context.trace.zip(context.span)?;
    let trace = trace.hex(context.length_in_both(Length::Long));
    set(headers, TRACE, &trace);
    set(headers, SPAN, &span.to_string());
    if let Some(sampled) = context.sampled {
        set(headers, LEVEL, digit(sampled));
    }
    Some(("instana", trace))
}
