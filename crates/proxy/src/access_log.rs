//! One line for each request, in nginx's combined format with the request's id behind it.
//!
//! A worker gathers lines and hands them over by the tick, so that a request pays for formatting and nothing else.

use std::cell::RefCell;
use std::io::Write as _;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use http::{HeaderValue, StatusCode, Version};

use crate::http::request_id::RequestId;

/// Takes whole lines; never waits.
pub type LineSink = Arc<dyn Fn(Vec<u8>) + Send + Sync>;

/// What a worker gathers at most before it hands over.
const BATCH: usize = 16 * 1024;

pub(crate) struct AccessLog {
    sink: LineSink,
    lines: RefCell<Vec<u8>>,
    /// When the present second began, and how it is written.
    clock: RefCell<Option<(Instant, String)>>,
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
}

impl AccessLog {
    pub(crate) fn new(sink: LineSink) -> Rc<Self> {
        Rc::new(Self { sink, lines: RefCell::default(), clock: RefCell::new(None) })
    }

    /// Hands over what has been gathered.
    pub(crate) fn flush(&self) {
        let lines = std::mem::take(&mut *self.lines.borrow_mut());
        if !lines.is_empty() {
            (self.sink)(lines);
        }
    }

    fn write(&self, entry: &Entry) {
        let mut lines = self.lines.borrow_mut();
        lines.extend_from_slice(entry.client.as_bytes());
        lines.extend_from_slice(b" - - [");
        self.write_time(&mut lines);
        lines.extend_from_slice(b"] \"");
        write_safe(&mut lines, &entry.request);
        // Writing to memory cannot fail.
        let _ = write!(lines, "\" {} {} \"", entry.status.as_u16(), entry.bytes);
        write_field(&mut lines, entry.referer.as_deref());
        lines.extend_from_slice(b"\" \"");
        write_field(&mut lines, entry.agent.as_deref());
        lines.extend_from_slice(b"\" kong_request_id: \"");
        lines.extend_from_slice(entry.id.as_str().as_bytes());
        lines.extend_from_slice(b"\"\n");
        let full = lines.len() >= BATCH;
        drop(lines);
        if full {
            self.flush();
        }
    }

    /// The time of day is written anew once a second.
    fn write_time(&self, lines: &mut Vec<u8>) {
        let mut clock = self.clock.borrow_mut();
        if clock.as_ref().is_none_or(|(begun, _)| begun.elapsed() >= Duration::from_secs(1)) {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let since_begin = Duration::from_nanos(u64::from(now.subsec_nanos()));
            let begun = Instant::now().checked_sub(since_begin).unwrap_or_else(Instant::now);
            *clock = Some((begun, common_log_time(now.as_secs())));
        }
        lines.extend_from_slice(clock.as_ref().map_or("", |(_, text)| text).as_bytes());
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

/// The line of a request. A token in the query is a secret as long as it lives, and a log lives
/// longer: whatever has the shape of one is left out.
pub(crate) fn request_line(method: &str, target: &str, version: Version) -> String {
    let mut line = String::with_capacity(method.len() + target.len() + " HTTP/1.1".len() + 1);
    line.push_str(method);
    line.push(' ');
    write_target(&mut line, target);
    line.push_str(match version {
        Version::HTTP_10 => " HTTP/1.0",
        Version::HTTP_2 => " HTTP/2.0",
        _ => " HTTP/1.1",
    });
    line
}

fn write_target(line: &mut String, target: &str) {
    let Some((path, query)) = target.split_once('?').filter(|(_, query)| query.contains("eyJ")) else {
        line.push_str(target);
        return;
    };
    line.push_str(path);
    for (index, argument) in query.split('&').enumerate() {
        line.push(if index == 0 { '?' } else { '&' });
        match argument.split_once('=') {
            Some((name, value)) if is_token(value) => {
                line.push_str(name);
                line.push_str("=<token>");
            }
            _ => line.push_str(argument),
        }
    }
}

/// Three parts, the first of which begins as a JSON object in base64url does.
fn is_token(value: &str) -> bool {
    let value = value.replace("%2E", ".").replace("%2e", ".");
    value.trim_start_matches("%20").starts_with("eyJ") && value.matches('.').count() >= 2
}

/// `23/Nov/2026:03:34:01 +0000`, from seconds since 1970 UTC.
fn common_log_time(seconds: u64) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    // Days are counted in eras of 400 years that begin on a 1st of March, so that a leap day is the last of its year.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, next_year) = if month < 10 { (month + 2, 0) } else { (month - 10, 1) };
    let year = era * 400 + year_of_era + next_year;
    let name = usize::try_from(month).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or("???");
    format!("{day:02}/{name}/{year}:{:02}:{:02}:{:02} +0000", time / 3600, time / 60 % 60, time % 60)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn a_time_is_written_as_web_servers_write_it() {
        assert_eq!(common_log_time(0), "01/Jan/1970:00:00:00 +0000");
        assert_eq!(common_log_time(951_782_399), "28/Feb/2000:23:59:59 +0000");
        assert_eq!(common_log_time(951_782_400), "29/Feb/2000:00:00:00 +0000");
        assert_eq!(common_log_time(1_795_404_841), "23/Nov/2026:03:34:01 +0000");
    }

    #[test]
    fn a_token_in_the_query_is_left_out() {
        let line = |target| request_line("GET", target, Version::HTTP_11);
        assert_eq!(line("/a?x=1&jwt=eyJh.eyJi.c&y"), "GET /a?x=1&jwt=<token>&y HTTP/1.1");
        assert_eq!(line("/a?jwt=eyJh%2EeyJi%2ec"), "GET /a?jwt=<token> HTTP/1.1");
        assert_eq!(line("/a?name=eyJane"), "GET /a?name=eyJane HTTP/1.1");
        assert_eq!(request_line("GET", "/a", Version::HTTP_10), "GET /a HTTP/1.0");
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
            request: request_line("GET", "/a", Version::HTTP_11).into(),
            status: StatusCode::OK,
            bytes: 7,
            referer: None,
            agent: Some(b"a\"b\xff".as_slice().into()),
            id: id.clone(),
        });
        log.flush();
        let line = String::from_utf8(written.lock().unwrap().clone()).unwrap();
        assert!(line.starts_with("192.0.2.1 - - ["), "{line}");
        let end = "] \"GET /a HTTP/1.1\" 200 7 \"-\" \"a\\x22b\\xFF\" kong_request_id: \"";
        assert!(line.ends_with(&format!("{end}{}\"\n", id.as_str())), "{line}");
    }
}
