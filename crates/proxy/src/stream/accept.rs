//! Accepting streams on the ports of a worker.

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::task::{JoinHandle, spawn_local};

use crate::stream::port::{StreamPort, StreamServes};
use crate::stream::{session, udp};
use crate::worker::Worker;

/// Where a connection came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    pub(crate) serves: StreamServes,
}

/// Accepts on all of them, until the tasks are ended. The sockets stay with the caller.
pub(crate) fn start(worker: &Rc<Worker>, ports: &[StreamPort]) -> io::Result<Vec<JoinHandle<()>>> {
    ports.iter().map(|port| start_one(Rc::clone(worker), port)).collect()
}

fn start_one(worker: Rc<Worker>, port: &StreamPort) -> io::Result<JoinHandle<()>> {
    Ok(match port {
        StreamPort::Connections { socket, serves } => {
            let listener = tokio::net::TcpListener::from_std(socket.try_clone()?)?;
            let door = Door { address: listener.local_addr()?, serves: *serves };
            spawn_local(accept(worker, listener, door))
        }
        StreamPort::Datagrams(socket) => {
            let socket = udp::socket::Socket::new(socket.try_clone()?)?;
            spawn_local(udp::receive(worker, Rc::new(socket)))
        }
    })
}

/// Takes the connections that wait at ports which are about to close: their clients have been told that they are there.
pub(crate) fn empty(worker: &Rc<Worker>, ports: &[StreamPort]) {
    for port in ports {
        let StreamPort::Connections { socket, serves } = port else { continue };
        let Ok(address) = socket.local_addr() else { continue };
        let door = Door { address, serves: *serves };
        while let Ok((stream, peer)) = socket.accept() {
            let taken = stream.set_nonblocking(true).and_then(|()| tokio::net::TcpStream::from_std(stream));
            if let Ok(stream) = taken {
                spawn_local(session::serve(Rc::clone(worker), stream, peer, door));
            }
        }
    }
}

async fn accept(worker: Rc<Worker>, listener: tokio::net::TcpListener, door: Door) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => drop(spawn_local(session::serve(Rc::clone(&worker), stream, peer, door))),
            Err(error) => {
                // Out of descriptors, most likely: let some connections end before the next try.
                tracing::error!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}
