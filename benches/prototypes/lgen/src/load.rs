//! The connections, and what comes of them.

use std::collections::VecDeque;
use std::io::Result;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};

use crate::connection::{Connection, Received, Sent};
use crate::options::Options;
use crate::requests::Requests;
use crate::tally::Tally;

/// A run that has not ended by then is given up.
const LIMIT: Duration = Duration::from_secs(300);
const BUFFER: usize = 65_536;

/// Open connections.
pub struct Load {
    address: SocketAddr,
    epoll: Epoll,
    connections: Vec<Connection>,
    /// Those without a request, the one that has waited longest first.
    free: VecDeque<usize>,
    at_once: usize,
    rate: Option<u32>,
    buffer: Vec<u8>,
}

impl Load {
    /// Opens the connections.
    pub fn connect(options: &Options) -> Result<Self> {
        let mut load = Load {
            address: options.address,
            epoll: Epoll::new(EpollCreateFlags::empty())?,
            connections: Vec::new(),
            free: (0..options.connections).collect(),
            at_once: options.at_once.unwrap_or(options.connections),
            rate: options.rate,
            buffer: vec![0; BUFFER],
        };
        for index in 0..options.connections {
            let connection = load.open(index)?;
            load.connections.push(connection);
        }
        Ok(load)
    }

    fn open(&self, index: usize) -> Result<Connection> {
        let connection = Connection::open(self.address)?;
        self.epoll.add(&connection, EpollEvent::new(EpollFlags::EPOLLIN, index as u64))?;
        Ok(connection)
    }

    /// Sends `count` requests, as many at once as were asked for.
    pub fn run(&mut self, requests: &Requests, count: usize) -> Result<Tally> {
        let started = Instant::now();
        let mut tally = Tally::of(count);
        let mut next = 0;
        let mut events = [EpollEvent::empty(); 256];
        let pause: u16 = if self.rate.is_some() { 1 } else { 500 };
        while tally.ended() < count && started.elapsed() < LIMIT {
            let due = self.due(started.elapsed()).min(count);
            while next < due && next - tally.ended() < self.at_once && !self.free.is_empty() {
                self.start(requests, &mut next)?;
            }
            let ready = self.epoll.wait(&mut events, EpollTimeout::from(pause))?;
            for event in &events[..ready] {
                let index = event.data() as usize;
                if event.events().contains(EpollFlags::EPOLLOUT) {
                    self.send_more(index, requests)?;
                }
                if self.receive(index, requests, &mut tally)? && next < count && self.rate.is_none() {
                    self.start(requests, &mut next)?;
                }
            }
        }
        tally.end(count, started.elapsed());
        Ok(tally)
    }

    /// How many requests should have begun by then.
    fn due(&self, elapsed: Duration) -> usize {
        let Some(rate) = self.rate else { return usize::MAX };
        usize::try_from(elapsed.as_millis() * u128::from(rate) / 1000).unwrap_or(usize::MAX)
    }

    /// The next request, on the connection that has waited longest.
    fn start(&mut self, requests: &Requests, next: &mut usize) -> Result<()> {
        let Some(index) = self.free.pop_front() else { return Ok(()) };
        let number = *next;
        *next += 1;
        match self.connections[index].start(|head| requests.write(number, head), requests.body()) {
            Ok(Sent::Part) => self.wait_for(index, EpollFlags::EPOLLIN | EpollFlags::EPOLLOUT),
            // An error shows again when the answer is read.
            Ok(Sent::All) | Err(_) => Ok(()),
        }
    }

    /// Goes on with a request that the peer has not taken as a whole.
    fn send_more(&mut self, index: usize, requests: &Requests) -> Result<()> {
        match self.connections[index].send(requests.body()) {
            Ok(Sent::Part) => Ok(()),
            Ok(Sent::All) | Err(_) => self.wait_for(index, EpollFlags::EPOLLIN),
        }
    }

    fn wait_for(&self, index: usize, flags: EpollFlags) -> Result<()> {
        Ok(self.epoll.modify(&self.connections[index], &mut EpollEvent::new(flags, index as u64))?)
    }

    /// Reads what is there, and tells whether the connection is free for the next request.
    fn receive(&mut self, index: usize, requests: &Requests, tally: &mut Tally) -> Result<bool> {
        match self.connections[index].receive(requests.body(), &mut self.buffer) {
            Received::Part => return Ok(false),
            Received::Whole(status, took) => tally.answered(status, took),
            Received::Lost => {
                tally.lost();
                self.connections[index] = self.open(index)?;
            }
        }
        self.free.push_back(index);
        Ok(true)
    }
}
