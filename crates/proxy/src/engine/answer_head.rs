//! The head of an answer, as an upstream sends it.

use std::mem::MaybeUninit;

use gibbon_plugin_api::{Headers, ResponseHead};
use http::StatusCode;
use httparse::{Header, ParserConfig, Response, Status};

use crate::engine::head::spans;
use crate::engine::usual;

/// Fields that are taken apart without asking for memory.
const USUAL_FIELDS: usize = 64;

/// More than any upstream has a reason to send.
const MAX_FIELDS: usize = 1000;

/// How many fields the gateway and its plugins add to an answer, as a rule.
const ADDED_FIELDS: usize = 12;

/// And the bytes of them.
const ADDED_BYTES: usize = 480;

/// Bytes that are no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what the upstream sent is no HTTP/1: {0}")]
pub(crate) struct BadAnswer(httparse::Error);

/// The head of an answer, and what its version says about the connection.
#[derive(Debug)]
pub(crate) struct AnswerHead {
    pub(crate) head: ResponseHead,
    pub(crate) version: AnswerVersion,
    /// Bytes that the head took.
    pub(crate) length: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnswerVersion {
    /// The connection ends with the answer unless it says otherwise.
    Http10,
    /// The connection stays unless it says otherwise.
    Http11,
}

/// Reads the head at the beginning of `input`; `None` while it has not ended.
pub(crate) fn read(input: &[u8]) -> Result<Option<AnswerHead>, BadAnswer> {
    match read_usual(input) {
        Some(usual) => Ok(Some(usual)),
        None => read_any(input),
    }
}

/// A head of the usual form; `None` for all others.
fn read_usual(input: &[u8]) -> Option<AnswerHead> {
    const VERSION: &[u8] = b"HTTP/1.1 ";
    let (digits, rest) = input.strip_prefix(VERSION)?.split_first_chunk::<3>()?;
    let status = StatusCode::from_bytes(digits).ok()?;
    // The reason, which may be empty.
    let reason = input.len() - rest.len();
    let line_end = if rest.starts_with(b" ") { usual::line_end(input, reason + 1)? } else { return None };
    let mut lines = usual::Lines::new();
    let end = usual::fields(input, line_end + 2, USUAL_FIELDS, &mut lines)?;
    let headers = Headers::of_lines(input.get(..end)?, &lines, ADDED_FIELDS, ADDED_BYTES);
    Some(AnswerHead { head: ResponseHead { status, headers }, version: AnswerVersion::Http11, length: end })
}

/// Any head.
fn read_any(input: &[u8]) -> Result<Option<AnswerHead>, BadAnswer> {
    let mut usual = [const { MaybeUninit::uninit() }; USUAL_FIELDS];
    match parse(input, &mut usual) {
        Err(BadAnswer(httparse::Error::TooManyHeaders)) => parse(input, &mut vec![MaybeUninit::uninit(); MAX_FIELDS]),
        outcome => outcome,
    }
}

fn parse<'i>(input: &'i [u8], fields: &mut [MaybeUninit<Header<'i>>]) -> Result<Option<AnswerHead>, BadAnswer> {
    let mut response = Response::new(&mut []);
    let parsed = ParserConfig::default().parse_response_with_uninit_headers(&mut response, input, fields);
    let Status::Complete(length) = parsed.map_err(BadAnswer)? else { return Ok(None) };
    let status = response.code.and_then(|code| StatusCode::from_u16(code).ok());
    let status = status.ok_or(BadAnswer(httparse::Error::Status))?;
    let head = input.get(..length).unwrap_or_default();
    let headers = Headers::received(head, spans(head, response.headers), ADDED_FIELDS, ADDED_BYTES);
    let version = if response.version == Some(0) { AnswerVersion::Http10 } else { AnswerVersion::Http11 };
    Ok(Some(AnswerHead { head: ResponseHead { status, headers }, version, length }))
}

#[cfg(test)]
mod tests {
    use gibbon_plugin_api::KnownNames;
    use proptest::prelude::*;

    use super::*;

    fn parts(answer: &AnswerHead) -> (StatusCode, bool, Vec<u8>, usize) {
        let mut lines = Vec::new();
        answer.head.headers.write(&mut lines, KnownNames::NONE);
        (answer.head.status, answer.version == AnswerVersion::Http11, lines, answer.length)
    }

    /// Heads that are right, and those that are a byte away from it.
    fn nearly_a_head() -> impl Strategy<Value = Vec<u8>> {
        let text = "HTTP/1\\.[01] [1-5][0-9]{2}( [ -~\u{e4}\t]{0,6})?\r\n([A-Za-z-]{1,6}: ?[ -~\t]{0,8}\r\n){0,4}\r\n";
        (text, any::<prop::sample::Index>(), any::<Option<u8>>()).prop_map(|(text, place, byte)| {
            let mut bytes = text.into_bytes();
            if let Some(byte) = byte {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            bytes
        })
    }

    proptest! {
        #[test]
        fn what_is_read_in_one_pass_is_what_the_other_reader_reads(input in nearly_a_head()) {
            let Some(usual) = read_usual(&input) else { return Ok(()) };
            let any = read_any(&input).unwrap().unwrap();
            prop_assert_eq!(parts(&usual), parts(&any));
        }

        #[test]
        fn a_clean_head_is_read_in_one_pass(
            input in "HTTP/1\\.1 [2-5][0-9]{2} [A-Za-z ]{0,9}\r\n([A-Za-z-]{1,20}: [a-z\u{e4}]{0,30}\r\n){0,9}\r\n",
        ) {
            prop_assert!(read_usual(input.as_bytes()).is_some());
        }
    }
}
