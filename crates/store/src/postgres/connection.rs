//! How the shared statements run on a connection to PostgreSQL.

use std::borrow::Cow;
use std::ops::DerefMut;
use std::time::Duration;

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{AssertSqlSafe, PgConnection, Postgres, Row as _};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;
use uuid::Uuid;

use super::failure::{too_slow, unavailable};
use crate::StoreError;
use crate::sql::{Connection, Parameter, Row, Statement, Syntax};

/// A connection that is lent by a pool, or by a transaction, with the time that a statement may take.
pub(crate) struct Lent<G> {
    pub(super) connection: G,
    pub(super) limit: Duration,
    /// Gives its place to the next in line when it goes.
    pub(super) _turn: Option<OwnedSemaphorePermit>,
}

impl<G: DerefMut<Target = PgConnection> + Send> Connection for Lent<G> {
    type Row = PgRow;

    const SYNTAX: Syntax = Syntax {
        join: "JOIN",
        elements: "json_array_elements($1::json) AS c (value)",
        element_id: "(c.value ->> 1)::uuid",
    };

    async fn fetch<T: Send + Unpin>(
        &mut self,
        statement: Statement<'_>,
        mut read: impl FnMut(&PgRow) -> Result<T, StoreError> + Send,
    ) -> Result<Vec<T>, StoreError> {
        let answer = query(statement).map(|row| read(&row)).fetch_all(&mut *self.connection);
        let rows = within(self.limit, answer).await.map_err(unavailable)?;
        rows.into_iter().collect()
    }

    async fn execute(&mut self, statement: Statement<'_>) -> Result<u64, StoreError> {
        let done = within(self.limit, query(statement).execute(&mut *self.connection)).await.map_err(unavailable)?;
        Ok(done.rows_affected())
    }
}

/// Gives an answer that does not come up. The pool then finds out what became of its connection.
pub(super) async fn within<T>(
    limit: Duration,
    answer: impl Future<Output = Result<T, sqlx::Error>> + Send,
) -> Result<T, sqlx::Error> {
    timeout(limit, answer).await.unwrap_or_else(|_| Err(too_slow()))
}

fn query<'q>(statement: Statement<'q>) -> sqlx::query::Query<'q, Postgres, PgArguments> {
    let query = match statement.sql {
        Cow::Borrowed(sql) => sqlx::query(sql),
        Cow::Owned(sql) => sqlx::query(AssertSqlSafe(sql)),
    };
    statement.parameters.into_iter().fold(query, |query, parameter| match parameter {
        // Nothing of ours holds NUL, which the server refuses: what does was made up by a client, and finds nothing.
        Parameter::Text(text) => query.bind(text.replace('\0', "\u{fffd}")),
        Parameter::Exact(text) => query.bind(text.into_owned().into_bytes()),
        Parameter::Id(id) => query.bind(id),
        Parameter::Number(number) => query.bind(number),
        Parameter::Flag(flag) => query.bind(flag),
    })
}

impl Row for PgRow {
    fn optional_text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        self.try_get(column).map_err(unavailable)
    }

    fn exact(&self, column: usize) -> Result<String, StoreError> {
        let bytes: Vec<u8> = self.try_get(column).map_err(unavailable)?;
        String::from_utf8(bytes).map_err(|_| StoreError::Corrupt("a tag is no UTF-8".to_owned()))
    }

    fn optional_number(&self, column: usize) -> Result<Option<i64>, StoreError> {
        self.try_get(column).map_err(unavailable)
    }

    fn id(&self, column: usize) -> Result<Uuid, StoreError> {
        self.try_get(column).map_err(unavailable)
    }
}
