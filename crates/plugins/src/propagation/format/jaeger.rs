//! Jaeger: `uber-trace-id: TRACE:SPAN:PARENT:FLAGS`, and `uberctx-NAME` for each item of baggage.

use gibbon_plugin_api::Headers;

use super::{Written, baggage, only, set};
use crate::propagation::context::Context;
use crate::propagation::hex;
use crate::propagation::ids::{Length, SpanId, TraceId};

const FIELD: &str = "uber-trace-id";
const BAGGAGE: &str = "uberctx-";

pub(super) fn extract(headers: &Headers) -> Option<Context> {
    let mut parts = only(headers, FIELD)?.split(':');
    let (trace, span, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || flags.len() > 2 {
        return None;
    }
    let [flags] = hex::read(flags)?;
    Some(Context {
        trace: Some(TraceId::from_hex(trace).filter(|id| id.0 != [0; 16])?),
        trace_length: Some(trace.len().div_ceil(2)),
        span: Some(SpanId::from_hex(span).filter(|id| id.0 != [0; 8])?),
        parent: SpanId::from_hex(parent).filter(|id| id.0 != [0; 8]),
        shares_spans: true,
        sampled: Some(flags & 1 == 1),
        baggage: baggage::extract(headers, BAGGAGE),
        ..Context::default()
    })
}

pub(super) fn inject(context: &Context, headers: &mut Headers) -> Written {
    let (trace, span) = context.trace.zip(context.span)?;
    let trace = trace.hex(context.length_in_both(Length::Long));
    let parent = context.parent.map_or_else(|| "0".to_owned(), |parent| parent.to_string());
    let flags = if context.sampled == Some(true) { "01" } else { "00" };
    set(headers, FIELD, &format!("{trace}:{span}:{parent}:{flags}"));
    baggage::inject(&context.baggage, BAGGAGE, headers);
    Some(("jaeger", trace))
}
