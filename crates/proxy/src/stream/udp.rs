//! Datagrams: those of one client to one port are a stream, which has no other beginning and end than that they come and
//! cease to come.

mod exchange;
mod sessions;
pub(crate) mod socket;

use std::rc::Rc;
use std::time::Duration;

use tokio::task::{spawn_local, yield_now};

use crate::stream::session::until_expired;
use crate::worker::Worker;
use exchange::Exchange;
use sessions::{Key, Sessions};
use socket::Socket;

/// After so many datagrams others get their turn.
const BATCH: usize = 64;

/// Takes what comes to a port, and gives it to the stream that it belongs to.
pub(crate) async fn receive(worker: Rc<Worker>, socket: Rc<Socket>) {
    let sessions = Rc::new(Sessions::default());
    loop {
        let mut outcome = socket.readable().await;
        for _ in 0..BATCH {
            outcome = outcome.and_then(|()| take(&worker, &socket, &sessions));
        }
        match outcome {
            Ok(()) => yield_now().await,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => {
                tracing::error!(%error, "cannot receive datagrams");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

fn take(worker: &Rc<Worker>, socket: &Rc<Socket>, sessions: &Rc<Sessions>) -> std::io::Result<()> {
    let mut scratch = worker.streams.scratch.borrow_mut();
    let received = socket.try_receive(&mut scratch)?;
    let datagram = scratch.get(..received.length).unwrap_or_default();
    let key = Key { client: received.client, local: received.arrived.address };
    if let Some(exchange) = sessions.find(key) {
        exchange.forward(worker, datagram);
        return Ok(());
    }
    let exchange = Exchange::begin(worker, socket, key, received.arrived);
    exchange.forward(worker, datagram);
    sessions.insert(key, &exchange);
    let (worker, sessions) = (Rc::clone(worker), Rc::clone(sessions));
    spawn_local(async move {
        let _watched = worker.connections.watch(exchange.progress());
        until_expired(exchange.progress(), exchange.run(&worker)).await;
        sessions.remove(key, &exchange);
    });
    Ok(())
}
