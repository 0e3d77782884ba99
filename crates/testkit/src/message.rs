//! HTTP/1.1 messages as they stand on the wire, read the plain way (RFC 9112).
//!
//! Names and values are kept exactly as they came and in their order, so that a test can see everything.

use std::io::{self, Read};

/// A header section: fields in their order, names as they were written.
pub type Fields = Vec<(String, String)>;

/// A request as an origin received it.
#[derive(Debug, Clone)]
pub struct Received {
    /// The head, byte for byte, with the empty line.
    pub head: Vec<u8>,
    /// The method.
    pub method: String,
    /// The target, as it stands in the first line.
    pub target: String,
    /// The version, as it stands in the first line.
    pub version: String,
    /// The fields.
    pub fields: Fields,
    /// The body without its framing.
    pub body: Vec<u8>,
    /// The trailer fields of a chunked body.
    pub trailers: Fields,
    /// Which of the origin's connections it came on, counted from 0.
    pub connection: usize,
}

impl Received {
    /// The value of the field `name`, where it occurs exactly once.
    pub fn field(&self, name: &str) -> Option<&str> {
        only(&self.fields, name)
    }

    /// Every value of `name`.
    pub fn all(&self, name: &str) -> Vec<&str> {
        all(&self.fields, name)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// An answer as a client received it.
#[derive(Debug, Clone)]
pub struct Response {
    /// The version, as it stands in the first line.
    pub version: String,
    /// The status.
    pub status: u16,
    /// The fields.
    pub fields: Fields,
    /// The body without its framing.
    pub body: Vec<u8>,
    /// The trailer fields of a chunked body.
    pub trailers: Fields,
}

impl Response {
    /// The value of the field `name`, where it occurs exactly once.
    pub fn field(&self, name: &str) -> Option<&str> {
        only(&self.fields, name)
    }

    /// Every value of `name`.
    pub fn all(&self, name: &str) -> Vec<&str> {
        all(&self.fields, name)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

fn only<'f>(fields: &'f Fields, name: &str) -> Option<&'f str> {
    match all(fields, name)[..] {
        [value] => Some(value),
        _ => None,
    }
}

fn all<'f>(fields: &'f Fields, name: &str) -> Vec<&'f str> {
    fields.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str()).collect()
}

/// Reads messages from one end of a connection, one after the other.
pub(crate) struct MessageReader<R> {
    source: R,
    waiting: Vec<u8>,
}

/// The head of a message, split.
pub(crate) struct Head {
    pub(crate) bytes: Vec<u8>,
    pub(crate) first_line: String,
    pub(crate) fields: Fields,
}

/// How long a body is, as its head says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    Exactly(usize),
    Chunked,
    UntilClose,
}

impl Head {
    /// `without` is what the message has where its fields say nothing.
    pub(crate) fn length(&self, without: Length) -> io::Result<Length> {
        if all(&self.fields, "transfer-encoding").iter().any(|value| value.eq_ignore_ascii_case("chunked")) {
            return Ok(Length::Chunked);
        }
        match all(&self.fields, "content-length")[..] {
            [] => Ok(without),
            [length] => length.parse().map(Length::Exactly).map_err(|_| malformed("Content-Length", length)),
            _ => Err(malformed("Content-Length", "there are several")),
        }
    }
}

impl<R: Read> MessageReader<R> {
    pub(crate) fn new(source: R) -> Self {
        Self { source, waiting: Vec::new() }
    }

    pub(crate) fn source(&self) -> &R {
        &self.source
    }

    /// What came behind the last message that was read; it is gone from here.
    pub(crate) fn take_waiting(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.waiting)
    }

    /// The connection itself, and what came behind the last message that was read.
    pub(crate) fn rest(self) -> (R, Vec<u8>) {
        (self.source, self.waiting)
    }

    /// The next head; `None` where the other side has closed instead.
    pub(crate) fn head(&mut self) -> io::Result<Option<Head>> {
        let end = loop {
            if let Some(at) = find(&self.waiting, b"\r\n\r\n") {
                break at + 4;
            }
            if self.fill()? == 0 {
                return if self.waiting.is_empty() { Ok(None) } else { Err(broken_off()) };
            }
        };
        let bytes: Vec<u8> = self.waiting.drain(..end).collect();
        let text = String::from_utf8_lossy(&bytes[..end - 4]).into_owned();
        let mut lines = text.split("\r\n");
        let first_line = lines.next().unwrap_or_default().to_owned();
        let fields = lines.map(field).collect::<io::Result<_>>()?;
        Ok(Some(Head { bytes, first_line, fields }))
    }

    /// The body, and the trailer fields.
    pub(crate) fn body(&mut self, length: Length) -> io::Result<(Vec<u8>, Fields)> {
        match length {
            Length::Exactly(length) => Ok((self.exactly(length)?, Vec::new())),
            Length::Chunked => self.chunks(),
            Length::UntilClose => {
                while self.fill()? > 0 {}
                Ok((std::mem::take(&mut self.waiting), Vec::new()))
            }
        }
    }

    /// Reads `length` bytes and keeps none of them.
    pub(crate) fn skip(&mut self, length: usize) -> io::Result<()> {
        let here = self.waiting.len().min(length);
        self.waiting.drain(..here);
        let wanted = (length - here) as u64;
        let read = io::copy(&mut (&mut self.source).take(wanted), &mut io::sink())?;
        if read == wanted { Ok(()) } else { Err(broken_off()) }
    }

    fn chunks(&mut self) -> io::Result<(Vec<u8>, Fields)> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).map_err(|_| malformed("chunk size", &line))?;
            if size == 0 {
                break;
            }
            body.extend(self.exactly(size)?);
            if self.exactly(2)? != b"\r\n" {
                return Err(malformed("chunk", "no line end behind it"));
            }
        }
        let mut trailers = Fields::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return Ok((body, trailers));
            }
            trailers.push(field(&line)?);
        }
    }

    fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(at) = find(&self.waiting, b"\r\n") {
                let line: Vec<u8> = self.waiting.drain(..at + 2).collect();
                return Ok(String::from_utf8_lossy(&line[..at]).into_owned());
            }
            if self.fill()? == 0 {
                return Err(broken_off());
            }
        }
    }

    fn exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.waiting.len() < length {
            if self.fill()? == 0 {
                return Err(broken_off());
            }
        }
        Ok(self.waiting.drain(..length).collect())
    }

    /// Reads what is there; 0 where the other side has closed.
    fn fill(&mut self) -> io::Result<usize> {
        let mut piece = [0; 64 * 1024];
        let length = self.source.read(&mut piece)?;
        self.waiting.extend_from_slice(&piece[..length]);
        Ok(length)
    }
}

fn field(line: &str) -> io::Result<(String, String)> {
    let (name, value) = line.split_once(':').ok_or_else(|| malformed("field", line))?;
    Ok((name.to_owned(), value.trim().to_owned()))
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn broken_off() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the connection ended within a message")
}

fn malformed(what: &str, text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("malformed {what}: {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> io::Result<(Vec<u8>, Fields)> {
        let mut reader = MessageReader::new(bytes);
        let head = reader.head()?.unwrap();
        let length = head.length(Length::UntilClose)?;
        reader.body(length)
    }

    #[test]
    fn a_body_is_as_long_as_its_head_says() {
        assert_eq!(read(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc").unwrap().0, b"ab");
        assert_eq!(read(b"HTTP/1.1 200 OK\r\n\r\nabc").unwrap().0, b"abc");
    }

    #[test]
    fn chunks_are_joined_and_trailers_kept() {
        let (body, trailers) =
            read(b"X\r\nTransfer-Encoding: chunked\r\n\r\n2;x=1\r\nab\r\n1\r\nc\r\n0\r\nT: 1\r\n\r\n").unwrap();
        assert_eq!((body, trailers), (b"abc".to_vec(), vec![("T".to_owned(), "1".to_owned())]));
    }

    #[test]
    fn a_message_that_breaks_off_is_an_error() {
        for bytes in [
            &b"X\r\nContent-Length: 3\r\n\r\nab"[..],
            b"X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
            b"X\r\nContent-Length: 1",
        ] {
            assert_eq!(read(bytes).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        }
        assert!(MessageReader::new(&b""[..]).head().unwrap().is_none());
    }
}
