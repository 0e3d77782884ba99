//! The socket of the system log.

use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::sync::Arc;

use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::delivery::{GATHERING, Lines};
use crate::waiting::Waiting;

/// Where programs leave their messages.
pub(super) const PATH: &str = "/dev/log";

/// Leaves a message after the other there. A daemon that has been started anew has another socket of the same name.
pub(super) async fn write_all(path: &'static Path, messages: Lines) {
    let mut socket = None;
    while let Some(first) = messages.next().await {
        let (open, messages) = (socket.take(), Arc::clone(&messages));
        // A daemon that reads slowly lets whoever writes wait.
        let written = spawn_blocking(move || write_waiting(path, open, first, &messages)).await;
        socket = written.unwrap_or_else(|error| {
            tracing::error!(%error, "a message for the system log is lost");
            None
        });
        sleep(GATHERING).await;
    }
}

/// Writes a message and those that wait behind it.
fn write_waiting(
    path: &Path,
    mut open: Option<UnixDatagram>,
    first: Vec<u8>,
    messages: &Waiting<Vec<u8>>,
) -> Option<UnixDatagram> {
    let mut next = Some(first);
    while let Some(message) = next {
        open = match write(path, open, &message) {
            Ok(open) => Some(open),
            Err(error) => {
                tracing::error!(%error, "a message for the system log is lost");
                None
            }
        };
        next = messages.take();
    }
    open
}

fn write(path: &Path, open: Option<UnixDatagram>, message: &[u8]) -> io::Result<UnixDatagram> {
    if let Some(socket) = open
        && socket.send(message).is_ok()
    {
        return Ok(socket);
    }
    let socket = UnixDatagram::unbound()?;
    socket.connect(path)?;
    socket.send(message)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Builder;

    use super::*;

    fn receive(server: &UnixDatagram) -> Vec<u8> {
        let mut message = [0; 64];
        let length = server.recv(&mut message).unwrap();
        message[..length].to_vec()
    }

    #[test]
    fn messages_find_a_daemon_that_has_been_started_anew() {
        let folder = Box::leak(Box::new(tempfile::tempdir().unwrap()));
        let path: &'static Path = Box::leak(folder.path().join("log").into_boxed_path());
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let messages = Arc::new(Waiting::new(4, None));
            let writing = tokio::spawn(write_all(path, Arc::clone(&messages)));
            let mut daemon = UnixDatagram::bind(path).unwrap();
            for message in ["one", "two"] {
                messages.push(message.into());
                daemon = spawn_blocking(move || {
                    assert_eq!(receive(&daemon), message.as_bytes());
                    daemon
                })
                .await
                .unwrap();
                drop(daemon);
                std::fs::remove_file(path).unwrap();
                daemon = UnixDatagram::bind(path).unwrap();
            }
            messages.close();
            writing.await.unwrap();
        });
    }

    #[test]
    fn without_a_daemon_messages_are_lost_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write(&folder.path().join("log"), None, b"x").is_err());
    }
}
