//! The phases of a plugin.

use std::rc::Rc;

use bytes::Bytes;

use crate::explanation::Explanation;
use crate::flow::Flow;
use crate::handshake::{Handshake, HandshakeCx};
use crate::head::RequestHead;
use crate::log::LogCx;
use crate::meter::{Meter, MeterCx};
use crate::request::RequestCx;
use crate::response::ResponseCx;
use crate::stream::{StreamCx, StreamLogCx, Verdict};

/// What a plugin instance needs of the request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BodyNeed {
    /// Nothing: the body streams past it.
    Stream,
    /// The whole body of those requests for which [`Handler::wants_body`] says so.
    Depends,
    /// The whole body before `access` runs, up to the configured limit.
    Buffer,
}

/// The phases that an instance takes part in. Those that it does not name cost nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phases(u16);

impl Phases {
    /// None of them.
    pub const NONE: Self = Self(0);
    /// [`Handler::access`].
    pub const ACCESS: Self = Self(1);
    /// [`Handler::response`].
    pub const RESPONSE: Self = Self(2);
    /// [`Handler::log`].
    pub const LOG: Self = Self(4);
    /// [`Handler::stream`].
    pub const STREAM: Self = Self(8);
    /// [`Handler::stream_log`].
    pub const STREAM_LOG: Self = Self(16);
    /// [`Handler::meter`].
    pub const METER: Self = Self(32);
    /// [`Handler::body`].
    pub const BODY: Self = Self(64);
    /// No phase: what [`Handler::log`] is told includes a timeline.
    pub const TIMELINE: Self = Self(128);
    /// [`Handler::certificate`].
    pub const CERTIFICATE: Self = Self(256);
    /// [`Handler::handshake`].
    pub const HANDSHAKE: Self = Self(512);

    /// Those of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` are among them.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// One configured instance of a plugin. Built when configuration changes, shared by all workers, never changed.
pub trait Handler: Send + Sync + 'static {
    /// Runs before the upstream is asked. Must not block and must not take over 200 µs of CPU: what does goes
    /// through [`RequestCx::offload`] and [`Flow::Wait`].
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        let _ = cx;
        Flow::Continue
    }

    /// Runs when there is the head of an answer, whoever has made it: the upstream, a plugin, or the gateway that
    /// reports a failure. The instances of one request run here in the same order as in `access`, also those whose turn
    /// never came because another one has answered.
    fn response(&self, cx: &mut ResponseCx<'_>) {
        let _ = cx;
    }

    /// Makes another body of the one that the answer to a request has, whoever has made it. The body is held in memory as
    /// a whole; it has been through what [`ResponseCx::rewrites`] says. Must not block, as `access` must not.
    fn body(&self, cx: &mut ResponseCx<'_>, body: Bytes) -> Bytes {
        let _ = cx;
        body
    }

    /// Runs when an exchange is over, however it has ended. It must not wait: what takes time is handed to the runtime
    /// beside the workers ([`crate::Node::runtime`]).
    fn log(&self, cx: &LogCx<'_>) {
        let _ = cx;
    }

    /// Runs when an answer has its head, after [`Handler::response`]: says where the exchange is counted when it is over.
    /// Cheaper than [`Handler::log`], since nothing of the exchange is kept for it but how long it took and how much it was.
    fn meter(&self, cx: &MeterCx<'_>) -> Option<Rc<dyn Meter>> {
        let _ = cx;
        None
    }

    /// Runs in a handshake whose client asks for a server, by its name in lower case, for which there is no certificate, so
    /// that it is shown one for other names. Only instances without a scope run. It may run twice for a handshake, and
    /// must not block, as `access` must not.
    fn certificate(&self, server_name: &str) {
        let _ = server_name;
    }

    /// Runs in every handshake of TLS with a client, also in one that resumes a session, before a certificate is chosen.
    /// Only instances without a scope run, one after the other until one ends the handshake. Must not block, as `access`
    /// must not.
    fn handshake(&self, cx: &mut HandshakeCx<'_>) -> Handshake {
        let _ = cx;
        Handshake::Continue
    }

    /// Runs when a stream has found its route. Must not block, as `access` must not.
    fn stream(&self, cx: &mut StreamCx<'_>) -> Verdict {
        let _ = cx;
        Verdict::Continue
    }

    /// Runs when a stream is over, however it has ended. It must not wait, as `log` must not.
    fn stream_log(&self, cx: &StreamLogCx<'_>) {
        let _ = cx;
    }

    /// Does to a request what [`Handler::access`] does, and tells how it decides: by the very code that decides there, with
    /// nothing counted, remembered or asked elsewhere. It may take as long as it takes; no worker runs it. `None` from
    /// instances that cannot tell.
    fn explain(&self, cx: &mut RequestCx<'_>) -> Option<Explanation> {
        let _ = cx;
        None
    }

    /// The phases that this instance takes part in.
    fn phases(&self) -> Phases {
        Phases::ACCESS
    }

    /// The names of the arguments of a query in which this instance looks for credentials: what stands there is not
    /// written into logs.
    fn secret_arguments(&self) -> Vec<Box<str>> {
        Vec::new()
    }

    /// What this instance needs of the body.
    fn body_need(&self) -> BodyNeed {
        BodyNeed::Stream
    }

    /// Whether the body of a request is to be held before `access` runs, where that depends on its head
    /// ([`BodyNeed::Depends`]).
    fn wants_body(&self, head: &RequestHead) -> bool {
        let _ = head;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_add_up() {
        let both = Phases::ACCESS.and(Phases::RESPONSE);
        assert!(both.contains(Phases::ACCESS) && both.contains(Phases::RESPONSE) && both.contains(both));
        assert!(!Phases::ACCESS.contains(both) && !Phases::RESPONSE.contains(Phases::ACCESS));
    }

    #[test]
    fn no_phase_is_another_one() {
        let all = [
            Phases::ACCESS,
            Phases::RESPONSE,
            Phases::LOG,
            Phases::STREAM,
            Phases::STREAM_LOG,
            Phases::METER,
            Phases::BODY,
            Phases::TIMELINE,
            Phases::CERTIFICATE,
            Phases::HANDSHAKE,
        ];
        for (place, phase) in all.into_iter().enumerate() {
            let others = all.into_iter().enumerate().filter(|(other, _)| *other != place);
            let others = others.fold(Phases::NONE, |together, (_, other)| together.and(other));
            assert!(!others.contains(phase), "{phase:?}");
        }
    }
}
