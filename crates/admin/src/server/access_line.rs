//! One line for each request, in the combined format of web servers.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::SystemTime;

use http::request::Parts;
use http::{HeaderName, StatusCode, header};

/// A request, before its answer is known.
pub(super) struct AccessLine {
    start: Vec<u8>,
    end: Vec<u8>,
}

impl AccessLine {
    /// What the head of the request says.
    pub(super) fn new(head: &Parts, peer: SocketAddr, now: SystemTime) -> Self {
        let mut start = format!("{} - - [{}] \"", peer.ip(), common_log_time(now)).into_bytes();
        write_safe(&mut start, head.method.as_str().as_bytes());
        start.push(b' ');
        write_safe(&mut start, head.uri.to_string().as_bytes());
        // Writing to memory cannot fail.
        let _ = write!(start, " {:?}\"", head.version);
        let mut end = Vec::new();
        for name in [header::REFERER, header::USER_AGENT] {
            end.extend_from_slice(b" \"");
            write_field(&mut end, head, &name);
            end.push(b'"');
        }
        end.push(b'\n');
        Self { start, end }
    }

    /// The whole line.
    pub(super) fn finish(mut self, status: StatusCode, bytes: usize) -> Vec<u8> {
        let _ = write!(self.start, " {} {bytes}", status.as_u16());
        self.start.extend_from_slice(&self.end);
        self.start
    }
}

fn write_field(line: &mut Vec<u8>, head: &Parts, name: &HeaderName) {
    write_safe(line, head.headers.get(name).map_or(b"-", |value| value.as_bytes()));
}

/// A quote or a control character could end the field or the line; nginx writes those as `\xHH`, and so do we.
fn write_safe(line: &mut Vec<u8>, bytes: &[u8]) {
    for byte in bytes {
        if byte.is_ascii_control() || matches!(byte, b'"' | b'\\' | 0x80..) {
            let _ = write!(line, "\\x{byte:02X}");
        } else {
            line.push(*byte);
        }
    }
}

/// `23/Nov/2026:03:34:01 +0000`, put together from the date format of HTTP: `Mon, 23 Nov 2026 03:34:01 GMT`.
fn common_log_time(now: SystemTime) -> String {
    let date = httpdate::fmt_http_date(now);
    match date.split(' ').collect::<Vec<_>>().as_slice() {
        [_, day, month, year, time, _] => format!("{day}/{month}/{year}:{time} +0000"),
        _ => date,
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use http::{HeaderValue, Request};

    use super::*;

    #[test]
    fn a_line_has_the_combined_format_and_cannot_be_broken() {
        let request =
            Request::post("/services?size=1").header("user-agent", HeaderValue::from_bytes(b"a\"b\xff").unwrap());
        let (head, ()) = request.body(()).unwrap().into_parts();
        let now = UNIX_EPOCH + Duration::from_secs(1_795_404_841);
        let line = AccessLine::new(&head, "192.0.2.1:5000".parse().unwrap(), now).finish(StatusCode::CREATED, 42);
        let expected = "192.0.2.1 - - [23/Nov/2026:03:34:01 +0000] \"POST /services?size=1 HTTP/1.1\" 201 42 \"-\" \
                        \"a\\x22b\\xFF\"\n";
        assert_eq!(String::from_utf8(line).unwrap(), expected);
    }
}
