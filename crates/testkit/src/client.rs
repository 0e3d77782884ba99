//! A client that sends what it is told, byte for byte.

mod socket;

use std::io::{self, Read};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;

use rustls::{ClientConfig, ClientConnection};

use crate::message::{Head, Length, MessageReader, Response};
use crate::waiting::PATIENCE;
use socket::Socket;

/// One connection to the gateway.
pub struct Client {
    reader: MessageReader<Socket>,
}

/// Why no whole answer was read.
#[derive(Debug, PartialEq, Eq)]
pub enum ReadError {
    /// The connection ended before an answer began.
    Closed,
    /// The connection ended within an answer.
    BrokenOff,
    /// Nothing came for as long as a test is ready to wait.
    Silence,
    /// What came is no HTTP/1.1.
    Malformed(String),
}

impl Client {
    /// Connects.
    ///
    /// # Panics
    /// Where that is refused.
    pub fn connect(address: SocketAddr) -> Self {
        Self::try_connect(address).expect("the gateway accepts connections")
    }

    /// Connects, or says why that is not possible.
    ///
    /// # Errors
    /// As the system gives it.
    pub fn try_connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self { reader: MessageReader::new(Socket::Plain(stream)) })
    }

    /// The same with TLS from here on, as a client that asks for `name`.
    ///
    /// # Errors
    /// Where the handshake fails.
    pub fn over_tls(self, name: &str, config: Arc<ClientConfig>) -> io::Result<Self> {
        let (socket, _) = self.reader.rest();
        let Socket::Plain(stream) = socket else { panic!("this connection has TLS already") };
        Ok(Self { reader: MessageReader::new(Socket::handshake(stream, name, config)?) })
    }

    /// What the handshake has agreed upon.
    ///
    /// # Panics
    /// Where there was none.
    pub fn tls<T>(&self, ask: impl FnOnce(&ClientConnection) -> T) -> T {
        self.reader.source().tls(ask)
    }

    /// The client's own address.
    pub fn address(&self) -> SocketAddr {
        self.reader.source().tcp(TcpStream::local_addr).expect("it is connected")
    }

    /// Sends bytes.
    ///
    /// # Panics
    /// Where the gateway does not take them.
    pub fn send(&self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes).expect("the gateway takes what is sent");
    }

    /// Sends bytes as far as the gateway takes them.
    ///
    /// # Errors
    /// As the system gives it, for instance when the gateway has closed.
    pub fn try_send(&self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.reader.source().write_all(bytes.as_ref())
    }

    /// The same connection for a thread that sends while another one reads; without TLS only.
    pub fn second_handle(&self) -> Self {
        let stream = self.reader.source().tcp(TcpStream::try_clone).expect("a connection can be held twice");
        Self { reader: MessageReader::new(Socket::Plain(stream)) }
    }

    /// Says that nothing more will be sent.
    pub fn finish_sending(&self) {
        // It fails only where the other side has gone already.
        let _ = self.reader.source().tcp(|stream| stream.shutdown(Shutdown::Write));
    }

    /// Reads the answer to a GET, POST or the like.
    ///
    /// # Panics
    /// Where none comes.
    pub fn response(&mut self) -> Response {
        self.try_response().expect("a whole answer comes")
    }

    /// Reads the answer to a HEAD: it has no body, whatever its fields say.
    ///
    /// # Panics
    /// Where none comes.
    pub fn response_to_head(&mut self) -> Response {
        self.read("HEAD").expect("a whole answer comes")
    }

    /// Reads the answer to a GET, POST or the like, or says why there is none.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn try_response(&mut self) -> Result<Response, ReadError> {
        self.read("GET")
    }

    /// Sends `request` and reads the answer.
    pub fn ask(&mut self, request: impl AsRef<[u8]>) -> Response {
        self.send(request);
        self.response()
    }

    /// A plain GET.
    pub fn get(&mut self, target: &str) -> Response {
        self.ask(format!("GET {target} HTTP/1.1\r\nHost: gateway.test\r\n\r\n"))
    }

    /// A GET with further fields, each a line.
    pub fn get_with(&mut self, target: &str, fields: &[&str]) -> Response {
        let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
        self.ask(format!("GET {target} HTTP/1.1\r\nHost: gateway.test\r\n{fields}\r\n"))
    }

    /// A POST with a body of known length.
    pub fn post(&mut self, target: &str, body: &[u8]) -> Response {
        let head = format!("POST {target} HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: {}\r\n\r\n", body.len());
        self.ask([head.as_bytes(), body].concat())
    }

    /// Reads the next `length` bytes as they come, whatever they are.
    ///
    /// # Panics
    /// Where the connection ends before.
    pub fn read_raw(&mut self, length: usize) -> Vec<u8> {
        self.reader.body(Length::Exactly(length)).expect("that many bytes come").0
    }

    /// Reads to the end of the connection, however it ends.
    pub fn read_to_end(self) -> Vec<u8> {
        let (mut stream, mut bytes) = self.reader.rest();
        let _ = stream.read_to_end(&mut bytes);
        bytes
    }

    /// Waits for the gateway to end the connection, with nothing more sent before.
    pub fn is_closed_by_gateway(&mut self) -> bool {
        self.try_response().is_err_and(|error| error == ReadError::Closed)
    }

    /// Reads the head of an answer and no more.
    ///
    /// # Panics
    /// Where none comes.
    pub fn head_of_response(&mut self) -> Response {
        let head = self.reader.head().expect("an answer comes").expect("the connection stays open");
        let (version, status) = status_line(&head).expect("it is HTTP");
        Response { version, status, fields: head.fields, body: Vec::new(), trailers: Vec::new() }
    }

    /// Reads `length` bytes and keeps none of them.
    ///
    /// # Panics
    /// Where the connection ends before.
    pub fn skip(&mut self, length: usize) {
        self.reader.skip(length).expect("that many bytes come");
    }

    fn read(&mut self, method: &str) -> Result<Response, ReadError> {
        let head = self.reader.head().map_err(reason)?.ok_or(ReadError::Closed)?;
        let (version, status) = status_line(&head)?;
        let length = if method == "HEAD" || matches!(status, 100..=199 | 204 | 304) {
            Length::Exactly(0)
        } else {
            head.length(Length::UntilClose).map_err(reason)?
        };
        let (body, trailers) = self.reader.body(length).map_err(|error| match reason(error) {
            ReadError::Closed => ReadError::BrokenOff,
            other => other,
        })?;
        Ok(Response { version, status, fields: head.fields, body, trailers })
    }
}

fn status_line(head: &Head) -> Result<(String, u16), ReadError> {
    let malformed = || ReadError::Malformed(head.first_line.clone());
    let (version, rest) = head.first_line.split_once(' ').ok_or_else(malformed)?;
    let status = rest.split(' ').next().unwrap_or_default().parse().map_err(|_| malformed())?;
    Ok((version.to_owned(), status))
}

fn reason(error: io::Error) -> ReadError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => ReadError::BrokenOff,
        // A reset is how a system tells of a connection that was closed with something unread in it.
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => ReadError::Closed,
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => ReadError::Silence,
        _ => ReadError::Malformed(error.to_string()),
    }
}
