//! The gateway as a client of upstreams: connecting, and one exchange on a connection.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::client::conn::http1;
use tokio::net::TcpStream;
use tokio::task::AbortHandle;

use crate::engine::body::{BodyState, RequestBody};
use crate::engine::client_io::{ClientIo, Traffic};
use crate::wheel::{Timer, Wheel};

/// The largest head of an answer, and the largest piece that is read at once.
const MAX_BUFFER: usize = 64 * 1024;

/// No connection came about; nothing has been sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectFailure {
    #[error("connecting to {address} took longer than {limit:?}")]
    TimedOut { address: SocketAddr, limit: Duration },
    #[error("cannot connect to {address}: {source}")]
    Refused { address: SocketAddr, source: std::io::Error },
    #[error("cannot begin to speak HTTP with {address}: {source}")]
    Handshake { address: SocketAddr, source: hyper::Error },
}

/// An exchange that gave no answer.
pub(crate) enum SendFailure {
    /// Nothing of the request has left: it may be sent again whatever it is.
    NotSent,
    /// The connection ended, or what came was no HTTP.
    Broken(hyper::Error),
    /// Nothing moved for the service's `read_timeout` or `write_timeout`.
    TimedOut,
}

/// One connection to an upstream.
pub(crate) struct UpstreamConnection {
    sender: http1::SendRequest<RequestBody>,
    traffic: Arc<Traffic>,
    requests: u32,
    task: ConnectionTask,
}

/// What drives a connection. Ended with it: a task that waits for an upstream to take the rest of a request would
/// otherwise hold on to the client for as long as the upstream likes.
struct ConnectionTask(Option<AbortHandle>);

impl Drop for ConnectionTask {
    fn drop(&mut self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}

/// How long an upstream may be silent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) write: Duration,
    pub(crate) read: Duration,
}

impl UpstreamConnection {
    /// Connects within `limit`.
    pub(crate) async fn open(address: SocketAddr, limit: Duration, wheel: &Rc<Wheel>) -> Result<Self, ConnectFailure> {
        let connected = tokio::time::timeout(limit, TcpStream::connect(address)).await;
        let stream = connected
            .map_err(|_| ConnectFailure::TimedOut { address, limit })?
            .map_err(|source| ConnectFailure::Refused { address, source })?;
        // A request is written whole: waiting to join it with later bytes would only add latency.
        let _ = stream.set_nodelay(true);
        let traffic = Arc::new(Traffic::new(Arc::clone(wheel.clock())));
        let io = ClientIo::new(stream, Arc::clone(&traffic));
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(MAX_BUFFER)
            .max_header_size(MAX_BUFFER)
            .handshake(io)
            .await
            .map_err(|source| ConnectFailure::Handshake { address, source })?;
        // Its errors reach whoever waits for an answer.
        let task = tokio::task::spawn_local(async move { drop(connection.with_upgrades().await) });
        Ok(Self { sender, traffic, requests: 0, task: ConnectionTask(Some(task.abort_handle())) })
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.sender.is_ready()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Lets the connection live on as what it has been changed to.
    pub(crate) fn become_tunnel(mut self) {
        self.task.0 = None;
    }

    /// How many requests it has carried.
    pub(crate) fn requests(&self) -> u32 {
        self.requests
    }

    /// Sends `request` and waits for the head of the answer. It is put back where nothing of it was sent.
    pub(crate) async fn send(
        &mut self,
        request: &mut Option<http::Request<RequestBody>>,
        patience: Patience,
        body: &BodyState,
        wheel: &Rc<Wheel>,
    ) -> Result<http::Response<Incoming>, SendFailure> {
        let Some(message) = request.take() else { return Err(SendFailure::NotSent) };
        self.requests = self.requests.saturating_add(1);
        let traffic = Arc::clone(&self.traffic);
        traffic.begin();
        let mut answer = pin!(self.sender.try_send_request(message));
        let mut timer = Timer::new(wheel, patience.read.min(patience.write));
        poll_fn(|cx| {
            if let Poll::Ready(outcome) = answer.as_mut().poll(cx) {
                return Poll::Ready(outcome.map_err(|mut error| match error.take_message() {
                    Some(message) => {
                        *request = Some(message);
                        SendFailure::NotSent
                    }
                    None => SendFailure::Broken(error.into_error()),
                }));
            }
            while timer.poll(cx).is_ready() {
                let limit = if traffic.is_write_blocked() { patience.write } else { patience.read };
                // While the client is still sending its body it is the client's time that runs.
                let waits_for_client = body.is_started() && !body.is_finished() && !traffic.is_write_blocked();
                let left = if waits_for_client { limit } else { limit.saturating_sub(traffic.silence()) };
                if left.is_zero() {
                    return Poll::Ready(Err(SendFailure::TimedOut));
                }
                timer.reset(left);
            }
            Poll::Pending
        })
        .await
    }
}
