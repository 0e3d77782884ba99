//! Google Cloud: `X-Cloud-Trace-Context: TRACE/SPAN;o=1`, where the span is in decimal digits.

use gibbon_plugin_api::Headers;

use super::{Written, digit, only, set};
use crate::propagation::context::Context;
use crate::propagation::decimal;
use crate::propagation::ids::{SpanId, TraceId};

const FIELD: &str = "x-cloud-trace-context";

pub(super) fn extract(headers: &Headers) -> Option<Context> {
    let (trace, rest) = only(headers, FIELD)?.split_once('/')?;
    let (span, flags) = match rest.split_once(";o=") {
        None => (rest, None),
        Some((span, flags)) => (span, Some(flags)),
    };
    if trace.len() != 32 || trace.bytes().any(|byte| byte.is_ascii_uppercase()) || span.len() > 20 {
        return None;
    }
    if !flags.is_none_or(|flags| flags.len() == 1 && flags.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    Some(Context {
        trace: Some(TraceId::from_hex(trace)?),
        trace_length: Some(16),
        span: Some(SpanId((decimal::read(span)? as u64).to_be_bytes())),
        sampled: Some(flags == Some("1")),
        ..Context::default()
    })
}

pub(super) fn inject(context: &Context, headers: &mut Headers) -> Written {
    let (trace, span) = context.trace.zip(context.span)?;
    let sampled = digit(context.sampled == Some(true));
    set(headers, FIELD, &format!("{trace}/{};o={sampled}", span.number()));
    Some(("gcp", trace.to_string()))
}
