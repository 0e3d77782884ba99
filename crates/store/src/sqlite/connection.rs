//! How the shared statements run on a connection to SQLite.

use std::borrow::Cow;
use std::ops::DerefMut;

use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Row as _, Sqlite, SqliteConnection};
use uuid::Uuid;

use super::failure::unavailable;
use crate::StoreError;
use crate::sql::{Connection, Parameter, Row, Session, Statement, Syntax};

/// A connection that is lent by a pool, or by a transaction.
pub(crate) struct Lent<G>(pub(super) G);

impl<G: DerefMut<Target = SqliteConnection> + Send> Connection for Lent<G> {
    type Row = SqliteRow;

    const SYNTAX: Syntax = Syntax {
        // So that SQLite walks the tables in the order in which they are named.
        join: "CROSS JOIN",
        elements: "json_each($1) c",
        element_id: "unhex(c.value ->> 1)",
    };

    async fn fetch<T: Send + Unpin>(
        &mut self,
        statement: Statement<'_>,
        mut read: impl FnMut(&SqliteRow) -> Result<T, StoreError> + Send,
    ) -> Result<Vec<T>, StoreError> {
        let rows = query(statement).map(|row| read(&row)).fetch_all(&mut *self.0).await.map_err(unavailable)?;
        rows.into_iter().collect()
    }

    async fn execute(&mut self, statement: Statement<'_>) -> Result<u64, StoreError> {
        let done = query(statement).execute(&mut *self.0).await.map_err(unavailable)?;
        Ok(done.rows_affected())
    }
}

fn query<'q>(statement: Statement<'q>) -> sqlx::query::Query<'q, Sqlite, SqliteArguments> {
    let query = match statement.sql {
        Cow::Borrowed(sql) => sqlx::query(sql),
        Cow::Owned(sql) => sqlx::query(AssertSqlSafe(sql)),
    };
    statement.parameters.into_iter().fold(query, |query, parameter| match parameter {
        Parameter::Text(text) => query.bind(text),
        Parameter::Exact(text) => query.bind(text),
        Parameter::Id(id) => query.bind(id.as_bytes().to_vec()),
        Parameter::Number(number) => query.bind(number),
        Parameter::Flag(flag) => query.bind(flag),
    })
}

impl Row for SqliteRow {
    fn optional_text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        self.try_get(column).map_err(unavailable)
    }

    fn exact(&self, column: usize) -> Result<String, StoreError> {
        self.try_get(column).map_err(unavailable)
    }

    fn optional_number(&self, column: usize) -> Result<Option<i64>, StoreError> {
        self.try_get(column).map_err(unavailable)
    }

    fn id(&self, column: usize) -> Result<Uuid, StoreError> {
        let bytes: &[u8] = self.try_get(column).map_err(unavailable)?;
        Uuid::from_slice(bytes).map_err(|_| StoreError::Corrupt("an id is not 16 bytes long".to_owned()))
    }
}

/// The transaction of the writer. Dropped, it is rolled back by the driver before anyone else gets the connection.
impl Session for Lent<sqlx::Transaction<'static, Sqlite>> {
    type Connection = Self;

    fn connection(&mut self) -> &mut Self {
        self
    }

    async fn commit(self, _revision: u64) -> Result<(), StoreError> {
        self.0.commit().await.map_err(unavailable)
    }

    async fn rollback(self) -> Result<(), StoreError> {
        self.0.rollback().await.map_err(unavailable)
    }
}

#[cfg(test)]
mod tests {
    use sqlx::Connection as _;

    use super::*;
    use crate::sql::page_statement;
    use crate::{Filter, PageRequest, TagFilter};

    /// What SQLite says that it would do for a page of this filter.
    async fn plan(filter: &Filter) -> String {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        sqlx::raw_sql(include_str!("migrations/0001_tables.sql")).execute(&mut connection).await.unwrap();
        let page = PageRequest { size: 10, after: Some(Uuid::nil()) };
        let mut statement = page_statement(&Lent::<&mut SqliteConnection>::SYNTAX, 0, "routes", filter, page);
        statement.sql = format!("EXPLAIN QUERY PLAN {}", statement.sql).into();
        let rows = query(statement).fetch_all(&mut connection).await.unwrap();
        rows.iter().map(|row| row.get::<String, _>(3) + "\n").collect()
    }

    fn tags(tags: &[&str]) -> Vec<String> {
        tags.iter().map(ToString::to_string).collect()
    }

    #[tokio::test]
    async fn every_page_but_that_of_any_tag_walks_an_index_in_order() {
        let relation = || Some(("service".to_owned(), Uuid::nil()));
        for filter in [
            Filter::default(),
            Filter { relation: relation(), tags: None },
            Filter { relation: relation(), tags: Some(TagFilter::All(tags(&["a", "b"]))) },
            Filter { relation: relation(), tags: Some(TagFilter::Any(tags(&["a", "b"]))) },
            Filter { relation: None, tags: Some(TagFilter::All(tags(&["a"]))) },
            Filter { relation: None, tags: Some(TagFilter::Any(tags(&["a"]))) },
            Filter { relation: None, tags: Some(TagFilter::All(tags(&["a", "b", "c"]))) },
        ] {
            let plan = plan(&filter).await;
            assert!(plan.contains("SEARCH") && !plan.contains("SCAN"), "{filter:?}:\n{plan}");
            assert!(!plan.contains("TEMP B-TREE FOR ORDER BY"), "{filter:?}:\n{plan}");
        }
    }

    #[tokio::test]
    async fn a_page_of_any_tag_reads_the_records_that_have_one_only() {
        let plan = plan(&Filter { relation: None, tags: Some(TagFilter::Any(tags(&["a", "b"]))) }).await;
        assert!(plan.contains("(kind=? AND id=? AND id>?)") || plan.contains("(kind=? AND id=?)"), "{plan}");
        assert!(plan.contains("tag=? AND kind=?"), "{plan}");
    }
}
