//! Where the body of a message ends (RFC 9112 section 6.3).

use gibbon_plugin_api::{Headers, KnownName, RequestHead, ResponseHead};
use http::{Method, StatusCode, Version};

use crate::engine::answer_head::{AnswerHead, AnswerVersion};
use crate::engine::body_reader::BodyReader;
use crate::engine::chunks::Chunks;
use crate::http::survey::{Count, Survey};

/// Two readers could find the end in two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Ambiguous(pub(crate) &'static str);

/// The body of a request.
pub(crate) fn of_request(head: &RequestHead, survey: Survey) -> Result<BodyReader, Ambiguous> {
    if survey.foreign_coding {
        // The gateway takes codings off and would pass on what is in them under a false name.
        return Err(Ambiguous("a transfer coding that is not known"));
    }
    match (survey.transfer_encoding, survey.lengths) {
        (false, Count::None) => Ok(BodyReader::Over),
        (false, Count::One) => length(&head.headers).map(BodyReader::of_length),
        (false, Count::Several) => Err(Ambiguous("several Content-Length fields")),
        (true, Count::None) if head.version == Version::HTTP_10 => Err(Ambiguous("HTTP/1.0 knows no chunks")),
        (true, Count::None) => Ok(BodyReader::Chunked(Chunks::default())),
        (true, Count::One | Count::Several) => Err(Ambiguous("two ways of telling the length")),
    }
}

/// The body of the answer to a request with this method.
pub(crate) fn of_answer(method: &Method, answer: &AnswerHead, survey: Survey) -> Result<BodyReader, Ambiguous> {
    let ResponseHead { status, headers } = &answer.head;
    let has_none = *method == Method::HEAD
        || status.is_informational()
        || matches!(*status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if has_none {
        return Ok(BodyReader::Over);
    }
    if survey.foreign_coding {
        return Err(Ambiguous("a transfer coding that is not known"));
    }
    match (survey.transfer_encoding, survey.lengths) {
        (true, _) if answer.version == AnswerVersion::Http10 => Err(Ambiguous("HTTP/1.0 knows no chunks")),
        // The chunks tell how long the body is; a length beside them is wrong.
        (true, _) => Ok(BodyReader::Chunked(Chunks::default())),
        (false, Count::None) => Ok(BodyReader::UntilClose),
        (false, Count::One) => length(headers).map(BodyReader::of_length),
        (false, Count::Several) => {
            let mut lengths = headers.all(KnownName::ContentLength);
            let first = lengths.next();
            if lengths.any(|other| Some(other) != first) {
                return Err(Ambiguous("several Content-Length fields"));
            }
            length(headers).map(BodyReader::of_length)
        }
    }
}

/// Digits and nothing else (RFC 9110 section 8.6).
fn length(headers: &Headers) -> Result<u64, Ambiguous> {
    let text = headers.get(KnownName::ContentLength).filter(|text| text.iter().all(u8::is_ascii_digit));
    text.and_then(|text| std::str::from_utf8(text).ok()?.parse().ok())
        .ok_or(Ambiguous("the Content-Length is no length"))
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(fields: &[(&str, &'static str)]) -> Headers {
        let mut headers = Headers::default();
        for (name, value) in fields {
            headers.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_static(value));
        }
        headers
    }

    fn request(version: Version, fields: &[(&str, &'static str)]) -> Option<Option<u64>> {
        let head = RequestHead::new(Method::POST, "/".parse().unwrap(), version, headers(fields));
        of_request(&head, Survey::of(&head.headers)).ok().map(|reader| reader.left())
    }

    #[test]
    fn a_request_has_one_length_or_chunks_or_no_body() {
        let (old, new) = (Version::HTTP_10, Version::HTTP_11);
        assert_eq!(request(new, &[]), Some(Some(0)));
        assert_eq!(request(old, &[("content-length", "5")]), Some(Some(5)));
        assert_eq!(request(new, &[("transfer-encoding", "Chunked")]), Some(None));
        for fields in [
            &[("content-length", "5"), ("content-length", "5")][..],
            &[("content-length", "5"), ("transfer-encoding", "chunked")],
            &[("transfer-encoding", "chunked"), ("transfer-encoding", "chunked")],
            &[("transfer-encoding", "gzip, chunked")],
            &[("content-length", "+5")],
            &[("content-length", "5, 5")],
            &[("content-length", "")],
            &[("content-length", "99999999999999999999")],
        ] {
            assert_eq!(request(new, fields), None, "{fields:?}");
        }
        assert_eq!(request(old, &[("transfer-encoding", "chunked")]), None);
    }

    fn answer(method: Method, status: u16, fields: &[(&str, &'static str)]) -> Option<Option<u64>> {
        answer_in(AnswerVersion::Http11, method, status, fields)
    }

    fn answer_in(
        version: AnswerVersion,
        method: Method,
        status: u16,
        fields: &[(&str, &'static str)],
    ) -> Option<Option<u64>> {
        let head = ResponseHead { status: StatusCode::from_u16(status).unwrap(), headers: headers(fields) };
        let answer = AnswerHead { head, version, length: 0 };
        of_answer(&method, &answer, Survey::of(&answer.head.headers)).ok().map(|reader| reader.left())
    }

    #[test]
    fn an_answer_ends_by_its_kind_its_chunks_its_length_or_its_connection() {
        let long = [("content-length", "5")];
        assert_eq!(answer(Method::GET, 200, &long), Some(Some(5)));
        assert_eq!(answer(Method::GET, 200, &[("content-length", "5"), ("content-length", "5")]), Some(Some(5)));
        assert_eq!(answer(Method::GET, 200, &[]), Some(None));
        assert_eq!(answer(Method::GET, 200, &[("content-length", "5"), ("transfer-encoding", "chunked")]), Some(None));
        for (method, status) in [(Method::HEAD, 200), (Method::GET, 204), (Method::GET, 304), (Method::GET, 101)] {
            assert_eq!(answer(method, status, &long), Some(Some(0)));
        }
        assert_eq!(answer(Method::GET, 200, &[("content-length", "5"), ("content-length", "6")]), None);
        assert_eq!(answer(Method::GET, 200, &[("transfer-encoding", "gzip")]), None);
    }

    #[test]
    fn an_answer_in_http_1_0_has_no_chunks() {
        let chunked = [("transfer-encoding", "chunked")];
        assert_eq!(answer_in(AnswerVersion::Http10, Method::GET, 200, &chunked), None);
        assert_eq!(answer_in(AnswerVersion::Http10, Method::HEAD, 200, &chunked), Some(Some(0)));
        assert_eq!(answer_in(AnswerVersion::Http10, Method::GET, 200, &[]), Some(None));
    }
}
