//! Two connections that have left HTTP (RFC 9110 section 7.8): bytes go both ways until one side ends, or both are
//! silent for longer than the service allows.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;

use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::time::{Instant, sleep_until};

use crate::connections::Registration;
use crate::engine::client::Patience;

/// What is read at once from one side.
const PIECE: usize = 16 * 1024;

/// Carries bytes until the end. The connection stays registered as long, so that a worker that drains waits for it.
pub(crate) async fn run(client: OnUpgrade, upstream: OnUpgrade, patience: Patience, _registration: Rc<Registration>) {
    let (client, upstream) = match tokio::try_join!(client, upstream) {
        Ok(both) => both,
        Err(error) => {
            tracing::debug!(%error, "a connection could not change its protocol");
            return;
        }
    };
    let (client_read, client_write) = split(TokioIo::new(client));
    let (upstream_read, upstream_write) = split(TokioIo::new(upstream));
    let moved = Rc::new(Cell::new(Instant::now()));
    let carry_both =
        async { tokio::join!(carry(client_read, upstream_write, &moved), carry(upstream_read, client_write, &moved)) };
    tokio::select! {
        _ = carry_both => {}
        () = silence(&moved, patience) => tracing::debug!("a tunnel was silent for too long"),
    }
}

/// Carries one direction. Writing waits for the reader, so that neither side can fill the memory.
async fn carry(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, moved: &Cell<Instant>) {
    let mut piece = vec![0; PIECE];
    loop {
        let length = match from.read(&mut piece).await {
            Ok(0) | Err(_) => break,
            Ok(length) => length,
        };
        moved.set(Instant::now());
        if to.write_all(&piece[..length]).await.is_err() || to.flush().await.is_err() {
            break;
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
