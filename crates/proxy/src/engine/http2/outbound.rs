//! The head of a request to an upstream, from the form in which HTTP/1 has it.

use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header};
use httparse::{Header, Status};

/// More than any request has that came in.
const FIELDS: usize = 1024;

/// A head that cannot be sent in frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unsendable;

/// The request of this head, for an upstream of gRPC.
pub(crate) fn request(head: &[u8], scheme: Scheme) -> Result<Request<()>, Unsendable> {
    let mut fields = vec![httparse::EMPTY_HEADER; FIELDS];
    let mut parsed = httparse::Request::new(&mut fields);
    let Ok(Status::Complete(_)) = parsed.parse(head) else { return Err(Unsendable) };
    let method = parsed.method.and_then(|method| Method::from_bytes(method.as_bytes()).ok()).ok_or(Unsendable)?;
    let path = parsed.path.and_then(|path| path.parse::<PathAndQuery>().ok()).ok_or(Unsendable)?;
    let mut headers = HeaderMap::with_capacity(parsed.headers.len() + 1);
    let mut authority = None;
    for Header { name, value } in parsed.headers.iter() {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Unsendable)?;
        match name {
            header::HOST => authority = Authority::try_from(*value).ok(),
            // They mean nothing in frames (RFC 9113 section 8.2.2).
            header::CONNECTION | header::TRANSFER_ENCODING | header::UPGRADE | header::TE => {}
            _ => drop(headers.append(name, HeaderValue::from_bytes(value).map_err(|_| Unsendable)?)),
        }
    }
    // Says that trailers are understood, where gRPC has its status.
    headers.insert(header::TE, HeaderValue::from_static("trailers"));
    let mut uri = http::uri::Parts::default();
    uri.scheme = Some(scheme);
    uri.authority = Some(authority.ok_or(Unsendable)?);
    uri.path_and_query = Some(path);
    let mut request = Request::new(());
    *request.method_mut() = method;
    *request.uri_mut() = Uri::from_parts(uri).map_err(|_| Unsendable)?;
    *request.headers_mut() = headers;
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_becomes_a_request_in_frames() {
        let head = b"POST /pkg.Service/Call HTTP/1.1\r\nHost: up.test:50051\r\nContent-Type: application/grpc\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\nX-A: 2\r\n\r\n";
        let request = request(head, Scheme::HTTP).unwrap();
        assert_eq!(
            (request.method(), request.uri().to_string().as_str()),
            (&Method::POST, "http://up.test:50051/pkg.Service/Call")
        );
        let fields: Vec<_> =
            request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        assert_eq!(fields, [("content-type", "application/grpc"), ("x-a", "1"), ("x-a", "2"), ("te", "trailers")]);
    }

    #[test]
    fn what_names_no_host_cannot_be_sent() {
        assert_eq!(request(b"POST / HTTP/1.1\r\n\r\n", Scheme::HTTP).unwrap_err(), Unsendable);
        assert_eq!(request(b"POST / HTTP/1.1\r\nHost: a b\r\n\r\n", Scheme::HTTP).unwrap_err(), Unsendable);
    }
}
