//! A fresh gateway for one run: the release binary, an empty prefix, ports that were free.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::problems::Problems;

/// How long the gateway may take to answer for the first time.
const START: Duration = Duration::from_secs(20);

/// A running gateway; it ends when this is dropped.
pub(super) struct Gateway {
    child: Child,
    admin: SocketAddr,
    proxy: SocketAddr,
    log: PathBuf,
}

impl Gateway {
    /// Starts `target/release/gibbon` and waits until its Admin API answers.
    pub(super) fn start(root: &Path) -> Result<Self, Problems> {
        let folder = root.join("target/conformance");
        Self::spawn(root, &folder).map_err(|error| Problems::one(format!("cannot start the gateway: {error}")))?.ready()
    }

    fn spawn(root: &Path, folder: &Path) -> std::io::Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        let [admin, proxy] = free_addresses()?;
        let log = folder.join("gateway.log");
        let output = File::create(&log)?;
        let child = Command::new(root.join("target/release/gibbon"))
            .arg("start")
            .env("KONG_PREFIX", folder.join("prefix"))
            .env("KONG_ADMIN_LISTEN", admin.to_string())
            .env("KONG_PROXY_LISTEN", proxy.to_string())
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()?;
        Ok(Self { child, admin, proxy, log })
    }

    fn ready(mut self) -> Result<Self, Problems> {
        let started = Instant::now();
        while started.elapsed() < START {
            if answers(self.admin).unwrap_or(false) {
                return Ok(self);
            }
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                break;
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(Problems::one(format!("the gateway did not come up:\n{}", self.log_text())))
    }

    pub(super) fn admin_url(&self) -> String {
        format!("http://{}", self.admin)
    }

    pub(super) fn proxy_url(&self) -> String {
        format!("http://{}", self.proxy)
    }

    /// What may not have happened during a run: the gateway ended, or a part of it panicked.
    pub(super) fn faults(&mut self) -> Problems {
        let ended =
            self.child.try_wait().ok().flatten().map(|status| format!("the gateway ended during the run: {status}"));
        let log = self.log_text();
        let panics = log.lines().filter(|line| line.contains("panicked at")).map(str::to_owned);
        ended.into_iter().chain(panics).collect()
    }

    fn log_text(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing left to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Two ports that were free a moment ago: the gateway takes addresses, not sockets. Both are held until both are
/// known, so that they differ.
fn free_addresses() -> std::io::Result<[SocketAddr; 2]> {
    let held = [TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?, TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?];
    Ok([held[0].local_addr()?, held[1].local_addr()?])
}

fn answers(admin: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(admin)?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    stream.write_all(b"GET /status HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}
