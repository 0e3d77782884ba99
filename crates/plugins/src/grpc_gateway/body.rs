//! The body of an answer: its messages as JSON, one behind the other.

use gibbon_plugin_api::{BodyFilter, Filtered};
use http::HeaderMap;
use prost_reflect::MessageDescriptor;

use crate::grpc_proto::frame::Frames;
use crate::grpc_proto::json::{self, MOST, SHORT};

/// See the module.
pub(super) struct Answer {
    frames: Frames,
    output: MessageDescriptor,
}

impl Answer {
    pub(super) fn new(output: MessageDescriptor) -> Self {
        Self { frames: Frames::default(), output }
    }
}

impl BodyFilter for Answer {
    fn push(&mut self, piece: &[u8]) {
        self.frames.push(piece);
    }

    /// Clients of HTTP are told by the status of the answer, which has gone.
    fn end(&mut self, _: Option<HeaderMap>) {}

    fn next(&mut self) -> Option<Filtered> {
        let message = match self.frames.next(MOST) {
            Ok(message) => message?,
            Err(_) => return Some(Filtered::Unreadable),
        };
        let output = self.output.clone();
        if message.len() > SHORT {
            return Some(Filtered::Beside(Box::new(move || json::decode(&message, &output))));
        }
        Some(json::decode(&message, &output).map_or(Filtered::Unreadable, Filtered::Ready))
    }
}
