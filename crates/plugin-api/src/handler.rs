//! The phases of a plugin.

use crate::flow::Flow;
use crate::request::RequestCx;

/// What a plugin instance needs of the request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BodyNeed {
    /// Nothing: the body streams past it.
    Stream,
    /// The whole body before `access` runs, up to the configured limit.
    Buffer,
}

/// One configured instance of a plugin. Built when configuration changes, shared by all workers, never changed.
pub trait Handler: Send + Sync + 'static {
    /// Runs before the upstream is asked. Must not block and must not take over 200 µs of CPU: what does goes
    /// through [`RequestCx::offload`] and [`Flow::Wait`].
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow;

    /// What this instance needs of the body.
    fn body_need(&self) -> BodyNeed {
        BodyNeed::Stream
    }
}
