//! nginx as an upstream: a reader of HTTP/1 that is not ours, and that writes down what it has read.
//!
//! Where nginx is not installed such a test is left out: it begins with [`is_installed`], and a step of
//! `cargo xtask test` of its own says that it was skipped.

use std::env;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::client::Client;
use crate::ports::reserved_port;
use crate::waiting::eventually;

/// The front reads bodies to their end before it asks the inner one, which tells how long they were.
const CONF: &str = r#"
daemon off; master_process off; pid @/pid; error_log @/error.log crit;
events { worker_connections 1024; }
http {
  log_format front '$status $request_method $request_uri';
  log_format inner '$request_method $request_uri $content_length';
  client_max_body_size 0; client_body_buffer_size 1m; large_client_header_buffers 8 64k;
  client_body_temp_path @/b; proxy_temp_path @/p; fastcgi_temp_path @/f; uwsgi_temp_path @/u; scgi_temp_path @/s;
  server {
    listen 127.0.0.1:PORT;
    access_log @/front.log front;
    location / { proxy_http_version 1.1; proxy_pass http://unix:@/inner; }
  }
  server {
    listen unix:@/inner;
    access_log @/inner.log inner;
    location / { return 200 $uri; }
  }
}
"#;

/// A running nginx. It stops when dropped.
pub struct Nginx {
    process: Child,
    port: u16,
    folder: TempDir,
}

/// A request, as nginx has understood it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The method.
    pub method: String,
    /// The target, as it came.
    pub target: String,
    /// The bytes of the body.
    pub length: usize,
}

/// Whether nginx is installed. A test that needs it begins with this and, where it is not, ends here.
///
/// # Panics
/// Where it is not, and `GIBBON_NO_SKIP` says that no test may be left out.
pub fn is_installed() -> bool {
    if program().is_some() {
        return true;
    }
    let may_skip = env::var_os("GIBBON_NO_SKIP").is_none_or(|value| value == "0");
    assert!(may_skip, "nginx is not installed, and no test may be skipped");
    eprintln!("skipped: nginx is not installed");
    false
}

fn program() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).chain(["/usr/sbin".into()]).map(|folder| folder.join("nginx")).find(|file| file.is_file())
}

impl Nginx {
    /// Starts it on a free port.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn start() -> Self {
        // Somebody else may take the port before nginx does.
        (0..5).find_map(|_| Self::try_start()).expect("nginx starts")
    }

    fn try_start() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder is to be had");
        let port = reserved_port();
        let place = folder.path().to_str().expect("a folder of ours has a plain name");
        let conf = folder.path().join("nginx.conf");
        fs::write(&conf, CONF.replace('@', place).replace("PORT", &port.to_string())).expect("it can be written");
        let mut command = Command::new(program().expect("a test asks first whether nginx is installed"));
        command.arg("-e").arg(folder.path().join("error.log")).arg("-c").arg(&conf);
        let process = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().expect("it is a program");
        let mut nginx = Self { process, port, folder };
        eventually("nginx listens or has ended", || nginx.has_ended() || nginx.listens());
        (!nginx.has_ended()).then_some(nginx)
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

    /// All whole requests that it has read so far, and those that it has answered with an error of its own.
    ///
    /// # Panics
    /// Where its log is none.
    pub fn read(&self) -> (Vec<Read>, Vec<String>) {
        // When this one stands in the log, those before it do.
        let mark = format!("/mark-{}", self.lines("front.log").len());
        assert_eq!(Client::connect(self.address()).get(&mark).status, 200);
        eventually("nginx has written its log", || self.lines("front.log").iter().any(|line| line.ends_with(&mark)));
        let read = self.lines("inner.log").into_iter().map(|line| Read::of(&line));
        let refused = self.lines("front.log").into_iter().filter(|line| !line.starts_with("200 "));
        (read.filter(|read| !read.target.starts_with("/mark-")).collect(), refused.collect())
    }

    fn lines(&self, log: &str) -> Vec<String> {
        let file: &Path = &self.folder.path().join(log);
        fs::read_to_string(file).unwrap_or_default().lines().map(str::to_owned).collect()
    }
}

impl Read {
    fn of(line: &str) -> Self {
        let mut words = line.split(' ').map(str::to_owned);
        let mut word = || words.next().expect("a line of the log has three words");
        let (method, target, length) = (word(), word(), word());
        Self { method, target, length: length.parse().unwrap_or(0) }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
