//! The last writes, for those who look back.

use gibbon_schema::Object;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::failure::{unavailable, unsigned};
use crate::{HistoryEntry, StoreError};

const REMEMBER: &str = "
    INSERT INTO history (revision, entry) VALUES (?1, ?2)
    ON CONFLICT (revision) DO UPDATE SET entry = excluded.entry";

/// The first entry too many and all before it go.
const FORGET: &str = "
    DELETE FROM history WHERE revision <=
        (SELECT revision FROM history ORDER BY revision DESC LIMIT 1 OFFSET ?1)";

const BEFORE: &str = "SELECT revision, entry FROM history WHERE revision < ?1 ORDER BY revision DESC LIMIT ?2";

pub(super) async fn remember(
    connection: &mut SqliteConnection,
    revision: u64,
    entry: &Object,
    kept: usize,
) -> Result<(), StoreError> {
    let text = serde_json::to_string(entry).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let query = sqlx::query(REMEMBER).bind(i64::try_from(revision).unwrap_or(i64::MAX)).bind(text);
    query.execute(&mut *connection).await.map_err(unavailable)?;
    let query = sqlx::query(FORGET).bind(i64::try_from(kept).unwrap_or(i64::MAX));
    query.execute(connection).await.map_err(unavailable)?;
    Ok(())
}

pub(super) async fn before(
    connection: &mut SqliteConnection,
    revision: Option<u64>,
    size: usize,
) -> Result<Vec<HistoryEntry>, StoreError> {
    let bound = revision.and_then(|revision| i64::try_from(revision).ok()).unwrap_or(i64::MAX);
    let query = sqlx::query(BEFORE).bind(bound).bind(i64::try_from(size).unwrap_or(i64::MAX));
    let rows = query.fetch_all(connection).await.map_err(unavailable)?;
    rows.iter().map(entry).collect()
}

fn entry(row: &SqliteRow) -> Result<HistoryEntry, StoreError> {
    let text: &str = row.try_get(1).map_err(unavailable)?;
    let entry = serde_json::from_str(text)
        .map_err(|_| StoreError::Corrupt("an entry of the history is not a JSON object".to_owned()))?;
    Ok(HistoryEntry { revision: unsigned(row.try_get(0).map_err(unavailable)?)?, entry })
}
