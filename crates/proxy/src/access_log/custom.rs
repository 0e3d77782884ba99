//! A line in a format of the settings' own.
//!
//! The format is compiled when the settings are read. What a plugin may change is written down when the request comes;
//! the rest when its answer is over.

use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gibbon_conf::{LogEscape, LogFormat, LogPiece, LogVariable};
use gibbon_plugin_api::{Connection, Headers, RequestHead, ResponseHead, Scheme};
use http::{StatusCode, Version};

use super::query::Secrets;
use super::{Entry, date, write_safe};
use crate::http::upstream::Answer;

/// What such a line needs beyond what every line has.
pub(crate) struct Custom {
    format: Arc<LogFormat>,
    started: Instant,
    /// One for each piece of the format; only those that are known from the request.
    early: Vec<Option<Vec<u8>>>,
    /// One for each field of the answer that the format names, in the same order.
    fields: Vec<Option<Vec<u8>>>,
    upstream: Option<Upstream>,
}

/// What the upstream did.
#[derive(Clone, Copy)]
pub(crate) struct Upstream {
    status: StatusCode,
    asked: Instant,
    answered: Instant,
}

impl Upstream {
    pub(crate) fn of(answer: &Answer) -> Self {
        Self { status: answer.head.status, asked: answer.asked, answered: answer.answered }
    }
}

impl Custom {
    /// What is known when the request has come.
    pub(crate) fn new(
        format: Arc<LogFormat>,
        head: &RequestHead,
        connection: &Connection,
        secrets: Secrets<'_>,
    ) -> Self {
        let early = |piece: &LogPiece| match piece {
            LogPiece::Text(_) => None,
            LogPiece::Variable(variable) => of_request(variable, head, connection, secrets),
        };
        let early = format.pieces.iter().map(early).collect();
        Self { format, started: Instant::now(), early, fields: Vec::new(), upstream: None }
    }

    /// What is known of a client that has sent no request.
    pub(crate) fn of_nothing(format: Arc<LogFormat>) -> Self {
        let early = format.pieces.iter().map(|_| None).collect();
        Self { format, started: Instant::now(), early, fields: Vec::new(), upstream: None }
    }

    /// What the upstream did, if it was asked.
    pub(crate) fn asked(&mut self, upstream: Option<Upstream>) {
        self.upstream = upstream;
    }

    /// What is known when the head of the answer is.
    pub(crate) fn answered(&mut self, head: &ResponseHead) {
        let named = self.format.pieces.iter().filter_map(|piece| match piece {
            LogPiece::Variable(LogVariable::AnswerField(name)) => Some(joined(&head.headers, name)),
            _ => None,
        });
        self.fields = named.collect();
    }

    pub(super) fn write(&self, line: &mut Vec<u8>, entry: &Entry, clock: &date::LocalTime) {
        let mut fields = self.fields.iter();
        for (piece, early) in self.format.pieces.iter().zip(&self.early) {
            match (piece, early) {
                (LogPiece::Text(text), _) => line.extend_from_slice(text.as_bytes()),
                (LogPiece::Variable(_), Some(value)) => self.escape(line, value),
                (LogPiece::Variable(LogVariable::AnswerField(_)), None) => match fields.next().and_then(Option::as_ref)
                {
                    Some(value) => self.escape(line, value),
                    None => self.nothing(line),
                },
                (LogPiece::Variable(variable), None) => match self.late(variable, entry, clock) {
                    Some(value) => self.escape(line, &value),
                    None => self.nothing(line),
                },
            }
        }
        line.push(b'\n');
    }

    fn late(&self, variable: &LogVariable, entry: &Entry, clock: &date::LocalTime) -> Option<Vec<u8>> {
        let text = match variable {
            LogVariable::RemoteAddr => return Some(entry.client.as_bytes().to_vec()),
            LogVariable::Request => return Some(entry.request.clone()),
            LogVariable::RequestId => entry.id.as_str().to_owned(),
            LogVariable::TimeLocal => clock.common().to_owned(),
            LogVariable::TimeIso8601 => clock.iso(),
            LogVariable::Msec => seconds(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()),
            LogVariable::Status => entry.status.as_u16().to_string(),
            LogVariable::BodyBytesSent => entry.bytes.to_string(),
            LogVariable::RequestTime => seconds(self.started.elapsed()),
            LogVariable::UpstreamStatus => self.upstream?.status.as_u16().to_string(),
            LogVariable::UpstreamHeaderTime => {
                seconds(self.upstream.map(|upstream| upstream.answered - upstream.asked)?)
            }
            LogVariable::UpstreamResponseTime => seconds(self.upstream?.asked.elapsed()),
            _ => return None,
        };
        Some(text.into_bytes())
    }

    fn nothing(&self, line: &mut Vec<u8>) {
        if self.format.escape == LogEscape::Default {
            line.push(b'-');
        }
    }

    fn escape(&self, line: &mut Vec<u8>, value: &[u8]) {
        match self.format.escape {
            _ if value.is_empty() => self.nothing(line),
            LogEscape::Default => write_safe(line, value),
            LogEscape::Json => write_json(line, value),
            LogEscape::None => line.extend_from_slice(value),
        }
    }
}

fn of_request(
    variable: &LogVariable,
    head: &RequestHead,
    connection: &Connection,
    secrets: Secrets<'_>,
) -> Option<Vec<u8>> {
    let text = match variable {
        LogVariable::RemotePort => connection.peer.port().to_string(),
        LogVariable::RequestMethod => head.method.as_str().to_owned(),
        LogVariable::RequestUri => secrets.without(head.raw_target()),
        LogVariable::Args => {
            let target = secrets.without(head.raw_target());
            target.split_once('?').map(|(_, query)| query.to_owned())?
        }
        LogVariable::IsArgs => if head.raw_target().contains('?') { "?" } else { "" }.to_owned(),
        LogVariable::Host => return Some(host_name(head.host().as_bytes())),
        LogVariable::Scheme => match connection.scheme {
            Scheme::Http => "http".to_owned(),
            Scheme::Https => "https".to_owned(),
        },
        LogVariable::ServerProtocol if head.version == Version::HTTP_10 => "HTTP/1.0".to_owned(),
        LogVariable::ServerProtocol if head.version == Version::HTTP_2 => "HTTP/2.0".to_owned(),
        LogVariable::ServerProtocol => "HTTP/1.1".to_owned(),
        LogVariable::ServerPort => connection.local_port.to_string(),
        LogVariable::RequestField(name) => return joined(&head.headers, name),
        _ => return None,
    };
    Some(text.into_bytes())
}

/// The host in lower case, without the port.
fn host_name(host: &[u8]) -> Vec<u8> {
    let in_brackets = host.starts_with(b"[");
    let end = host.iter().rposition(|byte| *byte == if in_brackets { b']' } else { b':' });
    let name = match end {
        Some(end) if in_brackets => host.get(..=end),
        Some(end) => host.get(..end),
        None => Some(host),
    };
    name.unwrap_or(host).to_ascii_lowercase()
}

/// All values of a field, as if they had been sent in one.
fn joined(headers: &Headers, name: &str) -> Option<Vec<u8>> {
    headers.all(name).map(<[u8]>::to_vec).reduce(|all, value| [all, value].join(&b", "[..]))
}

/// Seconds with three digits behind the point, as nginx writes times.
fn seconds(time: Duration) -> String {
    format!("{}.{:03}", time.as_secs(), time.subsec_millis())
}

/// What may stand in a string of JSON; bytes that are no UTF-8 are replaced.
fn write_json(line: &mut Vec<u8>, value: &[u8]) {
    for c in String::from_utf8_lossy(value).chars() {
        // Writing to memory cannot fail.
        let _ = match c {
            '"' | '\\' => write!(line, "\\{c}"),
            c if c.is_control() => write!(line, "\\u{:04X}", u32::from(c)),
            c => write!(line, "{c}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_of_json_cannot_be_left() {
        let mut line = Vec::new();
        write_json(&mut line, b"a\"b\\c\nd\xff");
        assert_eq!(String::from_utf8(line).unwrap(), "a\\\"b\\\\c\\u000Ad\u{fffd}");
    }

    #[test]
    fn a_host_is_shown_without_its_port() {
        for (host, name) in [("A.com:80", "a.com"), ("a.com", "a.com"), ("[::1]:80", "[::1]"), ("[::1]", "[::1]")] {
            assert_eq!(host_name(host.as_bytes()), name.as_bytes(), "{host}");
        }
    }
}
