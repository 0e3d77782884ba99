//! hyper, reading the bytes that the engine has read.

use std::cell::RefCell;
use std::convert::Infallible;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use gibbon_proxy::reading::{Answer, Body, Field, Request};
use http::{HeaderMap, Method, Response, StatusCode};
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::service::service_fn;

/// As many fields as the engine's readers allow in these tests.
const FIELDS: usize = 1000;

/// Bytes that are all there, and a place where what is written goes away.
struct Memory<'b>(&'b [u8]);

impl Read for Memory<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut buf: ReadBufCursor<'_>,
    ) -> Poll<std::io::Result<()>> {
        let (now, later) = self.0.split_at(self.0.len().min(buf.remaining()));
        buf.put_slice(now);
        self.0 = later;
        Poll::Ready(Ok(()))
    }
}

impl Write for Memory<'_> {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<std::io::Result<usize>> {
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// The requests that hyper's server finds in these bytes.
pub(crate) async fn requests(bytes: &[u8]) -> Vec<Request> {
    let found = Rc::new(RefCell::new(Vec::new()));
    let service = service_fn(|request: http::Request<Incoming>| {
        let found = Rc::clone(&found);
        async move {
            let (head, body) = request.into_parts();
            let body = read(body).await;
            found.borrow_mut().push(Request {
                method: head.method.to_string(),
                authority: head.uri.authority().map(ToString::to_string),
                target: head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
                version: head.version,
                fields: fields(&head.headers),
                body,
            });
            // No success, which for CONNECT would be the end of HTTP.
            let mut answer = Response::new(Empty::<Bytes>::new());
            *answer.status_mut() = StatusCode::NOT_FOUND;
            Ok::<_, Infallible>(answer)
        }
    });
    let mut server = hyper::server::conn::http1::Builder::new();
    server.half_close(true).max_headers(FIELDS);
    // What is wrong with the last of them ends the connection; those before it count.
    let _ = server.serve_connection(Memory(bytes), service).await;
    found.take()
}

/// The answer to a request with this method that hyper's client finds in these bytes.
pub(crate) async fn answer(bytes: &[u8], method: &Method) -> Option<Answer> {
    let mut client = hyper::client::conn::http1::Builder::new();
    let (mut sender, connection) = client.max_headers(FIELDS).handshake(Late::new(bytes)).await.ok()?;
    let request = http::Request::builder().method(method).uri("/").body(Full::<Bytes>::default()).ok()?;
    let exchange = async {
        let (head, body) = sender.send_request(request).await.ok()?.into_parts();
        Some(Answer { status: head.status.as_u16(), fields: fields(&head.headers), body: read(body).await })
    };
    let (answer, _) = tokio::join!(exchange, connection);
    answer
}

/// Bytes that come once something has been written: what comes before that is no answer.
struct Late<'b> {
    memory: Memory<'b>,
    is_asked: bool,
    reader: Option<std::task::Waker>,
}

impl<'b> Late<'b> {
    fn new(bytes: &'b [u8]) -> Self {
        Self { memory: Memory(bytes), is_asked: false, reader: None }
    }
}

impl Read for Late<'_> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: ReadBufCursor<'_>) -> Poll<std::io::Result<()>> {
        if self.is_asked {
            return Pin::new(&mut self.memory).poll_read(cx, buf);
        }
        self.reader = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Write for Late<'_> {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<std::io::Result<usize>> {
        self.is_asked = true;
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

async fn read(mut body: Incoming) -> Body {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => bytes.extend_from_slice(&frame.into_data().unwrap_or_default()),
            Err(_) => return Body::Part(bytes.into()),
        }
    }
    Body::Whole(bytes.into())
}

fn fields(headers: &HeaderMap) -> Vec<Field> {
    let copied = |text: &[u8]| Bytes::copy_from_slice(text);
    headers.iter().map(|(name, value)| (copied(name.as_ref()), copied(value.as_bytes()))).collect()
}
