use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection as _, PgPool, Postgres};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::announcements::{self, Listener};
use super::connect::Connect;
use super::connection::{Lent, within};
use super::failure::unavailable;
use super::session::PostgresSession;
use crate::sql::Pools;
use crate::{Announcements, StoreError};

/// How long a writer waits until those before it, on all nodes, have ended.
pub(super) const TURN: Duration = Duration::from_secs(10);

/// How much longer than other statements those may take that read or change any number of rows.
const LARGE: u32 = 12;

/// The connections to a database.
#[derive(Debug)]
pub struct PostgresPools {
    pool: PgPool,
    /// For the one that listens, so that it takes no place from reads and writes: the latest of its pools. Each has a
    /// new one, since the connection of the one before may hang, and would keep its place for as long as it does.
    listening: Mutex<Option<PgPool>>,
    connect: Connect,
    /// As many as there are connections. Waiting for one of them is apart from waiting for the server: many calls may
    /// take long, while a server that is away is to be noticed soon.
    turns: Arc<Semaphore>,
    patience: Duration,
    limit: Duration,
}

impl PostgresPools {
    /// Nothing is opened before it is needed.
    pub(super) fn open(connect: &Connect) -> Result<Self, StoreError> {
        let options = connect.options()?;
        Ok(Self {
            pool: pool(connect, connect.connections, &options),
            listening: Mutex::new(None),
            connect: connect.clone(),
            turns: Arc::new(Semaphore::new(connect.connections as usize)),
            patience: connect.patience,
            limit: connect.timeout,
        })
    }

    async fn turn(&self) -> Result<Option<OwnedSemaphorePermit>, StoreError> {
        let turn = timeout(self.patience, Arc::clone(&self.turns).acquire_owned()).await;
        turn.map_err(|_| StoreError::Unavailable("every connection to the database is in use".into())).map(Result::ok)
    }

    fn large(&self) -> Duration {
        self.limit * LARGE
    }
}

fn pool(connect: &Connect, size: u32, options: &PgConnectOptions) -> PgPool {
    // Half of the time: so that there is some left for another connection, where one turns out to be dead.
    let (greeting, limit) = (connect.greeting(), connect.timeout / 2);
    PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(connect.timeout)
        .idle_timeout(connect.keepalive)
        .after_connect(move |connection, _| {
            let greeting = greeting.clone();
            Box::pin(async move {
                sqlx::raw_sql(AssertSqlSafe(greeting)).execute(connection).await?;
                Ok(())
            })
        })
        // A connection that has died while it lay there is replaced, and nobody notices.
        .test_before_acquire(false)
        .before_acquire(move |connection, _| {
            Box::pin(async move { within(limit, connection.ping()).await.map(|()| true) })
        })
        // One on which an answer has not come may hang for as long as the network keeps silent. It must not take up a
        // place in the pool for that time.
        .after_release(move |connection, _| {
            Box::pin(async move { within(limit, connection.ping()).await.map(|()| true) })
        })
        .connect_lazy_with(options.clone())
}

impl Pools for PostgresPools {
    type Reader = Lent<PoolConnection<Postgres>>;
    type Snapshot = Lent<sqlx::Transaction<'static, Postgres>>;
    type Session = PostgresSession;

    async fn reader(&self) -> Result<Self::Reader, StoreError> {
        let turn = self.turn().await?;
        Ok(Lent { connection: self.pool.acquire().await.map_err(unavailable)?, limit: self.limit, _turn: turn })
    }

    async fn snapshot(&self) -> Result<Self::Snapshot, StoreError> {
        let turn = self.turn().await?;
        let begun = self.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        // Waiting for a connection has an end of its own.
        let transaction = within(self.limit * 2, begun).await.map_err(unavailable)?;
        Ok(Lent { connection: transaction, limit: self.large(), _turn: turn })
    }

    async fn counter(&self) -> Result<Self::Reader, StoreError> {
        self.reader().await
    }

    async fn begin(&self) -> Result<(Self::Session, u64), StoreError> {
        let turn = self.turn().await?;
        let transaction = within(self.limit * 2, self.pool.begin()).await.map_err(unavailable)?;
        let lent = Lent { connection: transaction, limit: TURN + self.limit, _turn: turn };
        PostgresSession::begin(lent, &self.pool, self.large()).await
    }

    async fn announcements(&self) -> Result<Option<Box<dyn Announcements>>, StoreError> {
        let own = pool(&self.connect, 1, &self.connect.options()?);
        *self.listening.lock().unwrap_or_else(PoisonError::into_inner) = Some(own.clone());
        Ok(Some(Box::new(Listener::open(&own, self.limit).await?)))
    }

    async fn tell(&self, word: &str) -> Result<(), StoreError> {
        let _turn = self.turn().await?;
        announcements::tell(&self.pool, self.limit, word).await
    }

    async fn close(&self) {
        let closed = async {
            let listening = self.listening.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(listening) = listening {
                listening.close().await;
            }
            self.pool.close().await;
        };
        // A server that keeps silent keeps nobody from going: it notices by itself that we are gone.
        let _ = timeout(self.limit * 2, closed).await;
    }
}
