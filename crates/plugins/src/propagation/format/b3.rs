//! B3, of Zipkin: several fields (`X-B3-TraceId`, …), or one (`b3: TRACE-SPAN-SAMPLED-PARENT`).

use gibbon_plugin_api::Headers;
use gibbon_plugin_api::headers::visible;

use super::{Written, digit, only, set};
use crate::propagation::context::Context;
use crate::propagation::hex::is_hex;
use crate::propagation::ids::{Length, SpanId, TraceId};

const SINGLE: &str = "b3";
const TRACE: &str = "x-b3-traceid";
const SPAN: &str = "x-b3-spanid";
const PARENT: &str = "x-b3-parentspanid";
const SAMPLED: &str = "x-b3-sampled";
const FLAGS: &str = "x-b3-flags";

/// What the one field says counts before what the several say.
pub(super) fn extract(headers: &Headers) -> Option<Context> {
    let single = single_field(headers).map(read_single);
    let several = several_fields(headers);
    let is_in_one_field = single.is_some();
    let single = single.unwrap_or_default();
    let trace = single.trace.or(several.trace);
    let context = Context {
        trace,
        trace_length: single.trace_length.or(several.trace_length),
        span: trace.and(single.span.or(several.span)),
        parent: trace.and(single.parent.or(several.parent)),
        shares_spans: true,
        sampled: single.sampled.or(several.sampled),
        is_debug: single.is_debug || several.is_debug,
        is_in_one_field,
        ..Context::default()
    };
    context.or_nothing()
}

/// It may also be the whole of `tracestate`.
fn single_field(headers: &Headers) -> Option<&str> {
    only(headers, SINGLE)
        .or_else(|| headers.all("tracestate").filter_map(visible).find_map(|value| value.strip_prefix("b3=")))
}

fn read_single(text: &str) -> Context {
    match text {
        "0" => return Context { sampled: Some(false), ..Context::default() },
        "1" => return Context { sampled: Some(true), ..Context::default() },
        "d" => return Context { sampled: Some(true), is_debug: true, ..Context::default() },
        _ => {}
    }
    parts_of_single(text).unwrap_or_default()
}

fn parts_of_single(text: &str) -> Option<Context> {
    let mut parts = text.split('-');
    let (trace, span) = (parts.next()?, parts.next()?);
    let (sampled, parent) = match (parts.next(), parts.next()) {
        (Some(parent), None) if parent.len() == 16 => (None, Some(parent)),
        (sampled, parent) => (sampled, parent),
    };
    if parts.next().is_some() || !is_trace(trace) || !is_span(span) || !parent.is_none_or(is_span) {
        return None;
    }
    let sampled = match sampled {
        None => None,
        Some("0") => Some(false),
        Some("1" | "d") => Some(true),
        Some(_) => return None,
    };
    Some(Context {
        trace: TraceId::from_hex(trace),
        trace_length: Some(trace.len() / 2),
        span: SpanId::from_hex(span),
        parent: parent.and_then(SpanId::from_hex),
        sampled,
        is_debug: text.split('-').nth(2) == Some("d"),
        ..Context::default()
    })
}

/// Where one of the ids is none, none of them counts.
fn several_fields(headers: &Headers) -> Context {
    let sampled = match only(headers, SAMPLED) {
        Some("1" | "true") => Some(true),
        Some("0" | "false") => Some(false),
        _ => None,
    };
    let is_debug = only(headers, FLAGS) == Some("1");
    let decided =
        Context { sampled: sampled.filter(|_| !is_debug).or(is_debug.then_some(true)), is_debug, ..Context::default() };
    let (trace, span, parent) = (only(headers, TRACE), only(headers, SPAN), only(headers, PARENT));
    if !trace.is_none_or(is_trace) || !span.is_none_or(is_span) || !parent.is_none_or(is_span) {
        return decided;
    }
    Context {
        trace: trace.and_then(TraceId::from_hex),
        trace_length: trace.map(|trace| trace.len() / 2),
        span: span.and_then(SpanId::from_hex),
        parent: parent.and_then(SpanId::from_hex),
        ..decided
    }
}

fn is_trace(text: &str) -> bool {
    (text.len() == 16 || text.len() == 32) && is_hex(text)
}

fn is_span(text: &str) -> bool {
    text.len() == 16 && is_hex(text)
}

pub(super) fn inject(context: &Context, headers: &mut Headers) -> Written {
    if let Some((trace, span)) = context.trace.zip(context.span) {
        set(headers, TRACE, &trace.hex(context.length_in_both(Length::Long)));
        set(headers, SPAN, &span.to_string());
        if let Some(parent) = context.parent {
            set(headers, PARENT, &parent.to_string());
        }
    }
    if context.is_debug {
        set(headers, FLAGS, "1");
    } else {
        set(headers, SAMPLED, digit(context.sampled == Some(true)));
    }
    written(context)
}

pub(super) fn inject_single(context: &Context, headers: &mut Headers) -> Written {
    let sampled = match context.sampled {
        _ if context.is_debug => Some("d"),
        Some(sampled) => Some(digit(sampled)),
        None => None,
    };
    let text = match context.trace.zip(context.span) {
        None => sampled.unwrap_or("0").to_owned(),
        Some((trace, span)) => {
            let trace = trace.hex(context.length_in_both(Length::Long));
            let sampled = sampled.map(|sampled| format!("-{sampled}")).unwrap_or_default();
            let parent = context.parent.map(|parent| format!("-{parent}")).unwrap_or_default();
            format!("{trace}-{span}{sampled}{parent}")
        }
    };
    set(headers, SINGLE, &text);
    written(context)
}

fn written(context: &Context) -> Written {
    let length = context.length_in_both(Length::Long);
    Some(("b3", context.trace.map(|trace| trace.hex(length)).unwrap_or_default()))
}
