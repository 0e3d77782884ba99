//! The datagrams of one client, and the answers to them.

use std::cell::{Cell, OnceCell, RefCell};
use std::future::{Future, poll_fn};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use gibbon_entities::Protocol;
use gibbon_router::stream::Spoken;
use socket2::SockRef;
use tokio::io::Interest;
use tokio::net::UdpSocket;

use super::sessions::Key;
use super::socket::{Arrived, Socket};
use crate::engine::client::ConnectFailure;
use crate::engine::progress::{CoarseClock, Progress};
use crate::http::error::ProxyError;
use crate::peers::Peers;
use crate::stream::arrival::Ends;
use crate::stream::failure::Failure;
use crate::stream::record::Record;
use crate::stream::{connect, plugins, routing};
use crate::wheel::Timer;
use crate::worker::Worker;

/// How many bytes of datagrams wait for their upstreams on a worker at most, and how many datagrams of one client. What
/// there is no room for is lost, as datagrams are.
const WAITING_BYTES: usize = 16 * 1024 * 1024;
const WAITING: usize = 16;

/// For how long a worker that ends waits for another datagram.
const LAST_WAIT: Duration = Duration::from_secs(1);

/// How many answers are passed on at once, and how often before others get their turn.
const BATCH: usize = 64;
const ROUNDS: usize = 4;

pub(super) struct Exchange {
    socket: Rc<Socket>,
    client: SocketAddr,
    arrived: Arrived,
    upstream: OnceCell<UdpSocket>,
    /// What has come before there is an upstream.
    waiting: RefCell<Vec<Vec<u8>>>,
    record: RefCell<Record>,
    progress: Rc<Progress>,
    clock: Rc<CoarseClock>,
    moved: Cell<u64>,
    ended: Cell<bool>,
    /// The upstream has refused a datagram.
    refused: Cell<bool>,
}

impl Exchange {
    pub(super) fn begin(worker: &Worker, socket: &Rc<Socket>, key: Key, arrived: Arrived) -> Rc<Self> {
        let local = SocketAddr::new(key.local, socket.port());
        let ends = Ends::of(key.client, local, None, &worker.settings());
        let progress = Progress::new(Rc::clone(worker.wheel.clock()));
        progress.become_tunnel();
        let clock = Rc::clone(worker.wheel.clock());
        Rc::new(Self {
            socket: Rc::clone(socket),
            client: key.client,
            arrived,
            upstream: OnceCell::new(),
            waiting: RefCell::default(),
            record: RefCell::new(Record::begin(worker, Protocol::Udp, ends)),
            progress,
            moved: Cell::new(clock.now()),
            clock,
            ended: Cell::new(false),
            refused: Cell::new(false),
        })
    }

    pub(super) fn progress(&self) -> &Rc<Progress> {
        &self.progress
    }

    /// When something moved last, by the coarse clock.
    pub(super) fn moved(&self) -> u64 {
        self.moved.get()
    }

    /// Ends it.
    pub(super) fn end(&self) {
        self.ended.set(true);
        self.progress.wake();
    }

    /// Passes a datagram of the client on, or keeps it until it is known where to.
    pub(super) fn forward(&self, worker: &Worker, datagram: &[u8]) {
        self.moved.set(self.clock.now());
        self.record.borrow_mut().client.received += datagram.len() as u64;
        match self.upstream.get() {
            Some(upstream) => self.send(upstream, datagram),
            None => self.keep(worker, datagram),
        }
    }

    fn send(&self, upstream: &UdpSocket, datagram: &[u8]) {
        match SockRef::from(upstream).send(datagram) {
            Ok(length) => self.record.borrow_mut().upstream.sent += length as u64,
            // It is told with a later datagram that an earlier one was refused.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                self.refused.set(true);
                self.progress.wake();
            }
            // There is no room, or it is too large.
            Err(_) => {}
        }
    }

    fn keep(&self, worker: &Worker, datagram: &[u8]) {
        let (mut waiting, all) = (self.waiting.borrow_mut(), &worker.streams.waiting);
        if waiting.len() < WAITING && all.get() + datagram.len() <= WAITING_BYTES {
            all.set(all.get() + datagram.len());
            waiting.push(datagram.to_vec());
        }
    }

    /// What has waited, which now counts no more.
    fn take_waiting(&self, worker: &Worker) -> Vec<Vec<u8>> {
        let waiting = self.waiting.take();
        let bytes: usize = waiting.iter().map(Vec::len).sum();
        worker.streams.waiting.set(worker.streams.waiting.get().saturating_sub(bytes));
        waiting
    }

    /// Finds its upstream, and carries answers until nothing has come for too long.
    pub(super) async fn run(&self, worker: &Worker) {
        let outcome = self.proxy(worker).await;
        self.take_waiting(worker);
        self.record.borrow_mut().end(outcome);
    }

    async fn proxy(&self, worker: &Worker) -> Result<(), Failure> {
        let snapshot = worker.snapshot();
        let ends = {
            let record = self.record.borrow();
            Ends { source: record.stream.source, destination: record.stream.destination }
        };
        let entry = routing::find(&snapshot, Spoken::Udp, ends, None).inspect_err(|_| {
            self.record.borrow_mut().unrouted(plugins::loggers(snapshot.routes.unrouted()));
        })?;
        self.record.borrow_mut().routed(entry);
        plugins::run(entry, &self.record.borrow().stream, &worker.locals)?;
        let matched = routing::lead(&snapshot, entry)?;
        let (origin, pool) = (Arc::clone(matched.origin), matched.pool.cloned());
        drop(snapshot);
        let hash = pool.as_ref().and_then(|pool| connect::hash(&pool.upstream, ends.source));
        let mut peers = Peers::of(worker, &origin, pool.as_deref(), hash).await?;
        let choosing = Instant::now();
        let address = peers.next(worker)?;
        self.record.borrow_mut().note_try(address, choosing.elapsed());
        let refused = |source| ProxyError::Connect(ConnectFailure::Refused { address, source });
        let outcome = match open(address).await {
            Ok(upstream) => self.carry(worker, upstream, origin.service.read_timeout).await.map_err(refused),
            Err(error) => Err(refused(error)),
        };
        outcome.inspect_err(|error| peers.failed(error)).map_err(Failure::from)
    }

    /// Carries answers. A datagram that the upstream refuses is an error (ICMP says so); silence is the usual end.
    async fn carry(&self, worker: &Worker, upstream: UdpSocket, patience: Duration) -> io::Result<()> {
        let upstream = self.upstream.get_or_init(|| upstream);
        self.take_waiting(worker).iter().for_each(|datagram| self.send(upstream, datagram));
        let mut events = pin!(upstream.ready(Interest::READABLE | Interest::ERROR));
        let mut limit = patience;
        let mut timer = Timer::new(&worker.wheel, limit);
        poll_fn(|cx| {
            let mut rounds = 0..ROUNDS;
            while let Poll::Ready(ready) = events.as_mut().poll(cx) {
                if let Err(error) = ready.and_then(|_| self.pass_on(worker, upstream)) {
                    return Poll::Ready(Err(error));
                }
                events.set(upstream.ready(Interest::READABLE | Interest::ERROR));
                if rounds.next().is_none() {
                    cx.waker().wake_by_ref();
                    break;
                }
            }
            if self.refused.get() {
                return Poll::Ready(Err(io::ErrorKind::ConnectionRefused.into()));
            }
            if self.ended.get() {
                return Poll::Ready(Ok(()));
            }
            if worker.is_draining() && limit > LAST_WAIT {
                limit = LAST_WAIT;
                timer.reset(limit);
            }
            while timer.poll(cx).is_ready() {
                let silent = Duration::from_millis(self.clock.now().saturating_sub(self.moved()));
                let left = limit.saturating_sub(silent);
                if left.is_zero() {
                    return Poll::Ready(Ok(()));
                }
                timer.reset(left);
            }
            Poll::Pending
        })
        .await
    }

    /// Passes on what has come. Where that is a refusal, it is the error.
    fn pass_on(&self, worker: &Worker, upstream: &UdpSocket) -> io::Result<()> {
        // The readiness for errors has no other end than that it is said to be over.
        let _ = upstream.try_io(Interest::ERROR, || Err::<(), _>(io::ErrorKind::WouldBlock.into()));
        let mut scratch = worker.streams.scratch.borrow_mut();
        for _ in 0..BATCH {
            let length = match upstream.try_recv(&mut scratch) {
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            };
            let datagram = scratch.get(..length).unwrap_or_default();
            self.moved.set(self.clock.now());
            let mut record = self.record.borrow_mut();
            record.upstream.received += length as u64;
            if self.socket.send(datagram, self.client, &self.arrived).is_ok() {
                record.client.sent += length as u64;
            }
        }
        upstream.take_error()?.map_or(Ok(()), Err)
    }
}

/// A socket that hears from this address alone.
async fn open(address: SocketAddr) -> io::Result<UdpSocket> {
    let any = match address {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(address).await?;
    Ok(socket)
}
