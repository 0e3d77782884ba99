//! A Redis for one test.
//!
//! Where Redis is not installed such a test is left out: it begins with [`is_installed`], and a step of
//! `cargo xtask test` of its own says that it was skipped.

use std::env;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::authority::Issued;
use crate::ports::reserved_port;
use crate::waiting::{PATIENCE, eventually};

/// A running Redis. It stops when dropped.
pub struct Redis {
    process: Child,
    port: u16,
    options: Vec<String>,
    folder: TempDir,
}

/// Whether Redis is installed. A test that needs it begins with this and, where it is not, ends here.
///
/// # Panics
/// Where it is not, and `GIBBON_NO_SKIP` says that no test may be left out.
pub fn is_installed() -> bool {
    if program().is_some() {
        return true;
    }
    let may_skip = env::var_os("GIBBON_NO_SKIP").is_none_or(|value| value == "0");
    assert!(may_skip, "Redis is not installed, and no test may be skipped");
    eprintln!("skipped: Redis is not installed");
    false
}

fn program() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).map(|folder| folder.join("redis-server")).find(|file| file.is_file())
}

impl Redis {
    /// Starts one on a free port.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// The same with further options, as they stand in its command line.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn with(options: &[&str]) -> Self {
        let options: Vec<_> = options.iter().map(|option| (*option).to_owned()).collect();
        // Somebody else may take the port before Redis does.
        (0..5).find_map(|_| Self::try_start(&options)).expect("Redis starts")
    }

    /// The same where only TLS is spoken, with this certificate.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn over_tls(issued: &Issued) -> Self {
        let folder = tempfile::tempdir().expect("a folder is to be had");
        let [cert, key] = [("cert.pem", &issued.cert), ("key.pem", &issued.key)].map(|(name, text)| {
            let file = folder.path().join(name);
            std::fs::write(&file, text).expect("it can be written");
            file.to_str().expect("a folder of ours has a plain name").to_owned()
        });
        let options = ["--tls-cert-file", &cert, "--tls-key-file", &key, "--tls-auth-clients", "no"];
        // It reads them when it starts.
        Self::with(&[&["--tls-port", PORT, "--port", "0"], &options[..]].concat())
    }

    fn try_start(options: &[String]) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder is to be had");
        let port = reserved_port();
        let process = launch(port, options, &folder);
        let mut redis = Self { process, port, options: options.to_vec(), folder };
        eventually("Redis listens or has ended", || redis.has_ended() || redis.listens());
        (!redis.has_ended()).then_some(redis)
    }

    fn has_ended(&mut self) -> bool {
        self.process.try_wait().expect("it is our child").is_some()
    }

    fn listens(&self) -> bool {
        TcpStream::connect(self.address()).is_ok()
    }

    fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// It keeps its connections, and says nothing any more.
    ///
    /// # Panics
    /// Where it has ended.
    pub fn hang(&self) {
        self.signal(Signal::SIGSTOP);
    }

    /// It goes on.
    ///
    /// # Panics
    /// Where it has ended.
    pub fn go_on(&self) {
        self.signal(Signal::SIGCONT);
    }

    fn signal(&self, signal: Signal) {
        let process = i32::try_from(self.process.id()).expect("a process has a small number");
        kill(Pid::from_raw(process), signal).expect("it runs");
    }

    /// Ends it, and starts it again on the same port; it has forgotten everything.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn restart(&mut self) {
        self.end();
        self.process = launch(self.port, &self.options, &self.folder);
        eventually("Redis listens", || self.listens());
    }

    fn end(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// What it answers to some commands, one a line, each as it is written on the wire.
    ///
    /// # Panics
    /// Where it cannot be asked.
    pub fn ask(&self, commands: &[&str]) -> String {
        let mut stream = TcpStream::connect(self.address()).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time is one");
        let lines = commands.iter().chain(&["QUIT"]).map(|command| format!("{command}\r\n"));
        stream.write_all(lines.collect::<String>().as_bytes()).expect("it listens");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }
}

/// Stands for the port in options.
const PORT: &str = "{port}";

fn launch(port: u16, options: &[String], folder: &TempDir) -> Child {
    let port = port.to_string();
    let mut command = Command::new(program().expect("a test asks first whether Redis is installed"));
    command
        .args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        .arg("--dir")
        .arg(folder.path());
    command.args(options.iter().map(|option| if option == PORT { &port } else { option }));
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("it is a program")
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.end();
    }
}
