//! Two connections that have left HTTP (RFC 9110 section 7.8): bytes go both ways until one side ends, or both are
//! silent for longer than the service allows.

use std::cell::Cell;
use std::pin::pin;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::time::{Instant, sleep_until};

use crate::engine::client::Patience;
use crate::engine::transport::Transport;

/// What is read at once from one side.
const PIECE: usize = 16 * 1024;

/// One side: its socket, and what it had said already when it left HTTP.
pub(crate) type Side = (Transport, Vec<u8>);

/// Carries bytes until the end.
pub(crate) async fn run((client, said): Side, (upstream, answered): Side, patience: Patience) {
    let (client_read, client_write) = split(client);
    let (upstream_read, upstream_write) = split(upstream);
    let moved = Cell::new(Instant::now());
    let carry_both = async {
        tokio::join!(
            carry(client_read, said, upstream_write, &moved),
            carry(upstream_read, answered, client_write, &moved)
        )
    };
    tokio::select! {
        _ = carry_both => {}
        () = silence(&moved, patience) => tracing::debug!("a tunnel was silent for too long"),
    }
}

/// Carries one direction. Writing waits for the reader, so that neither side can fill the memory.
async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut piece: Vec<u8>,
    mut to: impl AsyncWrite + Unpin,
    moved: &Cell<Instant>,
) {
    loop {
        if to.write_all(&piece).await.is_err() || to.flush().await.is_err() {
            break;
        }
        piece.clear();
        piece.reserve(PIECE);
        match from.read_buf(&mut piece).await {
            Ok(0) | Err(_) => break,
            Ok(_) => moved.set(Instant::now()),
        }
    }
    let _ = to.shutdown().await;
}

/// Over once nothing has moved for the service's `read_timeout`.
async fn silence(moved: &Cell<Instant>, patience: Patience) {
    let mut sleep = pin!(sleep_until(moved.get() + patience.read));
    loop {
        sleep.as_mut().await;
        let due = moved.get() + patience.read;
        if due <= Instant::now() {
            return;
        }
        sleep.as_mut().reset(due);
    }
}
