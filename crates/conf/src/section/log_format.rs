//! A format of one's own for the lines of the proxy's access log, in nginx's notation.

use crate::key::{Key, Kind};

/// A format with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFormat {
    /// What `proxy_access_log` calls it.
    pub name: Box<str>,
    /// How values are written.
    pub escape: LogEscape,
    /// The line, piece by piece.
    pub pieces: Vec<LogPiece>,
}

/// How what a client may have chosen is kept from breaking a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogEscape {
    /// `\xHH`; what is not there is `-`.
    Default,
    /// As in a string of JSON; what is not there is nothing.
    Json,
    /// Not at all; what is not there is nothing.
    None,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogPiece {
    /// Itself.
    Text(Box<str>),
    /// What is known of a request.
    Variable(LogVariable),
}

/// What is known of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogVariable {
    /// `$remote_addr`
    RemoteAddr,
    /// `$remote_port`
    RemotePort,
    /// `$remote_user`, which is nobody: who a client is, is for plugins to say.
    RemoteUser,
    /// `$time_local`
    TimeLocal,
    /// `$time_iso8601`
    TimeIso8601,
    /// `$msec`
    Msec,
    /// `$request`
    Request,
    /// `$request_method`
    RequestMethod,
    /// `$request_uri`
    RequestUri,
    /// `$args`, `$query_string`
    Args,
    /// `$is_args`
    IsArgs,
    /// `$host`
    Host,
    /// `$scheme`
    Scheme,
    /// `$server_protocol`
    ServerProtocol,
    /// `$server_port`
    ServerPort,
    /// `$status`
    Status,
    /// `$body_bytes_sent`
    BodyBytesSent,
    /// `$request_time`
    RequestTime,
    /// `$request_id`, `$kong_request_id`
    RequestId,
    /// `$http_<name>`: a field of the request.
    RequestField(Box<str>),
    /// `$sent_http_<name>`: a field of the answer.
    AnswerField(Box<str>),
    /// `$upstream_status`
    UpstreamStatus,
    /// `$upstream_header_time`
    UpstreamHeaderTime,
    /// `$upstream_response_time`
    UpstreamResponseTime,
}

const PLAIN: &[(&str, LogVariable)] = &[
    ("remote_addr", LogVariable::RemoteAddr),
    ("remote_port", LogVariable::RemotePort),
    ("remote_user", LogVariable::RemoteUser),
    ("time_local", LogVariable::TimeLocal),
    ("time_iso8601", LogVariable::TimeIso8601),
    ("msec", LogVariable::Msec),
    ("request", LogVariable::Request),
    ("request_method", LogVariable::RequestMethod),
    ("request_uri", LogVariable::RequestUri),
    ("args", LogVariable::Args),
    ("query_string", LogVariable::Args),
    ("is_args", LogVariable::IsArgs),
    ("host", LogVariable::Host),
    ("scheme", LogVariable::Scheme),
    ("server_protocol", LogVariable::ServerProtocol),
    ("server_port", LogVariable::ServerPort),
    ("status", LogVariable::Status),
    ("body_bytes_sent", LogVariable::BodyBytesSent),
    ("request_time", LogVariable::RequestTime),
    ("request_id", LogVariable::RequestId),
    ("kong_request_id", LogVariable::RequestId),
    ("upstream_status", LogVariable::UpstreamStatus),
    ("upstream_header_time", LogVariable::UpstreamHeaderTime),
    ("upstream_response_time", LogVariable::UpstreamResponseTime),
];

/// Fields that hold secrets by their nature.
const SECRET_FIELDS: &[&str] = &["authorization", "proxy-authorization", "cookie", "set-cookie"];

/// Names that stand for the usual formats.
const TAKEN: &[&str] = &["kong_log_format", "combined", "basic"];

pub(super) const FORMAT: Key<Option<LogFormat>> = Key::new(
    "nginx_http_log_format",
    "",
    Kind::Text,
    LogFormat::parse,
    "A format of one's own for `proxy_access_log`, in nginx's words: a name, perhaps `escape=json` or `escape=none`, and \
     the line in quotes: `short '$remote_addr \"$request\" $status'`. Variables: `$remote_addr`, `$remote_port`, \
     `$remote_user` (always `-`), `$time_local`, `$time_iso8601`, `$msec`, `$request`, `$request_method`, `$request_uri`, \
     `$args`, `$query_string`, `$is_args`, `$host`, `$scheme`, `$server_protocol`, `$server_port`, `$status`, \
     `$body_bytes_sent`, `$request_time`, `$request_id`, `$kong_request_id`, `$http_<name>`, `$sent_http_<name>`, \
     `$upstream_status`, `$upstream_header_time`, `$upstream_response_time`. Others are refused, and so are fields that \
     hold secrets (`$http_authorization`, `$http_cookie`); credentials in a query are left out.",
);

impl LogFormat {
    fn parse(text: &str) -> Result<Option<Self>, String> {
        let text = text.trim().trim_end_matches(';').trim_end();
        if text.is_empty() {
            return Ok(None);
        }
        let (name, rest) = text.split_once(char::is_whitespace).ok_or("expected a name and a line in quotes")?;
        if TAKEN.contains(&name) {
            return Err(format!("the name `{name}` is taken"));
        }
        let rest = rest.trim_start();
        let (escape, rest) = match rest.strip_prefix("escape=") {
            Some(rest) => {
                let (word, rest) = rest.split_once(char::is_whitespace).ok_or("there is no line behind `escape`")?;
                (LogEscape::parse(word)?, rest)
            }
            None => (LogEscape::Default, rest),
        };
        let pieces = pieces(&unquoted(rest)?)?;
        Ok(Some(Self { name: name.into(), escape, pieces }))
    }
}

impl LogEscape {
    fn parse(word: &str) -> Result<Self, String> {
        crate::switch::choose(word, &[("default", Self::Default), ("json", Self::Json), ("none", Self::None)])
    }
}

/// Strings in quotes one after the other, as nginx lets a long line be written; or one without quotes.
fn unquoted(text: &str) -> Result<String, String> {
    let mut line = String::new();
    let mut rest = text.trim();
    if !rest.starts_with(['\'', '"']) {
        return Ok(rest.to_owned());
    }
    while let Some(quote) = rest.chars().next() {
        if !matches!(quote, '\'' | '"') {
            return Err(format!("there is something behind the line: `{rest}`"));
        }
        let mut chars = rest.char_indices().skip(1);
        let end = loop {
            match chars.next() {
                Some((_, '\\')) => match chars.next() {
                    Some((_, escaped @ ('\'' | '"' | '\\'))) => line.push(escaped),
                    Some((_, 't')) => line.push('\t'),
                    Some((_, other)) => line.extend(['\\', other]),
                    None => return Err("a quote is not closed".to_owned()),
                },
                Some((at, end)) if end == quote => break at,
                Some((_, other)) => line.push(other),
                None => return Err("a quote is not closed".to_owned()),
            }
        };
        rest = rest.get(end + 1..).unwrap_or_default().trim_start();
    }
    Ok(line)
}

fn pieces(line: &str) -> Result<Vec<LogPiece>, String> {
    if line.contains(['\n', '\r']) {
        return Err("is more than one line".to_owned());
    }
    let mut pieces = Vec::new();
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once('$') {
        let in_braces = behind.strip_prefix('{').and_then(|behind| behind.split_once('}'));
        let end = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(behind.len());
        let (name, behind) = in_braces.unwrap_or_else(|| behind.split_at(end));
        if !before.is_empty() {
            pieces.push(LogPiece::Text(before.into()));
        }
        pieces.push(LogPiece::Variable(variable(name)?));
        rest = behind;
    }
    if !rest.is_empty() {
        pieces.push(LogPiece::Text(rest.into()));
    }
    Ok(pieces)
}

fn variable(name: &str) -> Result<LogVariable, String> {
    if let Some((_, variable)) = PLAIN.iter().find(|(known, _)| *known == name) {
        return Ok(variable.clone());
    }
    let field =
        |prefix| name.strip_prefix(prefix).filter(|rest: &&str| !rest.is_empty()).map(|rest| rest.replace('_', "-"));
    let (of_request, of_answer) = (field("http_"), field("sent_http_"));
    let secret = of_request.iter().chain(&of_answer).any(|field| SECRET_FIELDS.contains(&field.as_str()));
    match (of_request, of_answer) {
        _ if secret => Err(format!("`${name}` holds secrets, which do not belong into a log")),
        (Some(field), _) => Ok(LogVariable::RequestField(field.into())),
        (_, Some(field)) => Ok(LogVariable::AnswerField(field.into())),
        (None, None) => Err(format!("the variable `${name}` is not known")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> LogFormat {
        LogFormat::parse(text).unwrap().unwrap()
    }

    #[test]
    fn a_format_is_a_name_and_strings_with_variables() {
        let format = parsed("short '$remote_addr \"$request\" ' \"${status}ms\";");
        let text = |text: &str| LogPiece::Text(text.into());
        assert_eq!((&*format.name, format.escape), ("short", LogEscape::Default));
        let expected = [
            LogPiece::Variable(LogVariable::RemoteAddr),
            text(" \""),
            LogPiece::Variable(LogVariable::Request),
            text("\" "),
            LogPiece::Variable(LogVariable::Status),
            text("ms"),
        ];
        assert_eq!(format.pieces, expected);
        assert_eq!(parsed(r"a 'it\'s $status'").pieces[0], text("it's "));
        assert_eq!(LogFormat::parse(""), Ok(None));
    }

    #[test]
    fn fields_are_named_as_they_are_sent() {
        let format = parsed("j escape=json '$http_x_tenant$sent_http_content_type'");
        assert_eq!(format.escape, LogEscape::Json);
        let request = LogPiece::Variable(LogVariable::RequestField("x-tenant".into()));
        assert_eq!(format.pieces, [request, LogPiece::Variable(LogVariable::AnswerField("content-type".into()))]);
    }

    #[test]
    fn what_is_not_known_is_secret_or_is_not_closed_is_refused() {
        let cases = [
            ("a '$geoip_country'", "`$geoip_country` is not known"),
            ("a '$http_authorization'", "secrets"),
            ("a '$sent_http_set_cookie'", "secrets"),
            ("a '$status", "not closed"),
            ("a '$status' buffer=8k", "something behind"),
            ("a escape=xml '$status'", "expected one of"),
            ("combined '$status'", "taken"),
            ("alone", "expected a name"),
        ];
        for (text, reason) in cases {
            let error = LogFormat::parse(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
