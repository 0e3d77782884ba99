//! The past: what each revision has touched.

use serde_json::{Value, json};
use uuid::Uuid;

use super::read::body_of;
use super::statement::limit;
use super::{Connection, Row, Statement};
use crate::body::View;
use crate::change::ChangeLog;
use crate::{Change, Changes, Op, StoreError};

const BOUNDS: &str = "SELECT n, forgotten FROM revision";

/// The latest revision of each record that was touched, and the record if it is there. Whether it was put or deleted
/// follows from that: what is not there, or has expired, is gone.
const SINCE: &str = "
    SELECT e.body, e.expires_at, c.revision, c.kind, c.id
    FROM (SELECT kind, id, max(revision) AS revision FROM changes WHERE revision > $1 GROUP BY kind, id) c
    LEFT JOIN entities e ON e.kind = c.kind AND e.id = c.id AND (e.expires_at IS NULL OR e.expires_at > $2)
    ORDER BY c.revision, c.kind, c.id";

/// The revision that holds the first row too many.
const FIRST_TOO_MANY: &str = "
    SELECT revision FROM changes ORDER BY revision DESC, kind DESC, id DESC LIMIT 1 OFFSET $1";

const FORGET: [&str; 2] =
    ["DELETE FROM changes WHERE revision <= $1", "UPDATE revision SET forgotten = $1 WHERE forgotten < $1"];

/// How many changes go into one statement.
const BATCH: usize = 10_000;

/// Finding the first row too many walks over all rows that are kept, so it is not done at each commit but at each
/// sixty-fourth, and after large ones.
const PRUNE_EVERY: usize = 64;
const LARGE: usize = 1_000;

pub(super) async fn since(
    connection: &mut impl Connection,
    view: View<'_>,
    revision: u64,
) -> Result<Changes, StoreError> {
    let bounds = |row: &_| Ok((Row::unsigned(row, 0)?, Row::unsigned(row, 1)?));
    let (newest, forgotten) = connection.fetch_one(Statement::new(BOUNDS), bounds).await?;
    // Who is ahead of the store follows one that was put back from a backup, and has to begin anew.
    if revision < forgotten || revision > newest {
        return Ok(Changes::TooFarBehind);
    }
    let after = i64::try_from(revision).unwrap_or(i64::MAX);
    let statement = Statement::new(SINCE).number(after).number(view.now);
    Ok(Changes::List(connection.fetch(statement, |row| change(row, view)).await?))
}

fn change(row: &impl Row, view: View<'_>) -> Result<Change, StoreError> {
    let kind = row.text(3)?.to_owned();
    let op = match row.optional_text(0)? {
        Some(_) => Op::Put(body_of(row, view, &kind)?),
        None => Op::Delete,
    };
    Ok(Change { revision: row.unsigned(2)?, id: row.id(4)?, kind, op })
}

/// Writes what a transaction has touched, and forgets what is too long past.
pub(super) async fn append<C: Connection>(connection: &mut C, log: &ChangeLog, kept: usize) -> Result<(), StoreError> {
    let revision = i64::try_from(log.revision()).unwrap_or(i64::MAX);
    for batch in log.as_slice().chunks(BATCH) {
        let rows = rows_json(batch);
        let statement = Statement::new(format!(
            "INSERT INTO changes (revision, kind, id, op) SELECT $2, c.value ->> 0, {}, c.value ->> 2 FROM {}",
            C::SYNTAX.element_id,
            C::SYNTAX.elements
        ));
        connection.execute(statement.text(&rows).number(revision)).await?;
    }
    let every = (kept / 16).clamp(1, PRUNE_EVERY) as u64;
    if log.revision().is_multiple_of(every) || log.as_slice().len() > LARGE {
        forget(connection, revision, kept).await?;
    }
    Ok(())
}

/// Keeps about that many rows. Whole revisions go; the newest stays, however large it is.
async fn forget(connection: &mut impl Connection, newest: i64, kept: usize) -> Result<(), StoreError> {
    let statement = Statement::new(FIRST_TOO_MANY).number(limit(kept));
    let too_many = connection.fetch_optional(statement, |row| row.number(0)).await?;
    let Some(last) = too_many.map(|revision| revision.min(newest - 1)) else { return Ok(()) };
    for statement in FORGET {
        connection.execute(Statement::new(statement).number(last)).await?;
    }
    Ok(())
}

/// The changes as a JSON array of `[kind, id, operation]`, so that one statement takes many.
pub(super) fn rows_json(changes: &[Change]) -> String {
    let row = |change: &Change| json!([change.kind, hex(change.id), operation(&change.op)]);
    Value::Array(changes.iter().map(row).collect()).to_string()
}

/// Ids of one kind as a JSON array of `[kind, id]`.
pub(super) fn ids_json(kind: &str, ids: &[Uuid]) -> String {
    Value::Array(ids.iter().map(|id| json!([kind, hex(*id)])).collect()).to_string()
}

fn hex(id: Uuid) -> String {
    id.simple().to_string()
}

fn operation(op: &Op) -> &'static str {
    match op {
        Op::Put(_) => "put",
        Op::Delete => "delete",
    }
}
