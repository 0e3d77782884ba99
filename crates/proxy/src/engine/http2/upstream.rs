//! HTTP/2 to upstreams, which gRPC is spoken by: requests to one place share a connection.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use gibbon_balancer::UnderWay;
use gibbon_conf::Upstream;
use h2::client::{ResponseFuture, SendRequest};
use h2::{Reason, RecvStream, SendStream};
use http::{HeaderMap, Request};
use tokio::task::AbortHandle;

use super::sending;
use crate::engine::body::{RequestBody, move_bytes};
use crate::engine::client::ConnectFailure;
use crate::engine::dial::{Means, dial};
use crate::engine::outgoing::Source;
use crate::engine::pool::Destination;
use crate::engine::upstream_body::ResponseFailure;
use crate::wheel::Timer;

/// What is taken of a request's body at once.
const PIECE: usize = 16 * 1024;

/// What an upstream may send of one answer, and of all together, before the client has taken it.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;

/// A worker's connections.
pub(crate) struct Multiplexed {
    limits: Upstream,
    open: RefCell<HashMap<Destination, Open, ahash::RandomState>>,
}

/// One of them. It ends when nothing holds its sender any more, calls under way included.
struct Open {
    sender: SendRequest<Bytes>,
    used: Instant,
    requests: u32,
}

impl Multiplexed {
    pub(crate) fn new(limits: Upstream) -> Self {
        Self { limits, open: RefCell::default() }
    }

    /// A place for a request on a connection to `destination`, which is made where there is none that is alive.
    pub(crate) async fn place(
        &self,
        destination: &mut Destination,
        means: &Means<'_>,
    ) -> Result<SendRequest<Bytes>, ConnectFailure> {
        if let Some(sender) = self.sender(destination)
            && let Ok(ready) = sender.ready().await
        {
            return Ok(ready);
        }
        let stream = dial(destination, means).await?;
        let address = destination.address;
        let broken = |error: h2::Error| ConnectFailure::Http2 { address, reason: error.to_string() };
        let mut builder = h2::client::Builder::new();
        builder.initial_window_size(STREAM_WINDOW).initial_connection_window_size(CONNECTION_WINDOW).enable_push(false);
        let (sender, connection) = builder.handshake(stream).await.map_err(broken)?;
        tokio::task::spawn_local(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "an HTTP/2 connection to an upstream ended early");
            }
        });
        let open = Open { sender: sender.clone(), used: Instant::now(), requests: 1 };
        self.open.borrow_mut().insert(destination.clone(), open);
        sender.ready().await.map_err(broken)
    }

    /// The sender of a connection that may carry one more request.
    fn sender(&self, destination: &Destination) -> Option<SendRequest<Bytes>> {
        let mut all = self.open.borrow_mut();
        let open = all.get_mut(destination)?;
        if self.limits.max_requests.is_some_and(|limit| open.requests >= limit) {
            all.remove(destination);
            return None;
        }
        open.requests = open.requests.saturating_add(1);
        open.used = Instant::now();
        Some(open.sender.clone())
    }

    /// Lets go of connections that no call has asked for too long; those with calls under way end after these.
    pub(crate) fn sweep(&self) {
        let Some(limit) = self.limits.idle_timeout else { return };
        self.open.borrow_mut().retain(|_, open| open.used.elapsed() < limit);
    }

    /// Forgets a connection that has failed a request; others on it end as they can.
    pub(crate) fn forget(&self, destination: &Destination) {
        self.open.borrow_mut().remove(destination);
    }
}

/// A request under way. Dropped, it is taken back.
pub(crate) struct Call {
    pub(crate) answer: ResponseFuture,
    pub(crate) pump: Pump,
}

/// What carries the request's body.
pub(crate) struct Pump(AbortHandle);

impl Drop for Pump {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Sends a request; its body follows beside whatever comes next, since both sides may speak at the same time. Where the
/// connection takes no request any more, the body comes back.
pub(crate) fn begin(
    mut place: SendRequest<Bytes>,
    request: Request<()>,
    body: RequestBody,
) -> Result<Call, RequestBody> {
    let is_empty = matches!(body, RequestBody::Empty);
    match place.send_request(request, is_empty) {
        Ok((answer, stream)) => {
            let pump = tokio::task::spawn_local(pump(body, stream));
            Ok(Call { answer, pump: Pump(pump.abort_handle()) })
        }
        Err(_) => Err(body),
    }
}

async fn pump(mut body: RequestBody, mut stream: SendStream<Bytes>) {
    if matches!(body, RequestBody::Empty) {
        return;
    }
    loop {
        let mut piece = Vec::new();
        match poll_fn(|cx| body.poll_into(cx, &mut piece, PIECE)).await {
            Ok(0) => return drop(stream.send_data(Bytes::new(), true)),
            Ok(_) => {}
            // Whoever waits for the answer learns of it from the body's state.
            Err(_) => return stream.send_reset(Reason::CANCEL),
        }
        let mut piece = Bytes::from(piece);
        while !piece.is_empty() {
            stream.reserve_capacity(piece.len());
            let Some(room) = poll_fn(|cx| sending::poll_room(&mut stream, cx)).await else { return };
            let part = piece.split_to(room.min(piece.len()));
            if stream.send_data(part, false).is_err() {
                return;
            }
        }
    }
}

/// The body of an answer, and the fields behind it.
pub(crate) struct Answering {
    stream: RecvStream,
    waiting: Bytes,
    trailers: Option<HeaderMap>,
    is_over: bool,
    silence: Timer,
    patience: Duration,
    /// What counts it as under way.
    under_way: Option<UnderWay>,
    _pump: Pump,
}

impl Answering {
    pub(crate) fn new(stream: RecvStream, pump: Pump, wheel: &Rc<crate::wheel::Wheel>, patience: Duration) -> Self {
        let is_over = stream.is_end_stream();
        let silence = Timer::new(wheel, patience);
        Self { stream, waiting: Bytes::new(), trailers: None, is_over, silence, patience, under_way: None, _pump: pump }
    }

    /// Counts it as under way until it is given up.
    pub(crate) fn hold(&mut self, under_way: Option<UnderWay>) {
        self.under_way = under_way;
    }

    pub(crate) fn is_over(&self) -> bool {
        self.is_over && self.waiting.is_empty()
    }

    /// The fields behind the body, once that is over.
    pub(crate) fn take_trailers(&mut self) -> Option<HeaderMap> {
        self.trailers.take()
    }

    pub(crate) fn poll_into(
        &mut self,
        cx: &mut Context<'_>,
        out: &mut Vec<u8>,
        room: usize,
    ) -> Poll<Result<usize, ResponseFailure>> {
        while self.waiting.is_empty() && !self.is_over {
            match self.poll_more(cx) {
                Poll::Ready(outcome) => outcome?,
                Poll::Pending => return self.silence.poll(cx).map(|()| Err(ResponseFailure::TooSlow)),
            }
        }
        let length = move_bytes(&mut self.waiting, out, room);
        let _ = self.stream.flow_control().release_capacity(length);
        Poll::Ready(Ok(length))
    }

    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ResponseFailure>> {
        match ready!(self.stream.poll_data(cx)) {
            Some(Ok(bytes)) => self.waiting = bytes,
            Some(Err(_)) => return Poll::Ready(Err(ResponseFailure::Taken)),
            None => {
                self.trailers = ready!(self.stream.poll_trailers(cx)).map_err(|_| ResponseFailure::Taken)?;
                self.is_over = true;
            }
        }
        self.silence.reset(self.patience);
        Poll::Ready(Ok(()))
    }
}
