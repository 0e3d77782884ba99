//! One connection: what is left to send of its request, and what has come of the answer.

use std::io::{ErrorKind, IoSlice, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use crate::answer::{Answer, Status};

/// A connection with at most one request under way.
pub struct Connection {
    stream: TcpStream,
    head: Vec<u8>,
    /// How much of head and body has been sent.
    sent: usize,
    sent_at: Instant,
    answer: Answer,
}

/// What a writable connection came to.
#[derive(PartialEq, Eq)]
pub enum Sent {
    All,
    Part,
}

/// What a readable connection came to.
pub enum Received {
    Part,
    Whole(Status, Duration),
    /// Closed, or answered before the request was sent.
    Lost,
}

impl Connection {
    pub fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Connection { stream, head: Vec::new(), sent: 0, sent_at: Instant::now(), answer: Answer::default() })
    }

    /// Starts a request, whose head `write` fills in.
    pub fn start(&mut self, write: impl FnOnce(&mut Vec<u8>), body: &[u8]) -> Result<Sent> {
        write(&mut self.head);
        self.sent = 0;
        self.answer.clear();
        self.send(body)
    }

    /// Sends as much of the request as the peer takes.
    pub fn send(&mut self, body: &[u8]) -> Result<Sent> {
        while self.sent < self.head.len() + body.len() {
            let head = &self.head[self.sent.min(self.head.len())..];
            let body = &body[self.sent.saturating_sub(self.head.len())..];
            match self.stream.write_vectored(&[IoSlice::new(head), IoSlice::new(body)]) {
                Ok(sent) => self.sent += sent,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Sent::Part),
                Err(error) => return Err(error),
            }
        }
        self.sent_at = Instant::now();
        Ok(Sent::All)
    }

    /// Reads what is there. The time is that since the last byte of the request.
    pub fn receive(&mut self, body: &[u8], buffer: &mut [u8]) -> Received {
        let status = match self.stream.read(buffer) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Received::Part,
            Ok(0) | Err(_) => return Received::Lost,
            Ok(read) => self.answer.take(&buffer[..read]),
        };
        match status {
            Some(_) if self.sent < self.head.len() + body.len() => Received::Lost,
            Some(status) => Received::Whole(status, self.sent_at.elapsed()),
            None => Received::Part,
        }
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}
