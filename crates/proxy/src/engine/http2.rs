//! HTTP/2 (RFC 9113), with clients and, for gRPC, to upstreams: the frames are the business of the crate `h2`; what a request is, and how it is
//! answered, is the same as for HTTP/1.
//!
//! A stream is a task beside the one of its connection. Its head is written as HTTP/1 has it and taken apart by the same
//! reader, so that nothing gets past the gateway's rules by coming in frames.

mod answer;
mod head;
pub(crate) mod outbound;
mod receiving;
mod sending;
pub(crate) mod upstream;

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use h2::server::{Builder, Connection, SendResponse};
use h2::{Reason, RecvStream};
use http::Request;

use crate::engine::body::BodySource;
use crate::engine::progress::Progress;
use crate::engine::transport::Transport;
use crate::http::client::Client;
use crate::http::request::{self, Answered};
use crate::settings::Settings;
use crate::wheel::Timer;
use crate::worker::Worker;

pub(crate) use receiving::Receiving;

/// What every client of HTTP/2 sends first, and nobody else (section 3.4).
pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Requests of one connection at the same time.
const STREAMS: u32 = 128;

/// What a client may send of one body, and of all together, before the gateway has taken it.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;

/// What is held of one answer until the client takes it.
const SEND_BUFFER: usize = 64 * 1024;

/// Requests that were taken back, by either side, before the connection is ended for it: a client that makes work and
/// takes it back again costs more than it pays.
const RESETS: usize = 64;

type Http2 = Connection<Transport, Bytes>;

/// Serves one connection until it ends.
pub(crate) async fn hold(worker: &Rc<Worker>, client: Client, transport: Transport) {
    let settings = worker.settings();
    let Ok(connection) = builder(&settings).handshake(transport).await else { return };
    // From now on the connection minds its own time.
    client.progress.become_tunnel();
    let mut conversation = Conversation {
        worker,
        client,
        connection,
        streams: Rc::default(),
        patience: settings.limits.head_time,
        idle: Timer::new(&worker.wheel, settings.limits.head_time),
        ending: Ending::No,
    };
    while let Some((request, respond)) = poll_fn(|cx| conversation.poll_request(cx)).await {
        conversation.patience = settings.limits.idle;
        let stream = Stream::begin(&conversation);
        tokio::task::spawn_local(stream.serve(request, respond));
    }
}

fn builder(settings: &Settings) -> Builder {
    let mut builder = Builder::new();
    builder
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(u32::try_from(settings.limits.head_bytes).unwrap_or(u32::MAX))
        .initial_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buffer_size(SEND_BUFFER)
        .max_concurrent_reset_streams(RESETS)
        .max_pending_accept_reset_streams(RESETS)
        .max_local_error_reset_streams(Some(RESETS));
    builder
}

/// How far a connection is from its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    No,
    /// No further request is taken.
    Announced,
    /// What is left is sent, and that is all.
    Now,
}

struct Conversation<'c> {
    worker: &'c Rc<Worker>,
    client: Client,
    connection: Http2,
    /// Requests that are being served.
    streams: Rc<Cell<usize>>,
    /// How long it may be unused: the time of a head before its first request.
    patience: Duration,
    idle: Timer,
    ending: Ending,
}

impl Conversation<'_> {
    /// The next request; `None` where there will be no more.
    fn poll_request(&mut self, cx: &mut Context<'_>) -> Poll<Option<(Request<RecvStream>, SendResponse<Bytes>)>> {
        if self.ending == Ending::No && self.worker.is_draining() {
            self.connection.graceful_shutdown();
            self.ending = Ending::Announced;
        }
        self.watch_idleness(cx);
        self.connection.poll_accept(cx).map(|next| match next {
            Some(Ok(next)) => Some(next),
            Some(Err(error)) => {
                tracing::debug!(%error, "an HTTP/2 connection ended early");
                None
            }
            None => None,
        })
    }

    /// Ends a connection that nobody has used for too long.
    fn watch_idleness(&mut self, cx: &mut Context<'_>) {
        if self.streams.get() > 0 || self.ending == Ending::Now {
            self.idle.reset(self.patience);
            return;
        }
        if self.idle.poll(cx).is_ready() {
            self.connection.abrupt_shutdown(Reason::NO_ERROR);
            self.ending = Ending::Now;
            // A client that does not even read this is cut off.
            self.client.progress.linger();
        }
    }
}

/// One request on its connection.
struct Stream {
    worker: Rc<Worker>,
    client: Client,
    connection: Rc<Progress>,
    streams: Rc<Cell<usize>>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.streams.set(self.streams.get() - 1);
        // The connection begins to count its idle time.
        self.connection.wake();
    }
}

impl Stream {
    fn begin(conversation: &Conversation<'_>) -> Self {
        conversation.streams.set(conversation.streams.get() + 1);
        let worker = Rc::clone(conversation.worker);
        let progress = Progress::new(Rc::clone(worker.wheel.clock()));
        progress.begin_request();
        let client = conversation.client.with_progress(progress);
        let connection = Rc::clone(&conversation.client.progress);
        Self { worker, client, connection, streams: Rc::clone(&conversation.streams) }
    }

    async fn serve(self, request: Request<RecvStream>, mut respond: SendResponse<Bytes>) {
        let _watched = self.worker.connections.watch(&self.client.progress);
        let mut answering = pin!(async {
            let Some(answered) = self.answer_of(request, &mut respond).await else { return };
            answer::send(&self.worker, &self.client.progress, &mut respond, answered).await;
        });
        poll_fn(|cx| {
            if self.client.progress.expired() {
                return Poll::Ready(());
            }
            self.client.progress.register(cx);
            answering.as_mut().poll(cx)
        })
        .await;
    }

    /// The answer; `None` where the client has taken the request back.
    async fn answer_of(&self, request: Request<RecvStream>, respond: &mut SendResponse<Bytes>) -> Option<Answered> {
        let (parts, body) = request.into_parts();
        let limits = self.worker.settings().head_limits();
        let head = match head::read(&parts, limits) {
            Ok(head) => head,
            Err(bad) => return Some(request::refuse(&self.worker, &self.client, head::line(&parts), bad)),
        };
        let receiving = Receiving::new(body, &head.headers);
        let arrival = receiving.arrival(head);
        let source = BodySource::Http2(Box::new(receiving));
        let mut handling = pin!(request::handle(&self.worker, &self.client, source, arrival));
        poll_fn(|cx| match handling.as_mut().poll(cx) {
            Poll::Ready(answered) => Poll::Ready(Some(answered)),
            Poll::Pending => respond.poll_reset(cx).map(|_| None),
        })
        .await
    }
}
