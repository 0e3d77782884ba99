//! A connection on which given bytes come, for readers that want a socket.

use std::cell::RefCell;
use std::future::Future;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

struct World {
    runtime: Runtime,
    listener: TcpListener,
}

thread_local! {
    static WORLD: RefCell<World> = RefCell::new(World::new());
}

impl World {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port is free");
        Self { runtime, listener }
    }
}

/// What `read` makes of a connection on which these bytes come, and then its end. They come in pieces whose length
/// depends on the bytes alone, so that a case is always the same.
pub fn on_connection<F: Future>(bytes: &[u8], read: impl FnOnce(TcpStream) -> F) -> F::Output {
    WORLD.with_borrow(|world| {
        world.runtime.block_on(async {
            let address = world.listener.local_addr().expect("it is bound");
            let (sender, accepted) = tokio::join!(TcpStream::connect(address), world.listener.accept());
            let (mut sender, (receiver, _)) = (sender.expect("it listens"), accepted.expect("it was asked"));
            // Thousands of them a second: none is to linger with its ports.
            sender.set_zero_linger().expect("it is a socket");
            let (output, ()) = tokio::join!(read(receiver), send(&mut sender, bytes));
            output
        })
    })
}

async fn send(stream: &mut TcpStream, bytes: &[u8]) {
    for piece in bytes.chunks(piece_length(bytes)) {
        // The reader may have had enough.
        if stream.write_all(piece).await.is_err() {
            return;
        }
        // The reader looks at its socket before this goes on.
        tokio::task::yield_now().await;
    }
    let _ = stream.shutdown().await;
}

/// Half of the inputs come at once, the others in pieces of up to 32 bytes.
fn piece_length(bytes: &[u8]) -> usize {
    let sum = bytes.iter().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    match sum % 64 {
        length @ 1..=32 => length,
        _ => bytes.len().max(1),
    }
}
