//! What is known of a trace.

use super::ids::{Length, SpanId, TraceId};

/// See the module. Empty where nobody has said anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Context {
    /// The id of the trace.
    pub(crate) trace: Option<TraceId>,
    /// How many bytes the id had when it came.
    pub(crate) trace_length: Option<usize>,
    /// The span that the request is.
    pub(crate) span: Option<SpanId>,
    /// The span that it belongs to, in formats that tell.
    pub(crate) parent: Option<SpanId>,
    /// Whether client and server share a span in that format.
    pub(crate) shares_spans: bool,
    /// Whether the trace is recorded, where that is decided.
    pub(crate) sampled: Option<bool>,
    /// Whether it is recorded whatever others think of it (`X-B3-Flags: 1`).
    pub(crate) is_debug: bool,
    /// The flags of W3C.
    pub(crate) flags: Option<u8>,
    /// Whether it came in one field, in formats with several.
    pub(crate) is_in_one_field: bool,
    /// Names and values that go with it.
    pub(crate) baggage: Vec<(String, String)>,
}

impl Context {
    /// Which length of the trace's id is written where `usual` is the format's: that in which it came, if the format
    /// allows both.
    pub(super) fn length_in_both(&self, usual: Length) -> Length {
        match self.trace_length {
            Some(8) => Length::Short,
            Some(16) => Length::Long,
            Some(_) | None => usual,
        }
    }

    /// Whether it says anything.
    pub(super) fn or_nothing(self) -> Option<Self> {
        let says = self.trace.is_some() || self.sampled.is_some() || self.is_debug || !self.baggage.is_empty();
        says.then_some(self)
    }
}
