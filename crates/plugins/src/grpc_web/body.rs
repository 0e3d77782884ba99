//! The body of an answer: frames or JSON, base64 or not, and what stands behind the call in a last frame.

use gibbon_plugin_api::{BodyFilter, Filtered};
use http::HeaderMap;
use prost_reflect::MessageDescriptor;

use super::encoding::{Encoding, Framing, Text};
use crate::grpc_proto::frame::{Frames, Unreadable, frame};
use crate::grpc_proto::json::{self, MOST, SHORT};

/// The flag of the frame that holds trailers.
const TRAILERS: u8 = 0x80;

/// See the module.
pub(super) struct Answer {
    encoding: Encoding,
    source: Source,
    /// What the head has said already, where the upstream has nothing but a head.
    status: Option<(String, String)>,
    end: Option<Vec<u8>>,
}

enum Source {
    /// Bytes that go on as they are.
    Frames(Vec<u8>),
    /// Messages that become JSON.
    Messages(Frames, MessageDescriptor),
}

impl Answer {
    /// `output` is what messages are, where they become JSON; `status` what the head of the answer says.
    pub(super) fn new(encoding: Encoding, output: Option<MessageDescriptor>, status: Option<(String, String)>) -> Self {
        let source = match output {
            None => Source::Frames(Vec::new()),
            Some(output) => Source::Messages(Frames::default(), output),
        };
        Self { encoding, source, status, end: None }
    }

    fn message(&mut self) -> Result<Option<(Vec<u8>, MessageDescriptor)>, Unreadable> {
        match &mut self.source {
            Source::Frames(_) => Ok(None),
            Source::Messages(frames, output) => Ok(frames.next(MOST)?.map(|message| (message, output.clone()))),
        }
    }
}

impl BodyFilter for Answer {
    fn push(&mut self, piece: &[u8]) {
        match &mut self.source {
            Source::Frames(waiting) => waiting.extend_from_slice(piece),
            Source::Messages(frames, _) => frames.push(piece),
        }
    }

    fn end(&mut self, trailers: Option<HeaderMap>) {
        if self.encoding.framing == Framing::Frames {
            let lines = lines(trailers.unwrap_or_default(), self.status.take());
            self.end = Some(written(self.encoding.text, frame(TRAILERS, &lines)));
        }
    }

    fn next(&mut self) -> Option<Filtered> {
        if let Source::Frames(waiting) = &mut self.source
            && !waiting.is_empty()
        {
            return Some(Filtered::Ready(written(self.encoding.text, std::mem::take(waiting))));
        }
        let encoding = self.encoding;
        match self.message() {
            Err(Unreadable) => Some(Filtered::Unreadable),
            Ok(Some((message, output))) if message.len() > SHORT => {
                Some(Filtered::Beside(Box::new(move || as_json(&message, &output, encoding))))
            }
            Ok(Some((message, output))) => {
                Some(as_json(&message, &output, encoding).map_or(Filtered::Unreadable, Filtered::Ready))
            }
            Ok(None) => self.end.take().map(Filtered::Ready),
        }
    }
}

fn as_json(message: &[u8], output: &MessageDescriptor, encoding: Encoding) -> Option<Vec<u8>> {
    let json = json::decode(message, output)?;
    Some(written(encoding.text, if encoding.framing == Framing::Frames { frame(0, &json) } else { json }))
}

fn written(text: Text, bytes: Vec<u8>) -> Vec<u8> {
    match text {
        Text::Plain => bytes,
        Text::Base64 => base64_simd::STANDARD.encode_to_string(bytes).into_bytes(),
    }
}

/// Trailers as lines, the status first. A call that has ended without one is of unknown success.
fn lines(mut trailers: HeaderMap, told: Option<(String, String)>) -> Vec<u8> {
    let mut take = |name| trailers.remove(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let (status, message) = match (take("grpc-status"), take("grpc-message"), told) {
        (Some(status), message, _) => (status, message.unwrap_or_default()),
        (None, _, Some(told)) => told,
        (None, _, None) => ("2".to_owned(), String::new()),
    };
    let mut lines = format!("grpc-status:{status}\r\ngrpc-message:{message}\r\n").into_bytes();
    for (name, value) in &trailers {
        lines.extend_from_slice(&[name.as_str().as_bytes(), b":", value.as_bytes(), b"\r\n"].concat());
    }
    lines
}
