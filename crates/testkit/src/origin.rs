//! An upstream that does as it is told, and keeps what it was sent.

mod action;
mod connection;

use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

pub use action::Action;

use crate::message::Received;
use crate::waiting::eventually;

/// A server on a free port of 127.0.0.1. It ends when dropped.
pub struct Origin {
    shared: Arc<Shared>,
    address: SocketAddr,
}

/// When the answer is chosen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// After the whole request has been read.
    Whole,
    /// After its head; the body is left where it is, and nothing can follow on that connection.
    HeadOnly,
    /// Nothing is ever read.
    Nothing,
}

struct Shared {
    answer: Box<dyn Fn(&Received) -> Action + Send + Sync>,
    reading: Reading,
    requests: Mutex<Vec<Received>>,
    streams: Mutex<Vec<TcpStream>>,
    open: AtomicUsize,
    ended: AtomicBool,
}

impl Origin {
    /// Answers every request, once it is whole, as `answer` says.
    pub fn start(answer: impl Fn(&Received) -> Action + Send + Sync + 'static) -> Self {
        Self::run(answer, Reading::Whole)
    }

    /// Answers as soon as the head is there and does not read the body.
    pub fn answering_heads(answer: impl Fn(&Received) -> Action + Send + Sync + 'static) -> Self {
        Self::run(answer, Reading::HeadOnly)
    }

    /// Accepts connections and reads nothing of what comes.
    pub fn reading_nothing() -> Self {
        Self::run(|_| Action::hang(), Reading::Nothing)
    }

    /// Answers every request with 200 and its target as the body.
    pub fn echoing_targets() -> Self {
        Self::start(|request| Action::ok(&request.target))
    }

    fn run(answer: impl Fn(&Received) -> Action + Send + Sync + 'static, reading: Reading) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let shared = Arc::new(Shared {
            answer: Box::new(answer),
            reading,
            requests: Mutex::default(),
            streams: Mutex::default(),
            open: AtomicUsize::new(0),
            ended: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || accept(&listener, &accepting));
        Self { shared, address }
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Where it is, as a service's `url`, with `path` behind it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Every request so far, in the order in which their heads (or, where bodies are read, their ends) came.
    pub fn requests(&self) -> Vec<Received> {
        self.shared.requests().clone()
    }

    /// The one request that came.
    ///
    /// # Panics
    /// Where there were none or several.
    pub fn only_request(&self) -> Received {
        let requests = self.requests();
        assert_eq!(requests.len(), 1, "the origin got: {requests:#?}");
        requests[0].clone()
    }

    /// The request that came last.
    ///
    /// # Panics
    /// Where there was none.
    pub fn last_request(&self) -> Received {
        self.requests().pop().expect("the origin got a request")
    }

    /// Waits until `count` requests have come.
    pub fn wait_for_requests(&self, count: usize) {
        eventually(&format!("{count} requests at the origin"), || self.shared.requests().len() >= count);
    }

    /// How many connections were ever accepted.
    pub fn connections(&self) -> usize {
        self.shared.streams().len()
    }

    /// How many connections are open.
    pub fn open_connections(&self) -> usize {
        self.shared.open.load(Ordering::Acquire)
    }

    /// Closes every connection and stays ready for new ones.
    pub fn close_connections(&self) {
        for stream in self.shared.streams().iter() {
            // It fails only where the other side has gone already.
            let _ = stream.shutdown(Shutdown::Both);
        }
        eventually("the origin's connections are closed", || self.open_connections() == 0);
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Release);
        // The listening thread waits in `accept`: this lets it look again.
        drop(TcpStream::connect(self.address));
        for stream in self.shared.streams().iter() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    fn requests(&self) -> MutexGuard<'_, Vec<Received>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn streams(&self) -> MutexGuard<'_, Vec<TcpStream>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.ended.load(Ordering::Acquire) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let number = {
            let mut streams = shared.streams();
            streams.push(stream.try_clone().expect("a connection can be held twice"));
            streams.len() - 1
        };
        shared.open.fetch_add(1, Ordering::AcqRel);
        let shared = Arc::clone(shared);
        thread::spawn(move || {
            connection::serve(&shared, stream, number);
            // The list of streams holds the socket too: only this closes it.
            if let Some(stream) = shared.streams().get(number) {
                let _ = stream.shutdown(Shutdown::Both);
            }
            shared.open.fetch_sub(1, Ordering::AcqRel);
        });
    }
}
