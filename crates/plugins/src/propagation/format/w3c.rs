//! W3C Trace Context: `traceparent: 00-TRACE-SPAN-FLAGS`.

use gibbon_plugin_api::Headers;

use super::{Written, only, set};
use crate::propagation::context::Context;
use crate::propagation::hex;
use crate::propagation::ids::{SpanId, TraceId};

const TRACEPARENT: &str = "traceparent";

/// The flag of a trace that is recorded.
const SAMPLED: u8 = 1;

pub(super) fn extract(headers: &Headers) -> Option<Context> {
    let mut parts = only(headers, TRACEPARENT)?.split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if version != "00" || parts.next().is_some() || trace.len() != 32 || span.len() != 16 || flags.len() != 2 {
        return None;
    }
    let trace = TraceId::from_hex(trace).filter(|id| id.0 != [0; 16])?;
    let span = SpanId::from_hex(span).filter(|id| id.0 != [0; 8])?;
    let [flags] = hex::read(flags)?;
    Some(Context {
        trace: Some(trace),
        trace_length: Some(16),
        span: Some(span),
        sampled: Some(flags & SAMPLED == SAMPLED),
        flags: Some(flags),
        ..Context::default()
    })
}

pub(super) fn inject(context: &Context, headers: &mut Headers) -> Written {
    let (trace, span) = context.trace.zip(context.span)?;
    let flags = if context.sampled == Some(true) { SAMPLED } else { 0 };
    set(headers, TRACEPARENT, &format!("00-{trace}-{span}-{flags:02x}"));
    Some(("w3c", trace.to_string()))
}
