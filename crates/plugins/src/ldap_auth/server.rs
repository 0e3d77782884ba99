//! A server that knows names and passwords, and the connections to it that are kept.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until, timeout};

use super::config::{Address, Security};
use super::connection::{Connection, Failure};

/// How many connections there are at most.
const CONNECTIONS: usize = 64;

/// How many requests may be at the server or wait for their turn.
const ROOM: usize = 1024;

/// Codes with which a server says that it, and not the password, is the trouble (RFC 4511, appendix A): it takes none,
/// takes none in the clear, is busy, or is away.
const UNWILLING: [i64; 5] = [7, 8, 13, 51, 52];

/// What a server says of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Right,
    Wrong,
}

/// Too many wait for the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

/// See the module.
pub(super) struct Server {
    address: Address,
    security: Security,
    timeout: Duration,
    keepalive: Duration,
    runtime: Option<Handle>,
    room: Arc<Semaphore>,
    connections: Semaphore,
    idle: Mutex<Idle>,
}

/// Connections that nobody uses, the one that was used last at the end.
#[derive(Default)]
struct Idle {
    kept: Vec<(Connection, Instant)>,
    sweeper: Sweeper,
}

/// The task that closes connections that were not used for long.
#[derive(Default, PartialEq, Eq)]
enum Sweeper {
    #[default]
    Asleep,
    Awake,
}

impl Server {
    pub(super) fn new(
        address: Address,
        security: Security,
        (timeout, keepalive): (Duration, Duration),
        runtime: Option<Handle>,
    ) -> Arc<Self> {
        let (room, connections) = (Arc::new(Semaphore::new(ROOM)), Semaphore::new(CONNECTIONS));
        let idle = Mutex::default();
        Arc::new(Self { address, security, timeout, keepalive, runtime, room, connections, idle })
    }

    /// Asks whether a name has a password, beside the workers.
    pub(super) fn check(
        self: &Arc<Self>,
        name: String,
        password: String,
    ) -> Result<impl Future<Output = Result<Verdict, Failure>> + 'static, Full> {
        let place = Arc::clone(&self.room).try_acquire_owned().map_err(|_| Full)?;
        let server = Arc::clone(self);
        let task = self.runtime.as_ref().map(|runtime| {
            runtime.spawn(async move {
                let _place = place;
                let asking = timeout(server.timeout, server.ask(&name, &password));
                asking.await.unwrap_or(Err(Failure::Timeout))
            })
        });
        Ok(async move {
            match task {
                Some(task) => task.await.unwrap_or(Err(Failure::NotRunning)),
                None => Err(Failure::NotRunning),
            }
        })
    }

    async fn ask(self: &Arc<Self>, name: &str, password: &str) -> Result<Verdict, Failure> {
        let _turn = self.connections.acquire().await;
        // The server may have closed a connection that was kept; a new one tells whether that was all.
        if let Some(kept) = self.take()
            && let Ok(verdict) = self.ask_over(kept, name, password).await
        {
            return verdict;
        }
        let connection = Connection::open(&self.address, &self.security).await?;
        self.ask_over(connection, name, password).await?
    }

    /// The outer error is the connection's, the inner one the server's.
    async fn ask_over(
        self: &Arc<Self>,
        mut connection: Connection,
        name: &str,
        password: &str,
    ) -> Result<Result<Verdict, Failure>, Failure> {
        let code = connection.bind(name, password).await?;
        self.keep(connection);
        Ok(match code {
            0 => Ok(Verdict::Right),
            code if UNWILLING.contains(&code) => Err(Failure::Unwilling(code)),
            _ => Ok(Verdict::Wrong),
        })
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<Connection> {
        let (connection, since) = self.idle().kept.pop()?;
        (since.elapsed() < self.keepalive).then_some(connection)
    }

    fn keep(self: &Arc<Self>, connection: Connection) {
        if self.keepalive.is_zero() {
            return;
        }
        let mut idle = self.idle();
        idle.kept.push((connection, Instant::now()));
        if idle.sweeper == Sweeper::Asleep {
            idle.sweeper = Sweeper::Awake;
            tokio::spawn(sweep(Arc::downgrade(self), self.keepalive));
        }
    }

    /// Closes what was not used for long; when the next one has to be.
    fn close_old(&self) -> Option<Instant> {
        let mut idle = self.idle();
        idle.kept.retain(|(_, since)| since.elapsed() < self.keepalive);
        let next = idle.kept.first().map(|(_, since)| *since + self.keepalive);
        if next.is_none() {
            idle.sweeper = Sweeper::Asleep;
        }
        next
    }
}

async fn sweep(server: Weak<Server>, keepalive: Duration) {
    let mut next = Some(Instant::now() + keepalive);
    while let Some(due) = next {
        sleep_until(due).await;
        next = server.upgrade().and_then(|server| server.close_old());
    }
}
