//! What is left when nothing is left out that can be: one current-thread runtime, httparse, and headers copied as they
//! came. No proxy on tokio and sockets costs less.
//!
//! It carries requests without a body and small answers with a length, as the comparison sends them: a yardstick, no
//! product.

mod head;

use std::cell::RefCell;
use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::rc::Rc;

use prototype_work::{Check, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::task::{LocalSet, spawn_local};

use head::{Answer, Request};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const POOLED: usize = 256;

struct Worker {
    check: Check,
    upstream: SocketAddr,
    port: String,
    pool: RefCell<Vec<Upstream>>,
}

struct Upstream {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Worker {
    /// Sends a head upstream and leaves the whole answer in `answer`, once more if the connection was a stale one.
    async fn exchange(&self, request: &[u8], answer: &mut Vec<u8>) -> Result<()> {
        let pooled = self.pool.borrow_mut().pop();
        if let Some(upstream) = pooled
            && self.try_exchange(upstream, request, answer).await.is_ok()
        {
            return Ok(());
        }
        let stream = TcpStream::connect(self.upstream).await?;
        stream.set_nodelay(true)?;
        self.try_exchange(Upstream { stream, buffer: Vec::with_capacity(4096) }, request, answer).await
    }

    async fn try_exchange(&self, mut upstream: Upstream, request: &[u8], answer: &mut Vec<u8>) -> Result<()> {
        upstream.buffer.clear();
        upstream.stream.write_all(request).await?;
        loop {
            fill(&mut upstream.stream, &mut upstream.buffer).await?;
            answer.clear();
            match head::answer(&upstream.buffer, answer) {
                Answer::Partial => {}
                Answer::Refuse => return Err(ErrorKind::InvalidData.into()),
                Answer::Whole => break,
            }
        }
        if self.pool.borrow().len() < POOLED {
            self.pool.borrow_mut().push(upstream);
        }
        Ok(())
    }

    /// Serves one client until it leaves or is refused.
    async fn serve(&self, mut client: TcpStream, ip: &str) -> Result<()> {
        let mut input = Vec::with_capacity(4096);
        let mut request = Vec::with_capacity(2048);
        let mut answer = Vec::with_capacity(2048);
        loop {
            request.clear();
            match head::request(&input, ip, &self.port, &self.check, &mut request) {
                Request::Partial => fill(&mut client, &mut input).await?,
                Request::Refuse(status) => return client.write_all(head::refusal(status).as_bytes()).await,
                Request::Forward { length } => {
                    input.drain(..length);
                    if self.exchange(&request, &mut answer).await.is_err() {
                        return client.write_all(head::refusal("502 Bad Gateway").as_bytes()).await;
                    }
                    client.write_all(&answer).await?;
                }
            }
        }
    }
}

/// Reads what is there; an error at the end.
async fn fill(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<()> {
    if buffer.capacity() - buffer.len() < 2048 {
        buffer.reserve(4096);
    }
    match stream.read_buf(buffer).await? {
        0 => Err(Error::from(ErrorKind::UnexpectedEof)),
        _ => Ok(()),
    }
}

async fn run(settings: Settings) -> Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", settings.port)).await?;
    let worker = Rc::new(Worker {
        check: settings.check,
        upstream: settings.upstream,
        port: settings.port.to_string(),
        pool: RefCell::default(),
    });
    loop {
        let (client, peer) = listener.accept().await?;
        client.set_nodelay(true)?;
        let worker = worker.clone();
        spawn_local(async move { worker.serve(client, &peer.ip().to_string()).await });
    }
}

fn main() -> Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, run(Settings::from_environment()))
}
