//! What a client of TLS says first (RFC 8446 section 4.1.2), read without answering it.

use rustls::server::{Accepted, Acceptor};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::stream::failure::Failure;

/// The most that it may take. Real ones have two kilobytes at most.
const MOST: usize = 16 * 1024;

/// The beginning of a connection of TLS.
pub(crate) struct Hello {
    /// The bytes, with whatever has come behind them.
    pub(crate) said: Vec<u8>,
    /// The same, taken apart.
    pub(crate) accepted: Box<Accepted>,
    /// The server name that the client asks for, in lower case and without a dot at its end.
    pub(crate) sni: Option<Box<str>>,
}

/// Waits for it.
pub(crate) async fn read(stream: &mut TcpStream) -> Result<Hello, Failure> {
    let mut acceptor = Acceptor::default();
    let mut said = Vec::with_capacity(2048);
    loop {
        let before = said.len();
        if before >= MOST {
            return Err(Failure::NotTls("its first message is too long".to_owned()));
        }
        if stream.read_buf(&mut said).await.map_err(Failure::Client)? == 0 {
            return Err(Failure::LeftEarly);
        }
        let mut fresh = said.get(before..).unwrap_or_default();
        while !fresh.is_empty() {
            acceptor.read_tls(&mut fresh).map_err(|error| Failure::NotTls(error.to_string()))?;
        }
        if let Some(accepted) = acceptor.accept().map_err(|(error, _)| Failure::NotTls(error.to_string()))? {
            let sni = accepted.client_hello().server_name().map(name);
            return Ok(Hello { said, accepted: Box::new(accepted), sni });
        }
    }
}

fn name(name: &str) -> Box<str> {
    name.trim_end_matches('.').to_ascii_lowercase().into()
}
