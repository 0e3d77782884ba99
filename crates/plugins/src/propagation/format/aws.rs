//! AWS X-Ray: `X-Amzn-Trace-Id: Root=1-SECONDS-REST;Parent=SPAN;Sampled=1`.

use gibbon_plugin_api::Headers;

use super::{Written, digit, only, set};
use crate::propagation::context::Context;
use crate::propagation::ids::{SpanId, TraceId};

const FIELD: &str = "x-amzn-trace-id";

/// Pairs of other names are passed over.
pub(super) fn extract(headers: &Headers) -> Option<Context> {
    let mut context = Context::default();
    for pair in only(headers, FIELD)?.split(';') {
        let Some((name, value)) = pair.split_once('=') else { continue };
        match (name.trim(), value.trim()) {
            ("Root", root) => {
                context.trace = Some(trace(root)?);
                context.trace_length = Some(16);
            }
            ("Parent", span) if span.len() == 16 => context.span = Some(SpanId::from_hex(span)?),
            ("Sampled", "0") => context.sampled = Some(false),
            ("Sampled", "1") => context.sampled = Some(true),
            ("Parent" | "Sampled", _) => return None,
            _ => {}
        }
    }
    context.or_nothing()
}

fn trace(root: &str) -> Option<TraceId> {
    let (seconds, rest) = root.strip_prefix("1-")?.split_once('-')?;
    let is_one = seconds.len() == 8 && rest.len() == 24;
    is_one.then(|| TraceId::from_hex(&format!("{seconds}{rest}")))?
}

pub(super) fn inject(context: &Context, headers: &mut Headers) -> Written {
    let (trace, span) = context.trace.zip(context.span)?;
    let trace = trace.to_string();
    let (seconds, rest) = trace.split_at_checked(8)?;
    let sampled = digit(context.sampled == Some(true));
    set(headers, FIELD, &format!("Root=1-{seconds}-{rest};Parent={span};Sampled={sampled}"));
    Some(("aws", trace))
}
