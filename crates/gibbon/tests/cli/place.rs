//! A gateway of one test: a prefix and free ports of its own.

use crate::command::{Done, gibbon_with};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use gibbon_testkit::reserved_port;

/// Whatever still runs there is stopped in the end.
pub(crate) struct Place {
    pub(crate) prefix: tempfile::TempDir,
    pub(crate) proxy: u16,
    pub(crate) admin: u16,
    pub(crate) status: u16,
    pub(crate) manager: u16,
}

impl Place {
    pub(crate) fn new() -> Self {
        let [proxy, admin, status, manager] = [(); 4].map(|()| reserved_port());
        let place = Self { prefix: tempfile::tempdir().unwrap(), proxy, admin, status, manager };
        place.configure("");
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.prefix.path().join(name)
    }

    /// Writes the configuration file anew, with some lines more.
    pub(crate) fn configure(&self, more: &str) {
        self.configure_file("gibbon.conf", more);
    }

    /// The same for a file of another name.
    pub(crate) fn configure_file(&self, name: &str, more: &str) {
        let port = |key, port| format!("{key} = 127.0.0.1:{port}\n");
        let [proxy, admin] = [port("proxy_listen", self.proxy), port("admin_listen", self.admin)];
        let [status, manager] = [port("status_listen", self.status), port("admin_gui_listen", self.manager)];
        let text = format!("{proxy}{admin}{status}{manager}nginx_worker_processes = 1\n{more}");
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Runs a command with this prefix.
    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        let mut all = arguments.to_vec();
        all.extend(["-p", self.prefix.path().to_str().unwrap()]);
        gibbon_with(&all, &[])
    }

    /// The same with a configuration file below the prefix.
    pub(crate) fn run_with(&self, file: &str, arguments: &[&str]) -> Done {
        let file = self.path(file);
        let mut all = arguments.to_vec();
        all.extend(["-c", file.to_str().unwrap()]);
        self.run(&all)
    }

    /// The same with the usual one.
    pub(crate) fn run_with_file(&self, arguments: &[&str]) -> Done {
        self.run_with("gibbon.conf", arguments)
    }

    pub(crate) fn start(&self) {
        let done = self.run_with_file(&["start", "--daemon"]);
        assert_eq!((done.status, done.out.as_str()), (0, "Gibbon started\n"), "{}", done.err);
    }

    pub(crate) fn pid(&self) -> String {
        std::fs::read_to_string(self.path("pids/gibbon.pid")).unwrap()
    }

    /// Whether both ports accept connections.
    pub(crate) fn is_open(&self) -> bool {
        [self.proxy, self.admin].iter().all(|port| TcpStream::connect(("127.0.0.1", *port)).is_ok())
    }

    /// Whether nobody listens on the port of the proxy. A connection that only waits to be accepted is none.
    pub(crate) fn proxy_refuses(&self) -> bool {
        let address = SocketAddr::from(([127, 0, 0, 1], self.proxy));
        let refused = TcpStream::connect_timeout(&address, Duration::from_secs(1));
        refused.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
    }

    /// Sends a signal to the gateway as an operator would.
    pub(crate) fn kill(&self, signal: &str) {
        let status = std::process::Command::new("kill").args([signal, self.pid().trim()]).status().unwrap();
        assert!(status.success());
    }

    /// A request to the Admin API with a form; gives the status.
    pub(crate) fn post(&self, path: &str, form: &str) -> u16 {
        self.send_form("POST", path, form)
    }

    /// The same with another method.
    pub(crate) fn send_form(&self, method: &str, path: &str, form: &str) -> u16 {
        let mut connection = TcpStream::connect(("127.0.0.1", self.admin)).unwrap();
        let head = "Host: localhost\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded";
        write!(connection, "{method} {path} HTTP/1.1\r\n{head}\r\nContent-Length: {}\r\n\r\n{form}", form.len())
            .unwrap();
        status(connection)
    }

    /// A request to the Admin API without a body; gives the status.
    pub(crate) fn put(&self, path: &str) -> u16 {
        let mut connection = TcpStream::connect(("127.0.0.1", self.admin)).unwrap();
        write!(connection, "PUT {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        status(connection)
    }

    /// A request to the proxy that nobody has answered yet.
    pub(crate) fn send(&self, path: &str) -> TcpStream {
        get(self.proxy, path)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.run(&["stop"]);
    }
}

/// Sends a request; the answer is for [`status`].
pub(crate) fn get(port: u16, path: &str) -> TcpStream {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(connection, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    connection
}

/// Waits for the whole answer; gives its status, or 0 if the connection was cut off without one.
pub(crate) fn status(mut connection: TcpStream) -> u16 {
    let mut answer = Vec::new();
    let _ = connection.read_to_end(&mut answer);
    let text = String::from_utf8_lossy(&answer);
    text.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
}

/// Waits for something that another process is about to do.
pub(crate) fn eventually(what: &str, mut happened: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < Duration::from_secs(20), "{what} did not happen");
        std::thread::yield_now();
    }
}
