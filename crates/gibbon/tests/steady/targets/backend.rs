//! A target that can be killed and comes back at the same address.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// What its checks ask for.
pub(super) const CHECK: &str = "/check";

/// See the module. Each life has its own counts.
pub(super) struct Backend {
    address: SocketAddr,
    life: Option<Life>,
}

struct Life {
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    ended: AtomicBool,
    requests: AtomicUsize,
    checks: AtomicUsize,
    connections: Mutex<Vec<TcpStream>>,
}

impl Backend {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        Self { address, life: Some(Life::begin(listener)) }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Requests that it has answered since it came back.
    pub(super) fn requests(&self) -> usize {
        self.count(|shared| &shared.requests)
    }

    /// Checks that it has answered since it came back.
    pub(super) fn checks(&self) -> usize {
        self.count(|shared| &shared.checks)
    }

    fn count(&self, which: impl FnOnce(&Shared) -> &AtomicUsize) -> usize {
        self.life.as_ref().map_or(0, |life| which(&life.shared).load(Ordering::SeqCst))
    }

    /// Cuts off everything, and refuses what comes.
    pub(super) fn kill(&mut self) {
        let Some(Life { shared, accepting }) = self.life.take() else { return };
        shared.ended.store(true, Ordering::SeqCst);
        // Whoever accepts has to wake up to see it.
        drop(TcpStream::connect(self.address));
        accepting.join().unwrap();
        for connection in shared.connections.lock().unwrap().drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    pub(super) fn revive(&mut self) {
        self.life = Some(Life::begin(TcpListener::bind(self.address).unwrap()));
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Life {
    fn begin(listener: TcpListener) -> Self {
        let shared = Arc::<Shared>::default();
        let accepting = Arc::clone(&shared);
        Self { shared, accepting: thread::spawn(move || accept(&listener, &accepting)) }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for connection in listener.incoming().map(Result::unwrap) {
        if shared.ended.load(Ordering::SeqCst) {
            return;
        }
        shared.connections.lock().unwrap().push(connection.try_clone().unwrap());
        let shared = Arc::clone(shared);
        thread::spawn(move || serve(&connection, &shared));
    }
}

/// Answers requests without bodies.
fn serve(connection: &TcpStream, shared: &Shared) -> Option<()> {
    let mut lines = BufReader::new(connection).lines();
    loop {
        let line = lines.next()?.ok()?;
        while !lines.next()?.ok()?.is_empty() {}
        let is_check = line.contains(CHECK);
        (if is_check { &shared.checks } else { &shared.requests }).fetch_add(1, Ordering::SeqCst);
        (&*connection).write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").ok()?;
    }
}
