//! An answer in frames.

use std::future::poll_fn;
use std::task::{Context, Poll};

use bytes::Bytes;
use gibbon_plugin_api::ResponseHead;
use h2::server::SendResponse;
use h2::{Reason, SendStream};
use http::{HeaderName, HeaderValue, Response, header};

use super::sending;
use crate::engine::body::ResponseBody;
use crate::engine::outgoing::Source;
use crate::engine::progress::Progress;
use crate::http::request::Answered;
use crate::worker::Worker;

/// What is taken of a body at once.
const PIECE: usize = 16 * 1024;

/// Sends an answer to its end, or as far as the client takes it.
pub(super) async fn send(
    worker: &Worker,
    progress: &Progress,
    respond: &mut SendResponse<Bytes>,
    (head, mut body, mut tail): Answered,
) {
    let is_empty = body.length() == Some(0);
    let Ok(mut stream) = respond.send_response(response(worker, &head), is_empty) else { return };
    while body.length() != Some(0) {
        match load(&mut stream, &mut body).await {
            Loaded::Piece(piece) => {
                tail.sent(piece.len() as u64);
                let is_last = body.length() == Some(0);
                if !send_piece(&mut stream, progress, piece, is_last).await {
                    return;
                }
            }
            Loaded::End => return end(&mut stream, &mut body),
            Loaded::Broken => return stream.send_reset(Reason::INTERNAL_ERROR),
            Loaded::Unwanted => return,
        }
    }
}

/// What stands behind the body, or nothing.
fn end(stream: &mut SendStream<Bytes>, body: &mut ResponseBody) {
    let _ = match body.take_trailers() {
        Some(trailers) => stream.send_trailers(trailers),
        None => stream.send_data(Bytes::new(), true),
    };
}

fn response(worker: &Worker, head: &ResponseHead) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = head.status;
    let headers = response.headers_mut();
    for (name, value) in head.headers.iter() {
        let parsed = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value));
        if let (Ok(name), Ok(value)) = parsed
            && !is_of_the_connection(&name)
        {
            headers.append(name, value);
        }
    }
    if !headers.contains_key(header::DATE) {
        worker.write_date(|date| {
            if let Ok(date) = HeaderValue::from_bytes(date) {
                headers.insert(header::DATE, date);
            }
        });
    }
    response
}

/// Such fields mean nothing here and make a message malformed (RFC 9113 section 8.2.2).
fn is_of_the_connection(name: &HeaderName) -> bool {
    let names = [header::CONNECTION, header::TRANSFER_ENCODING, header::UPGRADE];
    names.contains(name) || matches!(name.as_str(), "keep-alive" | "proxy-connection")
}

enum Loaded {
    Piece(Bytes),
    End,
    Broken,
    /// The client wants no more.
    Unwanted,
}

/// More of the body.
async fn load(stream: &mut SendStream<Bytes>, body: &mut ResponseBody) -> Loaded {
    let mut piece = Vec::new();
    poll_fn(|cx| match body.poll_into(cx, &mut piece, PIECE) {
        Poll::Ready(Ok(0)) => Poll::Ready(Loaded::End),
        Poll::Ready(Ok(_)) => Poll::Ready(Loaded::Piece(std::mem::take(&mut piece).into())),
        Poll::Ready(Err(error)) => {
            tracing::error!(%error, "an answer broke off");
            Poll::Ready(Loaded::Broken)
        }
        Poll::Pending => stream.poll_reset(cx).map(|_| Loaded::Unwanted),
    })
    .await
}

/// Whether the client has taken it.
async fn send_piece(stream: &mut SendStream<Bytes>, progress: &Progress, mut piece: Bytes, is_last: bool) -> bool {
    while !piece.is_empty() {
        stream.reserve_capacity(piece.len());
        let Some(room) = poll_fn(|cx| poll_room(stream, progress, cx)).await else { return false };
        let part = piece.split_to(room.min(piece.len()));
        if stream.send_data(part, is_last && piece.is_empty()).is_err() {
            return false;
        }
    }
    true
}

/// How much the client takes now; its slowness is noted.
fn poll_room(stream: &mut SendStream<Bytes>, progress: &Progress, cx: &mut Context<'_>) -> Poll<Option<usize>> {
    let room = sending::poll_room(stream, cx);
    match room {
        Poll::Pending => progress.write_blocked(),
        Poll::Ready(_) => progress.written(),
    }
    room
}
