//! Asking a service of gRPC how it is: `grpc.health.v1.Health/Check`, as gRPC's health checking protocol has it.

use std::io;

use bytes::Bytes;
use gibbon_entities::Protocol;
use gibbon_entities::upstream::ActiveChecks;
use h2::RecvStream;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use tokio::io::{AsyncRead, AsyncWrite};

use super::Condition;
use crate::peers::PeerHost;

const METHOD: &str = "/grpc.health.v1.Health/Check";

/// A message without fields, which asks for the server as a whole: not compressed, and of no length.
const WHOLE_SERVER: Bytes = Bytes::from_static(&[0; 5]);

/// The answer "serving": a message of two bytes, its first field with the value 1.
const SERVING: &[u8] = &[0, 0, 0, 0, 2, 0x08, 1];

/// Longer answers are none.
const MAX_ANSWER: usize = 1024;

const OK: &[u8] = b"0";

/// What a server says that does not know how it is. By the protocol, it is well then.
const UNIMPLEMENTED: &[u8] = b"12";

/// Asks, and waits for the whole answer.
pub(super) async fn ask(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    active: &ActiveChecks,
    host: PeerHost<'_>,
    protocol: Protocol,
) -> io::Result<Condition> {
    let request = request(active, host, protocol)?;
    let (sender, connection) = h2::client::handshake(stream).await.map_err(io::Error::other)?;
    let call = async {
        let mut sender = sender.ready().await?;
        let (answer, mut body) = sender.send_request(request, false)?;
        body.send_data(WHOLE_SERVER, true)?;
        read(answer.await?).await
    };
    tokio::select! {
        condition = call => condition.map_err(io::Error::other),
        ended = connection => Err(ended.err().map_or_else(|| io::ErrorKind::UnexpectedEof.into(), io::Error::other)),
    }
}

fn request(active: &ActiveChecks, host: PeerHost<'_>, protocol: Protocol) -> io::Result<Request<()>> {
    let scheme = if protocol == Protocol::Grpcs { "https" } else { "http" };
    let mut field = Vec::new();
    host.write(&mut field, protocol);
    let field = String::from_utf8_lossy(&field);
    let authority = field.strip_prefix("Host: ").unwrap_or_default().trim_end();
    let mut request = Request::post(format!("{scheme}://{authority}{METHOD}")).body(()).map_err(io::Error::other)?;
    let values = active.headers.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
    for (name, value) in values {
        // What cannot be sent in frames is left out, as it is in checks of HTTP.
        let pair = HeaderName::from_bytes(name.as_bytes()).ok().zip(HeaderValue::from_str(value).ok());
        if let Some((name, value)) = pair.filter(|(name, _)| name != http::header::HOST) {
            request.headers_mut().append(name, value);
        }
    }
    request.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
    request.headers_mut().insert("te", HeaderValue::from_static("trailers"));
    Ok(request)
}

async fn read(answer: Response<RecvStream>) -> Result<Condition, h2::Error> {
    let (head, mut body) = answer.into_parts();
    // An answer without a message has its status in the head.
    if let Some(status) = status(&head.headers) {
        return Ok(judge(status, &[]));
    }
    let mut message = Vec::new();
    while let Some(piece) = body.data().await {
        let piece = piece?;
        body.flow_control().release_capacity(piece.len())?;
        message.extend_from_slice(&piece);
        if message.len() > MAX_ANSWER {
            return Ok(Condition::NotServing);
        }
    }
    let trailers = body.trailers().await?.unwrap_or_default();
    Ok(status(&trailers).map_or(Condition::NotServing, |status| judge(status, &message)))
}

fn status(fields: &HeaderMap) -> Option<&[u8]> {
    fields.get("grpc-status").map(HeaderValue::as_bytes)
}

fn judge(status: &[u8], message: &[u8]) -> Condition {
    let is_well = status == UNIMPLEMENTED || (status == OK && message == SERVING);
    if is_well { Condition::Serving } else { Condition::NotServing }
}
