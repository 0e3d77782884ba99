//! Answers, with the headers that all of them have.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};

use crate::encoding;
use crate::files::File;
use crate::page;

const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCES: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// How long a browser may use what it has without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caching {
    /// Each one is another.
    Never,
    /// It asks whether it has changed.
    Asked,
    /// It has another name when it has changed.
    Forever,
}

impl Caching {
    fn value(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Never => "no-store",
            Self::Asked => "no-cache",
            Self::Forever => "public, max-age=31536000, immutable",
        })
    }
}

/// Bytes of this kind.
pub(crate) fn ok(media_type: &'static str, caching: Caching, body: Bytes) -> Response<Bytes> {
    let mut response = guarded(StatusCode::OK, body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response.headers_mut().insert(header::CACHE_CONTROL, caching.value());
    response
}

/// A page of HTML whose styles hold this word.
pub(crate) fn html(text: String, nonce: &str) -> Response<Bytes> {
    let mut response = ok("text/html; charset=utf-8", Caching::Never, text.into());
    if let Ok(policy) = HeaderValue::try_from(page::policy(nonce)) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A file of the pages.
pub(crate) fn file(file: &'static File, headers: &HeaderMap) -> Response<Bytes> {
    let caching = if file.is_immutable() { Caching::Forever } else { Caching::Asked };
    let (bytes, encoding) = file.bytes(&encoding::accepted(headers));
    let mut response = ok(file.media_type(), caching, Bytes::from_static(bytes));
    if has_it(file, headers) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Bytes::new();
    } else if let Some(encoding) = encoding {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
    }
    response.headers_mut().insert(header::ETAG, HeaderValue::from_static(file.tag));
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    response
}

/// One entity tag stands for all codings of a file, so that it is a weak one that is compared (RFC 9110 section 13.1.2).
fn has_it(file: &File, headers: &HeaderMap) -> bool {
    let lists = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|list| list.to_str().ok());
    let mut tags = lists.flat_map(|list| list.split(',')).map(|tag| tag.trim().trim_start_matches("W/"));
    tags.any(|tag| tag == "*" || tag == file.tag)
}

/// A short text.
pub(crate) fn text(status: StatusCode, text: &'static str) -> Response<Bytes> {
    let mut response = ok("text/plain; charset=utf-8", Caching::Never, Bytes::from_static(text.as_bytes()));
    *response.status_mut() = status;
    response
}

/// Elsewhere on this port.
pub(crate) fn moved(target: &str) -> Response<Bytes> {
    let mut response = guarded(StatusCode::FOUND, Bytes::new());
    if let Ok(target) = HeaderValue::try_from(target) {
        response.headers_mut().insert(header::LOCATION, target);
    }
    response
}

/// The same answer as it is sent to HEAD: without its body, but with the length of it.
pub(crate) fn sized(mut response: Response<Bytes>, method: &Method) -> Response<Bytes> {
    if response.status() != StatusCode::NOT_MODIFIED {
        let length = response.body().len();
        response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    }
    if method == Method::HEAD {
        *response.body_mut() = Bytes::new();
    }
    response
}

fn guarded(status: StatusCode, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let guards = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (OPENER, "same-origin"),
        (RESOURCES, "same-origin"),
        // A page has a policy of its own; nothing else has anything to load.
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ];
    let guards = guards.map(|(name, value)| (name, HeaderValue::from_static(value)));
    response.headers_mut().extend(guards);
    response
}
