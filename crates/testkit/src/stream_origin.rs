//! An upstream of streams: it does with each connection as a test says.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// See the module. Its port is open until it is dropped.
pub struct StreamOrigin {
    port: u16,
    accepted: Arc<AtomicUsize>,
    listener: TcpListener,
}

impl StreamOrigin {
    /// Hands each connection to `serve`, on a thread of its own.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn start(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let accepted = Arc::<AtomicUsize>::default();
        let (accepting, count) = (listener.try_clone().expect("it can be shared"), Arc::clone(&accepted));
        let serve = Arc::new(serve);
        thread::spawn(move || {
            while let Ok((stream, _)) = accepting.accept() {
                count.fetch_add(1, Ordering::SeqCst);
                let serve = Arc::clone(&serve);
                thread::spawn(move || serve(stream));
            }
        });
        Self { port, accepted, listener }
    }

    /// Sends back what comes, until it ends.
    pub fn echoing() -> Self {
        Self::start(|mut stream| {
            let mut piece = [0; 16 * 1024];
            while let Ok(length @ 1..) = stream.read(&mut piece) {
                if stream.write_all(&piece[..length]).is_err() {
                    return;
                }
            }
            // The other side may have gone.
            let _ = stream.shutdown(Shutdown::Write);
        })
    }

    /// Says this, and ends.
    pub fn saying(text: &str) -> Self {
        let text = text.to_owned();
        Self::start(move |mut stream| {
            let _ = stream.write_all(text.as_bytes());
        })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many connections have come.
    pub fn connections(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
}

impl Drop for StreamOrigin {
    fn drop(&mut self) {
        // Ends the thread that accepts: a socket that is shut down accepts nothing more.
        let _ = socket2::SockRef::from(&self.listener).shutdown(Shutdown::Both);
    }
}
