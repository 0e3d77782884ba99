//! A transaction that writes, and what became of it when nobody has said so.

use std::time::{Duration, Instant};

use sqlx::{PgPool, Postgres, Transaction};

use super::announcements::CHANNEL;
use super::connection::{Lent, within};
use super::failure::unavailable;
use super::pools::TURN;
use crate::StoreError;
use crate::sql::{Connection as _, Row as _, Session, Statement, TAKE_REVISION};

/// How often the server is asked what became of a transaction.
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// The writer's transaction. Dropped, it is rolled back by the driver before anyone else gets the connection.
pub(crate) struct PostgresSession {
    lent: Lent<Transaction<'static, Postgres>>,
    pool: PgPool,
    identity: Identity,
}

/// By what the server knows a transaction, and the process that it runs in.
#[derive(Clone, Copy)]
struct Identity {
    transaction: i64,
    process: i64,
}

/// What became of a transaction.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    Committed,
    RolledBack,
    Undecided,
    /// The server does not know: it is another one by now, or it was too long ago.
    Unknown,
}

impl PostgresSession {
    /// Takes the next revision, as soon as the writers before have ended. `large` is the limit of later statements.
    pub(super) async fn begin(
        mut lent: Lent<Transaction<'static, Postgres>>,
        pool: &PgPool,
        large: Duration,
    ) -> Result<(Self, u64), StoreError> {
        let statement = Statement::new(begin_statement());
        let read = |row: &sqlx::postgres::PgRow| {
            Ok((row.unsigned(0)?, Identity { transaction: row.number(1)?, process: row.number(2)? }))
        };
        let (revision, identity) = lent.fetch_one(statement, read).await?;
        lent.limit = large;
        Ok((Self { lent, pool: pool.clone(), identity }, revision))
    }
}

impl Session for PostgresSession {
    type Connection = Lent<Transaction<'static, Postgres>>;

    fn connection(&mut self) -> &mut Self::Connection {
        &mut self.lent
    }

    async fn commit(self, revision: u64) -> Result<(), StoreError> {
        let Self { lent, pool, identity } = self;
        match within(lent.limit, lent.connection.commit()).await {
            Ok(()) => Ok(()),
            // The server has answered, and the answer is no.
            Err(error) if is_refusal(&error) => Err(unavailable(error)),
            Err(error) => {
                tracing::warn!(%error, revision, "a commit was not answered; asking the database what became of it");
                settle(&pool, identity, error).await
            }
        }
    }

    async fn rollback(self) -> Result<(), StoreError> {
        within(self.lent.limit, self.lent.connection.rollback()).await.map_err(unavailable)
    }
}

/// The server keeps the announcement back until the commit, so that it costs no statement of its own.
fn begin_statement() -> String {
    format!(
        "WITH taken AS ({TAKE_REVISION})
         SELECT n, txid_current(), pg_backend_pid()::bigint, pg_notify('{CHANNEL}', n::text)::text FROM taken"
    )
}

/// Whether an error is the server's answer to the commit, and not the end of the connection. The class 57 says that
/// the server ends the connection.
fn is_refusal(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| !code.starts_with("57"))
}

/// Finds out on another connection whether the transaction was committed.
async fn settle(pool: &PgPool, identity: Identity, lost: sqlx::Error) -> Result<(), StoreError> {
    let begun = Instant::now();
    loop {
        match ask(pool, identity).await {
            Ok(Fate::Committed) => return Ok(()),
            Ok(Fate::RolledBack | Fate::Unknown) => return Err(unavailable(lost)),
            Ok(Fate::Undecided) => {}
            Err(error) => tracing::debug!(%error, "cannot ask for the fate of a commit"),
        }
        if begun.elapsed() > TURN {
            return Err(unavailable(lost));
        }
        tokio::time::sleep(ASK_AGAIN).await;
    }
}

/// Asks once. A process that is still at it has lost its client: it is ended, so that there will be an answer, and so
/// that it does not keep others from writing.
async fn ask(pool: &PgPool, identity: Identity) -> Result<Fate, StoreError> {
    let limit = TURN;
    let connection = within(limit, pool.acquire()).await.map_err(unavailable)?;
    let mut lent = Lent { connection, limit, _turn: None };
    let statement = Statement::new("SELECT txid_status($1)").number(identity.transaction);
    let fate = lent.fetch_one(statement, |row| Ok(fate(row.optional_text(0)?))).await?;
    if fate == Fate::Undecided {
        let statement = Statement::new(END).number(identity.process).number(identity.transaction);
        lent.fetch(statement, |_| Ok(())).await?;
    }
    Ok(fate)
}

/// Ends the process, if it is still at that transaction. What the server shows of one is 32 bits of it.
const END: &str = "
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE pid = $1 AND backend_xid::text::bigint = $2 & 4294967295";

fn fate(status: Option<&str>) -> Fate {
    match status {
        Some("committed") => Fate::Committed,
        Some("aborted") => Fate::RolledBack,
        Some(_) => Fate::Undecided,
        None => Fate::Unknown,
    }
}
