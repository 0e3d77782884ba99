//! What the plugins that make calls of other requests do alike.

use gibbon_plugin_api::{Flow, Headers, Reply, ReplyBody, RequestHead};
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, StatusCode};

/// The type of every call; there may be more behind it.
const CALL: &str = "application/grpc";

/// Makes a call of the head of a request.
pub(crate) fn mark(head: &mut RequestHead) {
    head.headers.set("Content-Type", HeaderValue::from_static(CALL));
    head.headers.set("TE", HeaderValue::from_static("trailers"));
}

/// Asks for an answer that can be read here.
pub(crate) fn decline_compression(head: &mut RequestHead) {
    for name in ["grpc-encoding", "grpc-accept-encoding"] {
        head.headers.remove(name);
    }
}

/// Whether an upstream's answer is that of a service of gRPC.
pub(crate) fn is_answer(headers: &Headers) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.starts_with(CALL.as_bytes()))
}

/// The answer to a browser that asks whether it may call.
pub(crate) fn preflight(methods: &'static str, fields: &'static str, content_type: &'static str) -> Flow {
    let field = |name, value| (HeaderName::from_static(name), HeaderValue::from_static(value));
    let headers = vec![field("access-control-allow-methods", methods), field("access-control-allow-headers", fields)];
    let content_type = Some(HeaderValue::from_static(content_type));
    let body = ReplyBody::Raw { content_type, bytes: "OK".into() };
    Flow::respond(Reply { status: StatusCode::OK, headers, body })
}

/// The answer to what no call can be made of.
pub(crate) fn refused(reason: String) -> Flow {
    // It may hold what the client has sent, which no browser is to take for a page.
    let content_type = Some(HeaderValue::from_static("text/plain; charset=UTF-8"));
    let body = ReplyBody::Raw { content_type, bytes: reason.into() };
    Flow::respond(Reply { status: StatusCode::BAD_REQUEST, headers: Vec::new(), body })
}

/// The answer where there is no room to make one of it.
pub(crate) fn busy() -> Flow {
    Flow::respond(Reply::error(StatusCode::SERVICE_UNAVAILABLE, "Service unavailable"))
}
