//! Clients of several kinds that keep sending, and what has become of their requests.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use gibbon_testkit::{Client, eventually};
use rustls::ClientConfig;

use crate::multiplexed;
use crate::world::World;

/// How many more answers each client has to get before a change counts as survived.
const ANSWERS: u64 = 25;

/// The clients.
pub(crate) struct Load {
    clients: Vec<Sender>,
    ended: Arc<AtomicBool>,
}

struct Sender {
    kind: &'static str,
    answered: Arc<AtomicU64>,
    thread: JoinHandle<Vec<String>>,
}

/// Counts the answers of one client, and says when it has sent enough.
#[derive(Clone)]
pub(crate) struct Count {
    answered: Arc<AtomicU64>,
    ended: Arc<AtomicBool>,
}

impl Count {
    /// Whether the client is to stop.
    pub(crate) fn is_over(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// One more request was answered as it should be.
    pub(crate) fn answered(&self) {
        self.answered.fetch_add(1, Ordering::Relaxed);
    }
}

impl Load {
    /// Starts one client of each kind; returns when all of them get answers.
    pub(crate) fn begin(world: &World) -> Self {
        let plain: SocketAddr = (Ipv4Addr::LOCALHOST, world.place.proxy).into();
        let secret: SocketAddr = (Ipv4Addr::LOCALHOST, world.tls).into();
        let config = Arc::new(world.authority.client());
        let body = "x".repeat(40_000);
        let get = "GET /get HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned();
        let last = "GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".to_owned();
        let post = format!("POST /post HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        let chunked = "POST /chunked HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned()
            + &format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
        let mut load = Self { clients: Vec::new(), ended: Arc::default() };
        let over_tls = |config: &Arc<ClientConfig>| {
            let config = Arc::clone(config);
            move || Client::try_connect(secret)?.over_tls("localhost", Arc::clone(&config))
        };
        load.add("connections that stay", get.clone(), move || Client::try_connect(plain));
        load.add("a connection a request", last.clone(), move || Client::try_connect(plain));
        load.add("bodies", post, move || Client::try_connect(plain));
        load.add("bodies in chunks", chunked, move || Client::try_connect(plain));
        load.add("connections that stay, over TLS", get, over_tls(&config));
        load.add("a connection a request, over TLS", last, over_tls(&config));
        load.spawn("HTTP/2", move |count| multiplexed::send(secret, config, &count));
        load.go_on();
        load
    }

    fn add(
        &mut self,
        kind: &'static str,
        request: String,
        connect: impl Fn() -> std::io::Result<Client> + Send + 'static,
    ) {
        self.spawn(kind, move |count| send(&request, connect, &count));
    }

    fn spawn(&mut self, kind: &'static str, send: impl FnOnce(Count) -> Vec<String> + Send + 'static) {
        let count = Count { answered: Arc::default(), ended: Arc::clone(&self.ended) };
        let answered = Arc::clone(&count.answered);
        self.clients.push(Sender { kind, answered, thread: thread::spawn(move || send(count)) });
    }

    /// Waits until every client has got some more answers.
    pub(crate) fn go_on(&self) {
        for client in &self.clients {
            let goal = client.answered.load(Ordering::Relaxed) + ANSWERS;
            let is_there = || client.answered.load(Ordering::Relaxed) >= goal || client.thread.is_finished();
            eventually(&format!("more answers to {}", client.kind), is_there);
        }
    }

    /// Stops the clients. All they have sent was answered.
    pub(crate) fn end(self) {
        self.ended.store(true, Ordering::Relaxed);
        for Sender { kind, answered, thread } in self.clients {
            let failures = thread.join().unwrap();
            assert!(failures.is_empty(), "{kind}, after {} answers: {failures:#?}", answered.load(Ordering::Relaxed));
        }
    }
}

/// Sends a request after the other, on one connection until the gateway ends it; gives what went wrong.
fn send(request: &str, connect: impl Fn() -> std::io::Result<Client>, count: &Count) -> Vec<String> {
    let mut connection = None;
    let mut failures = Vec::new();
    while !count.is_over() && failures.len() < 5 {
        let mut client = match connection.take().map_or_else(&connect, Ok) {
            Ok(client) => client,
            Err(error) => {
                failures.push(format!("no connection: {error}"));
                continue;
            }
        };
        // A failure to send shows in the answer, or in its absence.
        let _ = client.try_send(request);
        match client.try_response() {
            Ok(answer) if answer.status == 200 => {
                count.answered();
                connection = Some(client).filter(|_| answer.field("connection") != Some("close"));
            }
            Ok(answer) => failures.push(format!("{} {}", answer.status, answer.text())),
            Err(error) => failures.push(format!("no answer: {error:?}")),
        }
    }
    failures
}
