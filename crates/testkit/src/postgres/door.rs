//! A way to the server that can be shut, cut and silenced: what a network does to a database.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// A port that leads to another one, for as long as this lives.
pub struct Door {
    port: u16,
    state: Arc<State>,
}

/// What a door lets through.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Passage {
    All,
    /// What clients say arrives, and what the server says does not.
    Requests,
    /// Connections stay, and nothing arrives.
    Nothing,
    /// There are no connections.
    Shut,
    /// The door is gone.
    Gone,
}

struct State {
    target: SocketAddr,
    passage: Mutex<Passage>,
    sockets: Mutex<Vec<TcpStream>>,
    lost: AtomicBool,
    /// How many connections there were, and up to which of them nothing passes any more.
    connections: AtomicUsize,
    silent: AtomicUsize,
}

impl Door {
    pub(super) fn to(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let state = Arc::new(State {
            target: (Ipv4Addr::LOCALHOST, port).into(),
            passage: Mutex::new(Passage::All),
            sockets: Mutex::default(),
            lost: AtomicBool::new(false),
            connections: AtomicUsize::new(0),
            silent: AtomicUsize::new(0),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || accept(&listener, &shared));
        Self { port: address.port(), state }
    }

    /// Where it is.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Lets everything through.
    pub fn open(&self) {
        self.state.set(Passage::All);
    }

    /// Ends all connections, and every new one at once.
    pub fn shut(&self) {
        self.state.set(Passage::Shut);
        self.cut();
    }

    /// Ends all connections.
    pub fn cut(&self) {
        for socket in lock(&self.state.sockets).drain(..) {
            // It may have ended by itself.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    /// Lets nothing through, and tells nobody.
    pub fn silence(&self) {
        self.state.set(Passage::Nothing);
    }

    /// Lets nothing more through on the connections that are there; new ones are as good as ever.
    pub fn silence_present(&self) {
        self.state.silent.store(self.state.connections.load(Ordering::Acquire), Ordering::Release);
    }

    /// Whether anything that should have passed was lost.
    pub fn has_lost_something(&self) -> bool {
        self.state.lost.load(Ordering::Acquire)
    }

    /// Keeps back what the server says.
    pub fn keep_answers_back(&self) {
        self.state.set(Passage::Requests);
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.state.set(Passage::Gone);
        self.cut();
        // Wakes the one that accepts, so that it sees that it is over.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

impl State {
    fn set(&self, passage: Passage) {
        *lock(&self.passage) = passage;
    }

    fn passage(&self) -> Passage {
        *lock(&self.passage)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn accept(listener: &TcpListener, state: &Arc<State>) {
    for client in listener.incoming().flatten() {
        match state.passage() {
            Passage::Gone => return,
            Passage::Shut => continue,
            Passage::All | Passage::Requests | Passage::Nothing => connect(client, state),
        }
    }
}

fn connect(client: TcpStream, state: &Arc<State>) {
    let Ok(server) = TcpStream::connect(state.target) else { return };
    let (Ok(from_client), Ok(from_server)) = (client.try_clone(), server.try_clone()) else { return };
    lock(&state.sockets).extend([&client, &server].map(TcpStream::try_clone).into_iter().flatten());
    let number = state.connections.fetch_add(1, Ordering::AcqRel);
    let passes = |while_it_is: &'static [Passage]| {
        let state = Arc::clone(state);
        move || state.silent.load(Ordering::Acquire) <= number && while_it_is.contains(&state.passage())
    };
    carry(from_client, server, Arc::clone(state), passes(&[Passage::All, Passage::Requests]));
    carry(from_server, client, Arc::clone(state), passes(&[Passage::All]));
}

/// Carries bytes from one to the other while they pass; the others are lost.
fn carry(mut from: TcpStream, mut to: TcpStream, state: Arc<State>, passes: impl Fn() -> bool + Send + 'static) {
    thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            if !passes() {
                state.lost.store(true, Ordering::Release);
            } else if to.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
}
