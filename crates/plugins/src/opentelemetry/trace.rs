//! What is decided of a trace when its request comes, and kept until it is over.

use std::net::IpAddr;
use std::sync::Arc;

use gibbon_plugin_api::{Instruments, Tracing};

use super::proto::Resource;
use super::under_way::UnderWay;
use crate::propagation::{Context, SpanId, TraceId};
use crate::sampling;

/// See the module.
#[derive(Debug)]
pub(super) struct Trace {
    pub(super) id: TraceId,
    /// Of the span that the request is.
    pub(super) root: SpanId,
    /// Of the span that the request to the upstream is, where there is one.
    pub(super) balancer: Option<SpanId>,
    /// Of the client's span.
    pub(super) parent: Option<SpanId>,
    pub(super) sampled: Sampled,
    /// The other end of the client's connection.
    pub(super) peer: Option<IpAddr>,
    /// What is said of the gateway beside its spans, where that is not the usual.
    pub(super) resource: Option<Arc<Resource>>,
    /// Where lines of the log are sent, too.
    pub(super) under_way: Option<UnderWay>,
}

/// Whether a trace is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sampled {
    Yes,
    No,
}

impl Trace {
    /// Goes on with the client's trace, or begins one. Without instruments nothing is recorded.
    pub(super) fn begin(context: &Context, tracing: Tracing, peer: Option<IpAddr>) -> Self {
        let id = context.trace.unwrap_or_else(TraceId::random);
        let is_sampled = tracing.instruments.are_any()
            && context.sampled.unwrap_or_else(|| sampling::by_id(id, tracing.sampling_rate));
        Self {
            id,
            root: SpanId::random(),
            balancer: tracing.instruments.contains(Instruments::BALANCER).then(SpanId::random),
            parent: context.span.or(context.parent),
            sampled: if is_sampled { Sampled::Yes } else { Sampled::No },
            peer,
            resource: None,
            under_way: None,
        }
    }

    /// What the upstream is told.
    pub(super) fn for_upstream(&self, came: &Context) -> Context {
        let (span, parent) = match self.balancer {
            Some(balancer) => (balancer, Some(self.root)),
            None => (self.root, self.parent),
        };
        let sampled = Some(self.sampled == Sampled::Yes);
        Context { trace: Some(self.id), span: Some(span), parent, sampled, ..came.clone() }
    }
}
