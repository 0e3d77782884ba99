//! The few messages of LDAP that a password is checked with (RFC 4511).

use bytes::BytesMut;
use lber::common::TagClass;
use lber::structure::{PL, StructureTag};
use lber::{parse, write};

/// The name of the operation that begins TLS (section 4.14.1).
const START_TLS: &str = "1.3.6.1.4.1.1466.20037";

/// The version that is spoken.
const VERSION: u8 = 3;

const INTEGER: u64 = 2;
const OCTET_STRING: u64 = 4;
const ENUMERATED: u64 = 10;
const SEQUENCE: u64 = 16;

const BIND_REQUEST: u64 = 0;
const BIND_RESPONSE: u64 = 1;
const EXTENDED_REQUEST: u64 = 23;
const EXTENDED_RESPONSE: u64 = 24;

/// What a server is asked.
pub(super) enum Request<'a> {
    /// Whether a name has a password (section 4.2).
    Bind { name: &'a str, password: &'a str },
    /// To speak TLS from here on.
    StartTls,
}

/// What it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answer {
    /// The id of the message that it answers; zero where it answers none.
    pub(super) id: i64,
    /// The code of the result (section 4.1.9).
    pub(super) code: i64,
}

/// Bytes that are no answer to what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the server does not speak LDAP")]
pub(super) struct Unreadable;

impl Request<'_> {
    /// The message with this id, which is from 1 to 127.
    pub(super) fn encode(&self, id: u8) -> Result<BytesMut, Unreadable> {
        let operation = match self {
            Self::Bind { name, password } => application(
                BIND_REQUEST,
                vec![integer(VERSION), octets(TagClass::Universal, OCTET_STRING, name), context(password)],
            ),
            Self::StartTls => application(EXTENDED_REQUEST, vec![context(START_TLS)]),
        };
        let mut bytes = BytesMut::new();
        let message = constructed(TagClass::Universal, SEQUENCE, vec![integer(id), operation]);
        write::encode_into(&mut bytes, message).map_err(|_| Unreadable)?;
        Ok(bytes)
    }
}

impl Answer {
    /// The answer that `bytes` begin with, and how long it is; `None` where it is not whole yet.
    pub(super) fn decode(bytes: &[u8]) -> Result<Option<(Self, usize)>, Unreadable> {
        let (rest, message) = match parse::parse_tag(bytes) {
            Ok(parsed) => parsed,
            Err(error) if error.is_incomplete() => return Ok(None),
            Err(_) => return Err(Unreadable),
        };
        let length = bytes.len() - rest.len();
        read(message).map(|answer| Some((answer, length))).ok_or(Unreadable)
    }
}

fn read(message: StructureTag) -> Option<Answer> {
    let message = message.match_class(TagClass::Universal)?.match_id(SEQUENCE)?;
    let mut parts = message.expect_constructed()?.into_iter();
    let id = number(parts.next()?, INTEGER)?;
    let operation = parts.next()?.match_class(TagClass::Application)?;
    if ![BIND_RESPONSE, EXTENDED_RESPONSE].contains(&operation.id) {
        return None;
    }
    let code = number(operation.expect_constructed()?.into_iter().next()?, ENUMERATED)?;
    Some(Answer { id, code })
}

/// An INTEGER or ENUMERATED, which are written in the same way.
fn number(tag: StructureTag, kind: u64) -> Option<i64> {
    let bytes = tag.match_class(TagClass::Universal)?.match_id(kind)?.expect_primitive()?;
    let negative = *bytes.first()? >= 0x80;
    let start = if negative { -1 } else { 0 };
    (bytes.len() <= 8).then(|| bytes.iter().fold(start, |number, byte| (number << 8) | i64::from(*byte)))
}

fn constructed(class: TagClass, id: u64, parts: Vec<StructureTag>) -> StructureTag {
    StructureTag { class, id, payload: PL::C(parts) }
}

fn application(id: u64, parts: Vec<StructureTag>) -> StructureTag {
    constructed(TagClass::Application, id, parts)
}

fn octets(class: TagClass, id: u64, text: &str) -> StructureTag {
    StructureTag { class, id, payload: PL::P(text.as_bytes().to_vec()) }
}

/// A text whose place says what it is: a password, the name of an operation.
fn context(text: &str) -> StructureTag {
    octets(TagClass::Context, 0, text)
}

/// One below 128.
fn integer(value: u8) -> StructureTag {
    StructureTag { class: TagClass::Universal, id: INTEGER, payload: PL::P(vec![value]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bind_is_written_as_the_standard_says() {
        let bytes = Request::Bind { name: "cn=a", password: "pw" }.encode(1).unwrap();
        let expected = b"\x30\x12\x02\x01\x01\x60\x0d\x02\x01\x03\x04\x04cn=a\x80\x02pw";
        assert_eq!(&bytes[..], expected);
    }

    #[test]
    fn the_beginning_of_tls_is_an_extended_operation() {
        let bytes = Request::StartTls.encode(7).unwrap();
        assert_eq!(&bytes[..9], b"\x30\x1d\x02\x01\x07\x77\x18\x80\x16");
        assert_eq!(&bytes[9..], START_TLS.as_bytes());
    }

    #[test]
    fn an_answer_is_read_with_lengths_in_any_form() {
        // As OpenLDAP writes it, and as Active Directory does.
        let short = b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x31\x04\x00\x04\x00rest";
        let long = b"\x30\x84\x00\x00\x00\x10\x02\x01\x01\x61\x84\x00\x00\x00\x07\x0a\x01\x31\x04\x00\x04\x00";
        let answer = Answer { id: 1, code: 49 };
        assert_eq!(Answer::decode(short), Ok(Some((answer, 14))));
        assert_eq!(Answer::decode(long), Ok(Some((answer, 22))));
        for end in 0..14 {
            assert_eq!(Answer::decode(&short[..end]), Ok(None), "{end}");
        }
    }

    #[test]
    fn what_is_no_answer_is_not_taken_for_one() {
        for bytes in [
            &b"HTTP/1.1 400 Bad Request\r\n\r\n and much more that no server of LDAP would ever have said to anybody"[..],
            b"\x30\x03\x02\x01\x01",
            b"\x30\x0c\x02\x01\x01\x65\x07\x0a\x01\x00\x04\x00\x04\x00",
            b"\x30\x05\x02\x01\x01\x61\x00",
            b"\x04\x00",
            b"\x30\x07\x02\x00\x61\x03\x0a\x01\x00",
        ] {
            assert_eq!(Answer::decode(bytes), Err(Unreadable), "{bytes:?}");
        }
    }
}
