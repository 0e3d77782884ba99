//! The connections, and what comes of them.

use std::io::{ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

use crate::answer;
use crate::options::Options;
use crate::requests::Requests;

/// A run that has not ended by then is given up.
const LIMIT: Duration = Duration::from_secs(300);

/// Open connections.
pub struct Load {
    address: SocketAddr,
    epoll: Epoll,
    connections: Vec<Connection>,
    /// For the bytes of a request and those that were read.
    buffer: Vec<u8>,
}

struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
    sent: Instant,
}

/// What became of the requests.
#[derive(Default)]
pub struct Tally {
    /// From the last byte that was sent to the last that was received, in microseconds, one for each answer.
    latencies: Vec<u128>,
    /// Answers that were no success.
    refused: usize,
    /// Requests without an answer.
    lost: usize,
    took: Duration,
}

impl Load {
    /// Opens the connections.
    pub fn connect(options: &Options) -> Result<Self> {
        let epoll = Epoll::new(EpollCreateFlags::empty())?;
        let mut load = Load { address: options.address, epoll, connections: Vec::new(), buffer: Vec::new() };
        for index in 0..options.connections {
            let connection = load.open(index)?;
            load.connections.push(connection);
        }
        Ok(load)
    }

    fn open(&self, index: usize) -> Result<Connection> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        self.epoll.add(&stream, EpollEvent::new(EpollFlags::EPOLLIN, index as u64))?;
        Ok(Connection { stream, answer: Vec::with_capacity(4096), sent: Instant::now() })
    }

    /// Sends `count` requests, as many at once as there are connections.
    pub fn run(&mut self, requests: &Requests, count: usize) -> Result<Tally> {
        let started = Instant::now();
        let mut tally = Tally { latencies: Vec::with_capacity(count), ..Tally::default() };
        let mut next = 0;
        for index in 0..self.connections.len().min(count) {
            self.send(index, requests, &mut next)?;
        }
        let mut events = [EpollEvent::empty(); 256];
        while tally.ended() < count && started.elapsed() < LIMIT {
            let ready = self.epoll.wait(&mut events, EpollTimeout::from(500u16))?;
            for event in &events[..ready] {
                let index = event.data() as usize;
                if self.receive(index, &mut tally)? && next < count {
                    self.send(index, requests, &mut next)?;
                }
            }
        }
        tally.lost += count - tally.ended();
        tally.took = started.elapsed();
        tally.latencies.sort_unstable();
        Ok(tally)
    }

    fn send(&mut self, index: usize, requests: &Requests, next: &mut usize) -> Result<()> {
        requests.write(*next, &mut self.buffer);
        *next += 1;
        let connection = &mut self.connections[index];
        connection.answer.clear();
        connection.sent = Instant::now();
        connection.stream.write_all(&self.buffer)
    }

    /// Reads what is there, and tells whether the connection is free for the next request.
    fn receive(&mut self, index: usize, tally: &mut Tally) -> Result<bool> {
        self.buffer.resize(65_536, 0);
        let connection = &mut self.connections[index];
        match connection.stream.read(&mut self.buffer) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Ok(0) | Err(_) => {
                self.connections[index] = self.open(index)?;
                tally.lost += 1;
                return Ok(true);
            }
            Ok(read) => connection.answer.extend_from_slice(&self.buffer[..read]),
        }
        let Some(status) = answer::complete(&connection.answer) else { return Ok(false) };
        tally.latencies.push(connection.sent.elapsed().as_micros());
        tally.refused += usize::from(!(200..300).contains(&status));
        Ok(true)
    }
}

impl Tally {
    fn ended(&self) -> usize {
        self.latencies.len() + self.lost
    }

    fn percentile(&self, share: f64) -> u128 {
        let index = (self.latencies.len() as f64 * share) as usize;
        self.latencies.get(index).or(self.latencies.last()).copied().unwrap_or_default()
    }

    /// One line; latencies in microseconds.
    pub fn to_json(&self) -> String {
        let answered = self.latencies.len();
        format!(
            r#"{{"answered":{answered},"refused":{},"lost":{},"seconds":{:.4},"rps":{:.1},"p50":{},"p99":{}}}"#,
            self.refused,
            self.lost,
            self.took.as_secs_f64(),
            answered as f64 / self.took.as_secs_f64(),
            self.percentile(0.5),
            self.percentile(0.99)
        )
    }
}
