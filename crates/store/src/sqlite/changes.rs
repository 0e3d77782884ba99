//! The past: what each revision has touched.

use serde_json::{Value, json};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use uuid::Uuid;

use super::failure::{unavailable, unsigned};
use super::read::{body_of, id_at};
use crate::body::View;
use crate::change::ChangeLog;
use crate::{Change, Changes, Op, StoreError};

/// The latest revision of each record that was touched, and the record if it is there. Whether it was put or deleted
/// follows from that: what is not there, or has expired, is gone.
const SINCE: &str = "
    SELECT e.body, e.expires_at, c.revision, c.kind, c.id
    FROM (SELECT kind, id, max(revision) AS revision FROM changes WHERE revision > ?1 GROUP BY kind, id) c
    LEFT JOIN entities e ON e.kind = c.kind AND e.id = c.id AND (e.expires_at IS NULL OR e.expires_at > ?2)
    ORDER BY c.revision, c.kind, c.id";

const APPEND: &str = "
    INSERT INTO changes (revision, kind, id, op)
    SELECT ?1, value ->> 0, unhex(value ->> 1), value ->> 2 FROM json_each(?2)";

/// The revision that holds the first row too many.
const FIRST_TOO_MANY: &str = "
    SELECT revision FROM changes ORDER BY revision DESC, kind DESC, id DESC LIMIT 1 OFFSET ?1";

/// How many changes go into one statement.
const BATCH: usize = 10_000;

/// Finding the first row too many walks over all rows that are kept, so it is not done at each commit but at each
/// sixty-fourth, and after large ones.
const PRUNE_EVERY: usize = 64;
const LARGE: usize = 1_000;

pub(super) async fn since(
    connection: &mut SqliteConnection,
    view: View<'_>,
    revision: u64,
) -> Result<Changes, StoreError> {
    let row =
        sqlx::query("SELECT n, forgotten FROM revision").fetch_one(&mut *connection).await.map_err(unavailable)?;
    let newest = unsigned(row.try_get(0).map_err(unavailable)?)?;
    let forgotten = unsigned(row.try_get(1).map_err(unavailable)?)?;
    // Who is ahead of the store follows one that was put back from a backup, and has to begin anew.
    if revision < forgotten || revision > newest {
        return Ok(Changes::TooFarBehind);
    }
    let after = i64::try_from(revision).unwrap_or(i64::MAX);
    let query = sqlx::query(SINCE).bind(after).bind(view.now).map(|row| change(&row, view));
    let changes: Vec<Result<_, _>> = query.fetch_all(connection).await.map_err(unavailable)?;
    Ok(Changes::List(changes.into_iter().collect::<Result<_, _>>()?))
}

fn change(row: &SqliteRow, view: View<'_>) -> Result<Change, StoreError> {
    let kind: String = row.try_get(3).map_err(unavailable)?;
    let text: Option<&str> = row.try_get(0).map_err(unavailable)?;
    let op = match text {
        Some(_) => Op::Put(body_of(row, view, &kind)?),
        None => Op::Delete,
    };
    let revision = unsigned(row.try_get(2).map_err(unavailable)?)?;
    Ok(Change { revision, id: id_at(row, 4)?, kind, op })
}

/// Writes what a transaction has touched, and forgets what is too long past.
pub(super) async fn append(connection: &mut SqliteConnection, log: &ChangeLog, kept: usize) -> Result<(), StoreError> {
    let revision = i64::try_from(log.revision()).unwrap_or(i64::MAX);
    for batch in log.as_slice().chunks(BATCH) {
        let query = sqlx::query(APPEND).bind(revision).bind(rows_json(batch));
        query.execute(&mut *connection).await.map_err(unavailable)?;
    }
    let every = (kept / 16).clamp(1, PRUNE_EVERY) as u64;
    if log.revision().is_multiple_of(every) || log.as_slice().len() > LARGE {
        forget(connection, revision, kept).await?;
    }
    Ok(())
}

/// Keeps about that many rows. Whole revisions go; the newest stays, however large it is.
async fn forget(connection: &mut SqliteConnection, newest: i64, kept: usize) -> Result<(), StoreError> {
    let query = sqlx::query_scalar(FIRST_TOO_MANY).bind(i64::try_from(kept).unwrap_or(i64::MAX));
    let too_many: Option<i64> = query.fetch_optional(&mut *connection).await.map_err(unavailable)?;
    let Some(last) = too_many.map(|revision| revision.min(newest - 1)) else { return Ok(()) };
    for statement in ["DELETE FROM changes WHERE revision <= ?1", "UPDATE revision SET forgotten = max(forgotten, ?1)"]
    {
        sqlx::query(statement).bind(last).execute(&mut *connection).await.map_err(unavailable)?;
    }
    Ok(())
}

/// The changes as a JSON array, so that one statement takes many.
pub(super) fn rows_json(changes: &[Change]) -> String {
    let row = |change: &Change| json!([change.kind, hex(change.id), operation(&change.op)]);
    Value::Array(changes.iter().map(row).collect()).to_string()
}

fn hex(id: Uuid) -> String {
    id.simple().to_string()
}

/// Ids as a JSON array.
pub(super) fn ids_json<'a>(ids: impl IntoIterator<Item = &'a Uuid>) -> String {
    Value::Array(ids.into_iter().map(|id| Value::String(hex(*id))).collect()).to_string()
}

fn operation(op: &Op) -> &'static str {
    match op {
        Op::Put(_) => "put",
        Op::Delete => "delete",
    }
}
