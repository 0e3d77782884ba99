//! gRPC through the gateway: which requests are of it, and how the gateway's own answers are told to its clients.

use bytes::Bytes;
use gibbon_entities::Protocol;
use gibbon_plugin_api::{Headers, ReplyBody, RequestHead};
use gibbon_runtime::RouteEntry;
use http::{HeaderValue, StatusCode, Version, header};

use crate::http::error::ProxyError;

const CONTENT_TYPE: &str = "application/grpc";

/// Whether a request is a call of gRPC.
pub(crate) fn is_call(head: &RequestHead) -> bool {
    head.version == Version::HTTP_2
        && head.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with(CONTENT_TYPE.as_bytes()))
}

/// A route for gRPC serves nothing else.
pub(crate) fn require(entry: &RouteEntry, head: &RequestHead) -> Result<(), ProxyError> {
    let protocols = entry.route.protocols;
    if !protocols.contains(Protocol::Grpc) && !protocols.contains(Protocol::Grpcs) {
        return Ok(());
    }
    if head.version != Version::HTTP_2 {
        return Err(ProxyError::Http2Required);
    }
    if is_call(head) { Ok(()) } else { Err(ProxyError::NotGrpc) }
}

/// What the client of a call reads of an answer that is none of its service's.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) status: HeaderValue,
    pub(crate) message: HeaderValue,
    /// What the answer says that it is, where it says so.
    pub(crate) content_type: Option<HeaderValue>,
}

impl Told {
    /// Puts it into the head of the answer, which has no body.
    pub(crate) fn write(self, headers: &mut Headers) {
        if let Some(content_type) = self.content_type {
            headers.set("Content-Type", content_type);
        }
        headers.set("Content-Length", HeaderValue::from_static("0"));
        headers.set("grpc-status", self.status);
        headers.set("grpc-message", self.message);
    }
}

/// What is told of such an answer; `None` where it is one of another kind on purpose and is left alone.
pub(crate) fn tell(status: StatusCode, body: &ReplyBody) -> Option<Told> {
    let code = code(status);
    let usual = || HeaderValue::from_static(MESSAGES.get(code).copied().unwrap_or("Unknown"));
    let (message, content_type) = match body {
        ReplyBody::Raw { content_type: Some(_), .. } | ReplyBody::Stored { .. } => return None,
        ReplyBody::Error(_) => (usual(), Some(HeaderValue::from_static(CONTENT_TYPE))),
        ReplyBody::Json(bytes) => (message(bytes).unwrap_or_else(usual), None),
        ReplyBody::Empty | ReplyBody::Raw { content_type: None, .. } => (usual(), None),
    };
    Some(Told { status: HeaderValue::from(code), message, content_type })
}

/// The text of a body that says nothing but a message.
fn message(body: &Bytes) -> Option<HeaderValue> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    HeaderValue::from_str(value.get("message")?.as_str()?).ok()
}

/// The words for each status of gRPC, by its number.
const MESSAGES: [&str; 17] = [
    "OK",
    "Canceled",
    "Unknown",
    "InvalidArgument",
    "DeadlineExceeded",
    "NotFound",
    "AlreadyExists",
    "PermissionDenied",
    "ResourceExhausted",
    "FailedPrecondition",
    "Aborted",
    "OutOfRange",
    "Unimplemented",
    "Internal",
    "Unavailable",
    "DataLoss",
    "Unauthenticated",
];

/// The status of gRPC that is nearest to one of HTTP, as Kong chooses it.
fn code(status: StatusCode) -> usize {
    match status.as_u16() {
        200..=299 => 0,
        401 => 16,
        403 => 7,
        404 => 5,
        409 => 6,
        429 => 8,
        499 => 1,
        400..=498 => 3,
        501 => 12,
        503 => 14,
        504 => 4,
        500..=599 => 13,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: u16, body: &ReplyBody) -> Option<(String, String)> {
        let told = tell(StatusCode::from_u16(status).unwrap(), body)?;
        Some((told.status.to_str().unwrap().to_owned(), told.message.to_str().unwrap().to_owned()))
    }

    fn json(text: &'static str) -> ReplyBody {
        ReplyBody::Json(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn a_refusal_is_told_with_its_message_where_it_is_nothing_else() {
        let pair = |status: &str, message: &str| Some((status.to_owned(), message.to_owned()));
        assert_eq!(told(401, &json(r#"{"message":"No credentials"}"#)), pair("16", "No credentials"));
        assert_eq!(told(401, &json(r#"["claim"]"#)), pair("16", "Unauthenticated"));
        assert_eq!(told(404, &ReplyBody::Error("no Route matched with those values".into())), pair("5", "NotFound"));
        assert_eq!(told(502, &ReplyBody::Empty), pair("13", "Internal"));
        assert_eq!(told(418, &ReplyBody::Empty), pair("3", "InvalidArgument"));
    }

    #[test]
    fn what_says_what_it_is_is_left_alone() {
        let body = ReplyBody::Raw { content_type: Some(HeaderValue::from_static("text/html")), bytes: Bytes::new() };
        assert_eq!(told(503, &body), None);
    }
}
