//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

/// What to send, where to, and how often.
pub struct Options {
    pub address: SocketAddr,
    pub path: String,
    pub connections: usize,
    pub requests: usize,
    /// How many requests are under way; all connections have one where it is not said.
    pub at_once: Option<usize>,
    /// How many requests begin in a second; as many as there are answers where it is not said.
    pub rate: Option<u32>,
    /// How many bytes of body each request has; without, it is a GET.
    pub upload: Option<usize>,
    pub tokens: Option<PathBuf>,
    /// Lines `name: value` that each request has.
    pub headers: Vec<String>,
    /// The line of `tokens` to start with, from 0.
    pub first: usize,
    /// No token is sent twice.
    pub once: bool,
    pub hold: bool,
}

impl Options {
    /// # Errors
    /// What is wrong, in words.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Options {
            address: SocketAddr::from(([127, 0, 0, 1], 8000)),
            path: "/svc/hello?x=1".to_owned(),
            connections: 64,
            requests: 30_000,
            at_once: None,
            rate: None,
            upload: None,
            tokens: None,
            headers: Vec::new(),
            first: 0,
            once: false,
            hold: false,
        };
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("`{name}` needs a value"));
            match name.as_str() {
                "--address" => options.address = read(&value()?)?,
                "--path" => options.path = value()?,
                "--connections" => options.connections = read(&value()?)?,
                "--requests" => options.requests = read(&value()?)?,
                "--at-once" => options.at_once = Some(read(&value()?)?),
                "--rate" => options.rate = Some(read(&value()?)?),
                "--upload" => options.upload = Some(read(&value()?)?),
                "--tokens" => options.tokens = Some(value()?.into()),
                "--header" => options.headers.push(value()?),
                "--first" => options.first = read(&value()?)?,
                "--once" => options.once = true,
                "--hold" => options.hold = true,
                _ => return Err(format!("there is no option `{name}`")),
            }
        }
        Ok(options)
    }
}

fn read<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{text}` is not what belongs here"))
}
