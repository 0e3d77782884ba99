//! The head of an answer, as an upstream sends it.

use std::mem::MaybeUninit;

use gibbon_plugin_api::{Headers, ResponseHead};
use http::StatusCode;
use httparse::{Header, ParserConfig, Response, Status};

use crate::engine::head::spans;

/// Fields that are taken apart without asking for memory.
const USUAL_FIELDS: usize = 64;

/// More than any upstream has a reason to send.
const MAX_FIELDS: usize = 1000;

/// How many fields the gateway and its plugins add to an answer, as a rule.
const ADDED_FIELDS: usize = 8;

/// And the bytes of them.
const ADDED_BYTES: usize = 320;

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
