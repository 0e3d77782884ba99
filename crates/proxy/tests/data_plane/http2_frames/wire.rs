//! Frames (RFC 9113 section 4.1), written by hand and read as they come.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

use gibbon_testkit::PATIENCE;

pub(crate) const DATA: u8 = 0x0;
pub(crate) const HEADERS: u8 = 0x1;
pub(crate) const PRIORITY: u8 = 0x2;
pub(crate) const RST_STREAM: u8 = 0x3;
pub(crate) const SETTINGS: u8 = 0x4;
pub(crate) const PUSH_PROMISE: u8 = 0x5;
pub(crate) const PING: u8 = 0x6;
pub(crate) const GOAWAY: u8 = 0x7;
pub(crate) const WINDOW_UPDATE: u8 = 0x8;
pub(crate) const CONTINUATION: u8 = 0x9;

pub(crate) const ACK: u8 = 0x1;
pub(crate) const END_STREAM: u8 = 0x1;
pub(crate) const END_HEADERS: u8 = 0x4;
pub(crate) const PADDED: u8 = 0x8;
pub(crate) const PRIORITY_GIVEN: u8 = 0x20;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A frame.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a frame is short").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A block of fields, as literals that are not indexed (RFC 7541 section 6.2.2).
pub(crate) fn block(fields: &[(&str, &str)]) -> Vec<u8> {
    let text = |text: &str| {
        // A number that does not fit into 7 bits goes on with 7 bits a byte (section 5.1).
        let mut out = vec![u8::try_from(text.len().min(127)).expect("it is at most 127")];
        if let Some(mut rest) = text.len().checked_sub(127) {
            while rest >= 128 {
                out.push(0x80 | (rest % 128) as u8);
                rest /= 128;
            }
            out.push(rest as u8);
        }
        [&out, text.as_bytes()].concat()
    };
    fields.iter().flat_map(|(name, value)| [vec![0], text(name), text(value)].concat()).collect()
}

/// The usual fields with this method.
pub(crate) fn fields(method: &str) -> Vec<u8> {
    block(&[(":method", method), (":scheme", "http"), (":path", "/"), (":authority", "h")])
}

/// A request without a body.
pub(crate) fn request(stream: u32, fields: &[(&str, &str)]) -> Vec<u8> {
    frame(HEADERS, END_HEADERS | END_STREAM, stream, &block(fields))
}

/// A plain GET.
pub(crate) fn get(stream: u32) -> Vec<u8> {
    frame(HEADERS, END_HEADERS | END_STREAM, stream, &fields("GET"))
}

/// A POST whose body is to come, with these fields beside the usual ones.
pub(crate) fn post(stream: u32, more: &[(&str, &str)]) -> Vec<u8> {
    frame(HEADERS, END_HEADERS, stream, &[fields("POST"), block(more)].concat())
}

/// How an exchange ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// With an answer of this status, or of another one.
    Answer(&'static str),
    /// The stream is ended, with this code.
    Stream(u32),
    /// The connection is, with this code.
    Connection(u32),
    /// The connection is closed without a word.
    Closed,
    /// A ping is answered before anything else happens.
    Pong,
}

impl End {
    /// Whether it may stand for another end: what would end a stream may end its connection (section 5.4.2), and the
    /// library calls many faults of frames and fields by the most general name.
    pub(crate) fn serves_for(self, expected: Self) -> bool {
        const PROTOCOL_ERROR: u32 = 0x1;
        let is_stricter = self == Self::Connection(PROTOCOL_ERROR);
        self == expected || (is_stricter && matches!(expected, Self::Stream(_) | Self::Connection(_)))
    }
}

/// A client.
pub(crate) struct Peer(TcpStream);

impl Peer {
    /// Connects, and sends preface and settings.
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self::connect_with(address, b"")
    }

    /// The same with these settings.
    pub(crate) fn connect_with(address: SocketAddr, settings: &[u8]) -> Self {
        let stream = TcpStream::connect(address).expect("the gateway accepts connections");
        stream.set_nodelay(true).expect("it is a socket");
        stream.set_read_timeout(Some(PATIENCE)).expect("it is a socket");
        stream.set_write_timeout(Some(PATIENCE)).expect("it is a socket");
        let mut peer = Self(stream);
        peer.send(&[PREFACE, &frame(SETTINGS, 0, 0, settings)].concat());
        peer
    }

    /// Sends as far as the gateway takes it.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        let _ = self.try_send(bytes);
    }

    /// # Errors
    /// As the system gives it.
    pub(crate) fn try_send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.0.write_all(bytes)
    }

    /// Whether something has come that was not read, or the end.
    pub(crate) fn has_answered(&mut self) -> bool {
        self.0.set_read_timeout(Some(std::time::Duration::from_millis(20))).expect("it is a socket");
        let found = loop {
            let mut head = [0; 9];
            match self.0.peek(&mut head) {
                Ok(length) if length == head.len() && matches!(head[3], SETTINGS | WINDOW_UPDATE) => drop(self.next()),
                Ok(_) => break true,
                Err(_) => break false,
            }
        };
        self.0.set_read_timeout(Some(PATIENCE)).expect("it is a socket");
        found
    }

    /// How long a send or a read may take.
    pub(crate) fn wait_at_most(&self, limit: std::time::Duration) {
        self.0.set_write_timeout(Some(limit)).expect("it is a socket");
        self.0.set_read_timeout(Some(limit)).expect("it is a socket");
    }

    /// Kind, flags and payload of the next frame; `None` at the end.
    pub(crate) fn next(&mut self) -> Option<(u8, u8, Vec<u8>)> {
        let mut head = [0; 9];
        self.fill(&mut head)?;
        let mut payload = vec![0; usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2])];
        self.fill(&mut payload)?;
        Some((head[3], head[4], payload))
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Option<()> {
        match self.0.read_exact(buffer) {
            Ok(()) => Some(()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => panic!("nothing comes, and the connection stays"),
            Err(_) => None,
        }
    }

    /// Flags and payload of the next frame of a kind.
    pub(crate) fn next_of(&mut self, kind: u8) -> Option<(u8, Vec<u8>)> {
        std::iter::from_fn(|| self.next()).find(|frame| frame.0 == kind).map(|(_, flags, payload)| (flags, payload))
    }

    /// The next acknowledgement of settings.
    pub(crate) fn next_acknowledgement(&mut self) -> Option<(u8, Vec<u8>)> {
        std::iter::from_fn(|| self.next_of(SETTINGS)).find(|(flags, _)| *flags == ACK)
    }

    /// Reads until it is clear how the exchange ends.
    pub(crate) fn end(&mut self) -> End {
        while let Some((kind, flags, payload)) = self.next() {
            let word = |at: usize| u32::from_be_bytes(payload[at..at + 4].try_into().expect("four bytes"));
            match kind {
                GOAWAY => return End::Connection(word(4)),
                RST_STREAM => return End::Stream(word(0)),
                PING if flags == ACK && payload == [0; 8] => return End::Pong,
                HEADERS => return End::Answer(status(&payload)),
                _ => {}
            }
        }
        End::Closed
    }
}

/// The status at the beginning of a block: one with an index of its own (RFC 7541 appendix A), or a literal.
fn status(block: &[u8]) -> &'static str {
    match block.iter().copied().find(|byte| *byte & 0xe0 != 0x20) {
        Some(0x88) => "200",
        Some(0x8c) => "400",
        Some(0x8d) => "404",
        // A literal whose name has the index 8: `:status`.
        Some(0x08 | 0x48) if block.ends_with(b"431") => "431",
        _ => "another",
    }
}
