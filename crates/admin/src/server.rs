//! The Admin API on its ports: sockets, limits and log lines around [`AdminApi::handle`].
//!
//! HTTP/1 and HTTP/2 by hyper, with or without TLS, one task a connection. Nobody can hold a connection open with nothing: heads, bodies, idleness and
//! answers that are not read all have their time.

mod access_line;
mod connection;
mod exchange;
mod incoming;
mod login;
mod options;
mod paced;
mod port;
mod sent;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::api::AdminApi;
use crate::session::Sessions;
use port::Door;

pub use options::{LineSink, ServerOptions, Times};
pub use port::Port;

/// Requests that are done at the same time; more wait.
const REQUESTS: u32 = 256;

/// How long a port rests that cannot accept, for want of file descriptors as a rule.
const REST: Duration = Duration::from_millis(100);

/// What all connections share.
struct Server {
    api: Arc<AdminApi>,
    options: ServerOptions,
    connections: Arc<Semaphore>,
    requests: Arc<Semaphore>,
    sessions: Sessions,
}

/// Serves the Admin API on `ports` until `shutdown` is true or its sender is gone. Requests under way are then
/// answered, as long as that takes no longer than [`Times::drain`].
///
/// # Errors
/// Where the system refuses to watch one of the sockets.
pub async fn serve(
    ports: Vec<Port>,
    api: Arc<AdminApi>,
    options: ServerOptions,
    shutdown: watch::Receiver<bool>,
) -> io::Result<()> {
    let server = Arc::new(Server {
        api,
        connections: Arc::new(Semaphore::new(options.connections)),
        requests: Arc::new(Semaphore::new(REQUESTS as usize)),
        sessions: Sessions::default(),
        options,
    });
    let mut served = JoinSet::new();
    for Port { socket, door } in ports {
        socket.set_nonblocking(true)?;
        served.spawn(Arc::clone(&server).port(TcpListener::from_std(socket)?, door, shutdown.clone()));
    }
    while served.join_next().await.is_some() {}
    // A request outlives its connection: a write that has begun ends as a whole.
    let _ = timeout(server.options.times.drain, server.requests.acquire_many(REQUESTS)).await;
    Ok(())
}

impl Server {
    async fn port(self: Arc<Self>, listener: TcpListener, door: Door, mut shutdown: watch::Receiver<bool>) {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                () = stopped(&mut shutdown) => break,
                Some(_) = connections.join_next() => {}
                accepted = self.accept(&listener) => match accepted {
                    Ok((socket, place)) => {
                        let server = Arc::clone(&self);
                        connections.spawn(connection::serve(server, socket, door.clone(), place, shutdown.clone()));
                    }
                    Err(error) => {
                        tracing::error!(%error, "the admin port cannot accept a connection");
                        sleep(REST).await;
                    }
                },
            }
        }
        drop(listener);
        // They would go on for ever.
        self.api.live.end();
        let all = async { while connections.join_next().await.is_some() {} };
        if timeout(self.options.times.drain, all).await.is_err() {
            tracing::warn!("connections to the admin port were cut off");
        }
    }

    /// A connection and its place among those that are allowed.
    async fn accept(&self, listener: &TcpListener) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
        let place = Arc::clone(&self.connections).acquire_owned().await.map_err(io::Error::other)?;
        let (socket, _) = listener.accept().await?;
        Ok((socket, place))
    }
}

async fn stopped(shutdown: &mut watch::Receiver<bool>) {
    // A sender that is gone cannot say it any more.
    let _ = shutdown.wait_for(|stop| *stop).await;
}

#[cfg(test)]
mod tests;
