//! The connection to a Redis: made when it is first needed, and anew when it has broken.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use gibbon_plugin_api::{ConfigureError, CountedWindow, CountersAway, Counting, SharedCounters};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, FromRedisValue, Pipeline, RedisConnectionInfo, RedisError};
use rustls::RootCertStore;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use super::tls::Encryption;
use super::{RedisSettings, beside};

/// One connection for all requests; what several of them ask goes over it one behind the other without waiting.
#[derive(Clone)]
pub(crate) struct Link {
    runtime: Handle,
    shared: Arc<Shared>,
}

struct Shared {
    settings: RedisSettings,
    login: RedisConnectionInfo,
    encryption: Option<Encryption>,
    held: Mutex<Held>,
}

/// What has become of the last attempt to connect.
#[derive(Default)]
struct Held {
    connection: Option<MultiplexedConnection>,
    /// Grows with each connection.
    number: u64,
    /// When the last attempt failed, and why.
    failure: Option<(Instant, Arc<str>)>,
}

/// A connection that is used by all, and which one it is.
struct Used {
    connection: MultiplexedConnection,
    number: u64,
    age: Age,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Age {
    /// Made for this question.
    New,
    /// There already; the Redis may have ended it meanwhile.
    Old,
}

impl Link {
    pub(crate) fn new(
        settings: &RedisSettings,
        trusted: &Arc<RootCertStore>,
        runtime: Handle,
    ) -> Result<Self, ConfigureError> {
        let encryption = Encryption::of(settings, trusted)?;
        let mut login = RedisConnectionInfo::default().set_db(settings.database);
        if let Some(password) = &settings.password {
            login = login.set_password(password);
            if let Some(username) = &settings.username {
                login = login.set_username(username);
            }
        }
        let shared = Shared { settings: settings.clone(), login, encryption, held: Mutex::default() };
        Ok(Self { runtime, shared: Arc::new(shared) })
    }

    /// Adds to each window an amount of its own.
    pub(super) fn add_each(&self, amounts: Vec<(CountedWindow, i64)>) -> Counting {
        let mut pipeline = redis::pipe();
        for (window, amount) in amounts {
            pipeline.cmd("INCRBY").arg(&window.name).arg(amount);
            pipeline.cmd("EXPIREAT").arg(&window.name).arg(window.expires_at).ignore();
        }
        Box::pin(self.ask(pipeline))
    }

    /// What the Redis answers to some commands.
    pub(crate) fn ask<T: FromRedisValue + Send + 'static>(
        &self,
        pipeline: Pipeline,
    ) -> impl Future<Output = Result<T, CountersAway>> + Send + 'static + use<T> {
        let shared = Arc::clone(&self.shared);
        beside(&self.runtime, async move { shared.ask(&pipeline).await })
    }
}

impl SharedCounters for Link {
    fn add(&self, windows: Vec<CountedWindow>, amount: i64) -> Counting {
        self.add_each(windows.into_iter().map(|window| (window, amount)).collect())
    }
}

impl Shared {
    async fn ask<T: FromRedisValue>(&self, pipeline: &Pipeline) -> Result<T, CountersAway> {
        loop {
            let mut used = self.connection().await?;
            let error = match pipeline.query_async(&mut used.connection).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            self.let_go(used.number).await;
            // A connection that had ended before it was used is nobody's failure. What was counted all the same is
            // counted twice: too much rather than too little.
            if used.age == Age::New || !RedisError::is_connection_dropped(&error) {
                return Err(CountersAway(error.to_string()));
            }
        }
    }

    /// The connection that there is, or a new one. Whoever has waited for an attempt that failed does not make another
    /// one: while a Redis hangs, nobody waits longer than one attempt takes.
    async fn connection(&self) -> Result<Used, CountersAway> {
        let asked = Instant::now();
        let mut held = self.held.lock().await;
        if let Some(connection) = &held.connection {
            return Ok(Used { connection: connection.clone(), number: held.number, age: Age::Old });
        }
        if let Some((_, reason)) = held.failure.as_ref().filter(|(failed, _)| *failed > asked) {
            return Err(CountersAway(reason.to_string()));
        }
        let timed_out = |_| io::Error::from(io::ErrorKind::TimedOut).into();
        match tokio::time::timeout(self.settings.timeout, self.open()).await.unwrap_or_else(|late| Err(timed_out(late)))
        {
            Ok(connection) => {
                held.number += 1;
                held.connection = Some(connection.clone());
                held.failure = None;
                Ok(Used { connection, number: held.number, age: Age::New })
            }
            Err(error) => {
                let reason = error.to_string();
                held.failure = Some((Instant::now(), reason.as_str().into()));
                Err(CountersAway(reason))
            }
        }
    }

    /// Forgets a connection, unless another one is there already.
    async fn let_go(&self, number: u64) {
        let mut held = self.held.lock().await;
        if held.number == number {
            held.connection = None;
        }
    }

    async fn open(&self) -> Result<MultiplexedConnection, RedisError> {
        let stream = TcpStream::connect((&*self.settings.host, self.settings.port)).await?;
        stream.set_nodelay(true)?;
        match &self.encryption {
            None => self.greet(stream).await,
            Some(encryption) => self.greet(encryption.over(stream).await?).await,
        }
    }

    async fn greet<S>(&self, stream: S) -> Result<MultiplexedConnection, RedisError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(self.settings.timeout));
        let (connection, driver) = MultiplexedConnection::new_with_config(&self.login, stream, config).await?;
        // It ends with the last user of the connection.
        tokio::spawn(driver);
        Ok(connection)
    }
}
