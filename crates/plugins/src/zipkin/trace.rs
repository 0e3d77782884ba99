//! What is decided of a trace when its request comes, and kept until it is over.

use gibbon_plugin_api::{Connection, Headers};

use super::config::Config;
use crate::propagation::{Context, Extracted, Length, SpanId, TraceId};
use crate::sampling;

/// See the module.
#[derive(Debug)]
pub(super) struct Trace {
    pub(super) id: TraceId,
    pub(super) length: Length,
    /// Of the span that the request is.
    pub(super) request: SpanId,
    /// Of the span that the gateway's own request is.
    pub(super) proxy: SpanId,
    pub(super) parent: Option<SpanId>,
    pub(super) sampled: Sampled,
    /// The port that the client came from.
    pub(super) client_port: u16,
}

/// Whether a trace is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sampled {
    Yes,
    No,
}

impl Trace {
    /// Goes on with the client's trace, or begins one.
    pub(super) fn begin(config: &Config, headers: &Headers, connection: &Connection) -> (Self, Extracted) {
        let extracted = config.propagation.extract(headers);
        let context = &extracted.context;
        // In some formats the client's span is the request's own, in the others it is above that.
        let (request, parent) = match context.shares_spans {
            true => (context.span, context.parent),
            false => (None, context.span),
        };
        let trace = Self {
            parent,
            request: request.unwrap_or_else(SpanId::random),
            ..Self::new(config, context, connection.peer.port())
        };
        (trace, extracted)
    }

    /// One that nobody knows of yet.
    pub(super) fn new(config: &Config, context: &Context, client_port: u16) -> Self {
        let is_sampled = context.sampled.unwrap_or_else(|| sampling::by_chance(config.sample_ratio));
        let length = if context.trace.is_some() { Length::Long } else { config.id_length };
        Self {
            id: context.trace.unwrap_or_else(|| length.cut(TraceId::random())),
            length,
            request: SpanId::random(),
            proxy: SpanId::random(),
            parent: None,
            sampled: if is_sampled { Sampled::Yes } else { Sampled::No },
            client_port,
        }
    }

    /// What the upstream is told: a trace that is not recorded has nothing decided, as in Kong.
    pub(super) fn for_upstream(&self, extracted: &Extracted) -> Context {
        let sampled = (self.sampled == Sampled::Yes).then_some(true);
        Context {
            trace: Some(self.id),
            span: Some(self.proxy),
            parent: Some(self.request),
            sampled: sampled.or(extracted.context.sampled),
            ..extracted.context.clone()
        }
    }

    /// The id as spans and clients are told it.
    pub(super) fn text(&self) -> String {
        self.id.hex(self.length)
    }
}
