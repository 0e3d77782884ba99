//! One line for each request, in nginx's combined format with the request's id behind it, or in one of the settings' own.
//!
//! A worker gathers lines and hands them over by the tick, so that a request pays for formatting and nothing else.

mod custom;
mod date;
mod query;

use std::cell::RefCell;
use std::io::Write as _;
use std::rc::Rc;
use std::sync::Arc;

use gibbon_plugin_api::ResponseHead;
use http::{HeaderValue, StatusCode, Version};

use crate::http::request_id::RequestId;

pub(crate) use custom::{Custom, Upstream};
pub(crate) use query::{Secrets, is_token};

/// Takes whole lines; never waits.
pub type LineSink = Arc<dyn Fn(Vec<u8>) + Send + Sync>;

/// What a worker gathers at most before it hands over.
const BATCH: usize = 16 * 1024;

pub(crate) struct AccessLog {
    sink: LineSink,
    lines: RefCell<Vec<u8>>,
    /// The time of day is written anew once a second.
    clock: RefCell<date::LocalTime>,
}

/// One request, until its answer is over.
pub(crate) struct Entry {
    pub(crate) log: Rc<AccessLog>,
    pub(crate) client: HeaderValue,
    /// The line that the request began with.
    pub(crate) request: Vec<u8>,
    pub(crate) status: StatusCode,
    pub(crate) bytes: u64,
    pub(crate) referer: Option<Box<[u8]>>,
    pub(crate) agent: Option<Box<[u8]>>,
    pub(crate) id: RequestId,
    /// Where the settings have a format of their own.
    pub(crate) custom: Option<Box<Custom>>,
}

impl AccessLog {
    pub(crate) fn new(sink: LineSink) -> Rc<Self> {
        Rc::new(Self { sink, lines: RefCell::default(), clock: RefCell::new(date::LocalTime::now()) })
    }

    /// Hands over what has been gathered.
    pub(crate) fn flush(&self) {
        let lines = std::mem::take(&mut *self.lines.borrow_mut());
        if !lines.is_empty() {
            (self.sink)(lines);
        }
    }

    /// Adds a line of whatever format; it is told the time of day.
    pub(crate) fn add(&self, write: impl FnOnce(&mut Vec<u8>, &str)) {
        self.add_with(|lines, clock| write(lines, clock.common()));
    }

    fn write(&self, entry: &Entry) {
        self.add_with(|lines, clock| match &entry.custom {
            None => entry.write(lines, clock.common()),
            Some(custom) => custom.write(lines, entry, clock),
        });
    }

    fn add_with(&self, write: impl FnOnce(&mut Vec<u8>, &date::LocalTime)) {
        let mut lines = self.lines.borrow_mut();
        let mut clock = self.clock.borrow_mut();
        if clock.is_over() {
            *clock = date::LocalTime::now();
        }
        write(&mut lines, &clock);
        let full = lines.len() >= BATCH;
        drop(lines);
        if full {
            self.flush();
        }
    }
}

impl Entry {
    /// Takes down what is known when the head of the answer is.
    pub(crate) fn answered(&mut self, head: &ResponseHead) {
        self.status = head.status;
        if let Some(custom) = &mut self.custom {
            custom.answered(head);
        }
    }

    fn write(&self, lines: &mut Vec<u8>, time: &str) {
        lines.extend_from_slice(self.client.as_bytes());
        lines.extend_from_slice(b" - - [");
        lines.extend_from_slice(time.as_bytes());
        lines.extend_from_slice(b"] \"");
        write_safe(lines, &self.request);
        // Writing to memory cannot fail.
        let _ = write!(lines, "\" {} {} \"", self.status.as_u16(), self.bytes);
        write_field(lines, self.referer.as_deref());
        lines.extend_from_slice(b"\" \"");
        write_field(lines, self.agent.as_deref());
        lines.extend_from_slice(b"\" kong_request_id: \"");
        lines.extend_from_slice(self.id.as_str().as_bytes());
        lines.extend_from_slice(b"\"\n");
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.log.write(self);
    }
}

fn write_field(lines: &mut Vec<u8>, value: Option<&[u8]>) {
    match value {
        Some(value) => write_safe(lines, value),
        None => lines.push(b'-'),
    }
}

/// A quote or a control character could end the field or the line; nginx writes those as `\xHH`, and so do we.
fn write_safe(lines: &mut Vec<u8>, bytes: &[u8]) {
    for byte in bytes {
        if byte.is_ascii_control() || matches!(byte, b'"' | b'\\' | 0x80..) {
            let _ = write!(lines, "\\x{byte:02X}");
        } else {
            lines.push(*byte);
        }
    }
}

/// The line of a request, without its secrets.
pub(crate) fn request_line(method: &str, target: &str, version: Version, secrets: Secrets<'_>) -> String {
    let mut line = String::with_capacity(method.len() + target.len() + " HTTP/1.1".len() + 1);
    line.push_str(method);
    line.push(' ');
    secrets.write(&mut line, target);
    line.push_str(match version {
        Version::HTTP_10 => " HTTP/1.0",
        Version::HTTP_2 => " HTTP/2.0",
        _ => " HTTP/1.1",
    });
    line
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn the_line_of_a_request_has_no_secrets() {
        let names = ["apikey".into()];
        let line = |target, version| request_line("GET", target, version, Secrets::named(&names));
        assert_eq!(line("/a?apikey=k", Version::HTTP_11), "GET /a?apikey=<credential> HTTP/1.1");
        assert_eq!(line("/a", Version::HTTP_10), "GET /a HTTP/1.0");
    }

    #[test]
    fn a_line_cannot_be_broken_by_what_a_client_sends() {
        let written = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&written);
        let id = crate::http::request_id::RequestIds::new().next();
        let log = AccessLog::new(Arc::new(move |lines| sink.lock().unwrap().extend(lines)));
        drop(Entry {
            log: Rc::clone(&log),
            client: HeaderValue::from_static("192.0.2.1"),
            request: request_line("GET", "/a", Version::HTTP_11, Secrets::default()).into(),
            status: StatusCode::OK,
            bytes: 7,
            referer: None,
            agent: Some(b"a\"b\xff".as_slice().into()),
            id,
            custom: None,
        });
        log.flush();
        let line = String::from_utf8(written.lock().unwrap().clone()).unwrap();
        assert!(line.starts_with("192.0.2.1 - - ["), "{line}");
        let end = "] \"GET /a HTTP/1.1\" 200 7 \"-\" \"a\\x22b\\xFF\" kong_request_id: \"";
        assert!(line.ends_with(&format!("{end}{}\"\n", id.as_str())), "{line}");
    }
}
