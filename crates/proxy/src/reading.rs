//! What the engine reads from a connection, for tests that compare it with other readers of the same bytes.
//!
//! The readers are those that serve: no gateway stands behind them, so that what they accept shows as it is, before
//! the phases of a request refuse more of it.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use gibbon_plugin_api::{Headers, RequestHead};
use http::{Method, Version};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::engine::body::{BodyState, RequestBody};
use crate::engine::client::{Asking, Patience, UpstreamConnection};
use crate::engine::client_wire::{ClientWire, Expectation, NextHead};
use crate::engine::framing;
use crate::engine::head::HeadLimits;
use crate::engine::outgoing::Coding;
use crate::engine::progress::Progress;
use crate::engine::proxy_protocol;
use crate::engine::transport::Transport;
use crate::http::survey::{Persistence, Survey};
use crate::wheel::Wheel;

/// What is read of a body at once: little, so that a body is read in many ways.
const PIECE: usize = 1000;
const LIMITS: HeadLimits = HeadLimits { bytes: 32 * 1024, fields: 1000 };

/// Longer than a test takes: none of the readers is to give up.
const PATIENCE: Duration = Duration::from_secs(3600);

/// A field of a head, as it was received.
pub type Field = (Bytes, Bytes);

/// A request, as the engine has understood it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The host and port of a target in absolute or authority form.
    pub authority: Option<String>,
    /// The path and the query, without a fragment.
    pub target: String,
    /// HTTP/1.0 or HTTP/1.1.
    pub version: Version,
    /// In their order.
    pub fields: Vec<Field>,
    /// Its body.
    pub body: Body,
}

/// An answer, as the engine has understood it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// In their order.
    pub fields: Vec<Field>,
    /// Its body.
    pub body: Body,
}

/// A body as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// All of it.
    Whole(Bytes),
    /// It broke off, or goes on in a way that is none.
    Part(Bytes),
}

/// The requests on a client's connection, up to the first that is refused, broken or the last by its own word.
pub async fn requests(stream: TcpStream) -> Vec<Request> {
    let wire = ClientWire::new(Transport::Plain(stream), Progress::new(Rc::clone(Wheel::new().clock())));
    let mut requests = Vec::new();
    while let NextHead::Head(head) = poll_fn(|cx| wire.poll_head(cx, LIMITS)).await {
        let survey = Survey::of(&head.headers);
        let Ok(framing) = framing::of_request(&head, survey) else { break };
        wire.begin_body(framing, Expectation::Nothing);
        let body = read_all(async |out| poll_fn(|cx| wire.poll_body(cx, out, PIECE)).await.ok()).await;
        let stays = match survey.persistence {
            Persistence::Close => false,
            Persistence::KeepAlive => true,
            Persistence::Unsaid => head.version == Version::HTTP_11,
        };
        let goes_on = stays && matches!(body, Body::Whole(_));
        requests.push(request(&head, body));
        if !goes_on {
            break;
        }
    }
    requests
}

fn request(head: &RequestHead, body: Body) -> Request {
    Request {
        method: head.method.to_string(),
        authority: head.authority().map(str::to_owned),
        target: head.raw_target().to_owned(),
        version: head.version,
        fields: fields(&head.headers),
        body,
    }
}

fn fields(headers: &Headers) -> Vec<Field> {
    headers.iter().map(|(name, value)| (Bytes::copy_from_slice(name), Bytes::copy_from_slice(value))).collect()
}

/// Reads with `more`, which tells how many bytes it has put behind the others, until it has none.
async fn read_all(mut more: impl AsyncFnMut(&mut Vec<u8>) -> Option<usize>) -> Body {
    let mut bytes = Vec::new();
    loop {
        match more(&mut bytes).await {
            Some(0) => return Body::Whole(bytes.into()),
            Some(_) => {}
            None => return Body::Part(bytes.into()),
        }
    }
}

/// The answer that an upstream gives on this connection to a request with this method; `None` where it gives none.
pub async fn answer(stream: TcpStream, method: &Method) -> Option<Answer> {
    let wheel = Wheel::new();
    let mut connection = UpstreamConnection::new(Transport::Plain(stream), &wheel);
    connection.begin().extend_from_slice(b"the reader on the other side does not look at it\r\n\r\n");
    let mut asking = Asking::new(RequestBody::Empty, Coding::Plain);
    let patience = Patience { write: PATIENCE, read: PATIENCE };
    let answered = connection.ask(&mut asking, method, patience, &BodyState::default(), &wheel).await.ok()?;
    let mut reader = answered.body;
    let body = read_all(async |out| poll_fn(|cx| connection.poll_body(&mut reader, cx, out, PIECE)).await.ok()).await;
    Some(Answer { status: answered.head.status.as_u16(), fields: fields(&answered.head.headers), body })
}

/// Whom the PROXY protocol at the beginning of a connection names, and what follows it.
///
/// # Errors
/// Where the connection ends or begins in another way.
pub async fn announced(mut stream: TcpStream) -> io::Result<(Option<SocketAddr>, Vec<u8>)> {
    let client = proxy_protocol::read(&mut stream).await?;
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await?;
    Ok((client.map(|announced| announced.source), rest))
}
