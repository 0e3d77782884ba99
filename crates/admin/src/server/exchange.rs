//! One request and its answer, between the engine's types and ours.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use bytes::Bytes;
use gibbon_conf::GatewayHeader;
use gibbon_manager::Place;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Version, header};
use hyper::body::Incoming;

use super::Server;
use super::access_line::AccessLine;
use super::incoming::{self, BodyFault};
use super::login;
use super::sent::Sent;
use crate::answer::Answer;
use crate::audit::Attempt;
use crate::browser::{self, Cors};
use crate::client::Client;
use crate::error::ApiError;
use crate::request::Request;
use crate::token::{self, TokenGate};

/// HTTP/2 names the host with the target (RFC 9113 section 8.3.1): rules about hosts find it where HTTP/1 has it.
fn name_host(head: &mut Parts) {
    let authority = head.uri.authority().and_then(|authority| HeaderValue::from_str(authority.as_str()).ok());
    if let Some(authority) = authority.filter(|_| head.version == Version::HTTP_2) {
        head.headers.insert(header::HOST, authority);
    }
}

/// Who is at the other end, and how they came.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller {
    pub(super) peer: SocketAddr,
    pub(super) scheme: &'static str,
}

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const TEXT: HeaderValue = HeaderValue::from_static(gibbon_plugin_api::exposition::MEDIA_TYPE);
const EVENTS: HeaderValue = HeaderValue::from_static("text/event-stream");
const ADMIN_LATENCY: HeaderName = HeaderName::from_static("x-kong-admin-latency");

/// Answers a request, whatever it is.
pub(super) async fn exchange(server: &Arc<Server>, caller: Caller, request: http::Request<Incoming>) -> Response<Sent> {
    let begun = Instant::now();
    let (mut head, mut body) = request.into_parts();
    name_host(&mut head);
    let peer = caller.peer;
    let line = server.options.access_log.as_ref().map(|_| AccessLine::new(&head, peer, SystemTime::now()));
    if let Some(page) = before_the_api(server, &mut head) {
        incoming::discard(&mut body, &head.headers).await;
        return finish(server, line, page.map(Sent::whole), 0);
    }
    let admitted = admit(server, caller, &head);
    let token = admitted.as_ref().ok().and_then(|(client, _)| client.token.clone());
    let (mut answer, cors) = match admitted {
        Ok((client, cors)) if login::is_meant(server, &head) => {
            incoming::discard(&mut body, &head.headers).await;
            (login::answer(server, caller, &head, &client), cors)
        }
        Ok((client, cors)) => (answer(server, client, &head, &mut body).await, cors),
        Err((error, cors)) => {
            incoming::discard(&mut body, &head.headers).await;
            (Answer::from(error), cors)
        }
    };
    audit(server, peer, &head, token.as_deref(), &answer);
    browser::decorate(&mut answer, &cors, &head.method, &head.headers);
    own_headers(server, &mut answer, begun);
    let (response, sent) = render(answer, &head.method);
    finish(server, line, response, sent)
}

/// Writes the line of an answer that is on its way.
fn finish(server: &Server, line: Option<AccessLine>, response: Response<Sent>, sent: usize) -> Response<Sent> {
    if let (Some(line), Some(log)) = (line, &server.options.access_log) {
        log(line.finish(response.status(), sent));
    }
    response
}

/// A page, on ports where there are any. What is asked of the API there goes on under the path that it has elsewhere.
fn before_the_api(server: &Server, head: &mut Parts) -> Option<Response<Bytes>> {
    let manager = server.options.manager.as_ref()?;
    match manager.place(&head.uri) {
        Place::Page => Some(manager.answer(&head.method, head.uri.path(), &head.headers)),
        Place::Api(uri) => {
            head.uri = uri;
            None
        }
    }
}

/// Who may ask at all, before a byte of the body is read. A page that may not read the answers of this API learns
/// nothing of its tokens either.
fn admit(server: &Server, caller: Caller, head: &Parts) -> Result<(Client, Cors), (ApiError, Cors)> {
    let browsers = &server.options.browsers;
    let has_pages = server.options.manager.is_some();
    let named = if has_pages { browsers.check_host(&head.uri, &head.headers) } else { Ok(()) };
    let cors = named.and_then(|()| browsers.admit(caller.scheme, &head.method, &head.uri, &head.headers));
    let cors = cors.map_err(|error| (error, Cors::Refused))?;
    let tokens = &server.options.tokens;
    if has_pages && let Some(client) = in_session(server, &head.headers, caller.peer) {
        return Ok((client, cors));
    }
    let let_in = if has_pages { TokenGate::admit_here } else { TokenGate::admit };
    match let_in(tokens, &head.method, &head.headers, caller.peer) {
        Ok(client) => Ok((client, cors)),
        Err(error) => Err((error, cors)),
    }
}

/// Who has shown a token before, on the pages. One that is shown now comes first.
fn in_session(server: &Server, headers: &HeaderMap, peer: SocketAddr) -> Option<Client> {
    if token::shown(headers).is_some() {
        return None;
    }
    server.options.tokens.admit_again(&server.sessions.token(headers, Instant::now())?, peer)
}

/// Writes down what was asked to be changed, and what became of it.
fn audit(server: &Server, peer: SocketAddr, head: &Parts, token: Option<&str>, answer: &Answer) {
    let Some(log) = &server.options.audit_log else { return };
    if let Some(attempt) = Attempt::new(peer, &head.method, || server.api.path_shown(head.uri.path())) {
        log(attempt.line(token, answer, server.api.configuration.definitions()));
    }
}

async fn answer(server: &Arc<Server>, client: Client, head: &Parts, body: &mut Incoming) -> Answer {
    let options = &server.options;
    match incoming::read(body, options.body_bytes, options.times.body).await {
        Ok(bytes) => {
            let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
            match Request::new(head.method.clone(), target, head.headers.clone(), bytes) {
                Ok(request) => handle(server, request.sent_by(client)).await,
                Err(error) => error.into(),
            }
        }
        Err(BodyFault::TooLarge) => {
            incoming::discard(body, &head.headers).await;
            ApiError::BodyTooLarge.into()
        }
        Err(BodyFault::Slow) => Answer::message(StatusCode::REQUEST_TIMEOUT, "Request timeout"),
        Err(BodyFault::Broken) => Answer::message(StatusCode::BAD_REQUEST, "Bad request"),
    }
}

/// Does the request in a task of its own: it ends as a whole even if the client goes away, and a panic is its own only.
async fn handle(server: &Arc<Server>, request: Request) -> Answer {
    let Ok(place) = Arc::clone(&server.requests).acquire_owned().await else {
        return ApiError::Internal("the server is closed".to_owned()).into();
    };
    let api = Arc::clone(&server.api);
    let done = tokio::spawn(async move {
        let answer = api.handle(request).await;
        drop(place);
        answer
    });
    done.await.unwrap_or_else(|error| ApiError::Internal(error.to_string()).into())
}

fn own_headers(server: &Server, answer: &mut Answer, begun: Instant) {
    let wanted = server.options.headers;
    if wanted.contains(GatewayHeader::Server)
        && let Ok(product) = HeaderValue::try_from(format!("gibbon/{}", server.api.about.version))
    {
        answer.headers.push((header::SERVER, product));
    }
    if wanted.contains(GatewayHeader::AdminLatency)
        && let Ok(milliseconds) = HeaderValue::try_from(begun.elapsed().as_millis().to_string())
    {
        answer.headers.push((ADMIN_LATENCY, milliseconds));
    }
}

/// The answer as the engine sends it, and how many bytes of body that is. An answer to HEAD has the length of what
/// it does not have (RFC 9110, section 9.3.2); 204 has none.
fn render(mut answer: Answer, method: &Method) -> (Response<Sent>, usize) {
    if let Some(events) = answer.events.take().and_then(|events| events.take()) {
        let mut response = Response::new(Sent::events(events));
        response.headers_mut().extend(answer.headers);
        response.headers_mut().insert(header::CONTENT_TYPE, EVENTS);
        return (response, 0);
    }
    let (bytes, media_type) = match (answer.body, answer.text) {
        (Some(body), _) => (Bytes::from(body.to_string()), Some(JSON)),
        (None, Some(text)) => (Bytes::from(text), Some(TEXT)),
        (None, None) => (Bytes::new(), None),
    };
    let length = bytes.len();
    let sent = if method == Method::HEAD { Bytes::new() } else { bytes };
    let sent_length = sent.len();
    let mut response = Response::new(Sent::whole(sent));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    headers.extend(answer.headers);
    if let Some(media_type) = media_type {
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    if !matches!(answer.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        headers.insert(header::CONTENT_LENGTH, length.into());
    }
    (response, sent_length)
}
