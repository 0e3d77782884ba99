//! The last writes, for those who look back.

use gibbon_schema::Object;

use super::statement::limit;
use super::{Connection, Row, Statement};
use crate::{HistoryEntry, StoreError};

const REMEMBER: &str = "
    INSERT INTO history (revision, entry) VALUES ($1, $2)
    ON CONFLICT (revision) DO UPDATE SET entry = excluded.entry";

/// The first entry too many and all before it go.
const FORGET: &str = "
    DELETE FROM history WHERE revision <=
        (SELECT revision FROM history ORDER BY revision DESC LIMIT 1 OFFSET $1)";

const BEFORE: &str = "SELECT revision, entry FROM history WHERE revision < $1 ORDER BY revision DESC LIMIT $2";

pub(super) async fn remember(
    connection: &mut impl Connection,
    revision: u64,
    entry: &Object,
    kept: usize,
) -> Result<(), StoreError> {
    let text = serde_json::to_string(entry).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let revision = i64::try_from(revision).unwrap_or(i64::MAX);
    connection.execute(Statement::new(REMEMBER).number(revision).text(&text)).await?;
    connection.execute(Statement::new(FORGET).number(limit(kept))).await?;
    Ok(())
}

pub(super) async fn before(
    connection: &mut impl Connection,
    revision: Option<u64>,
    size: usize,
) -> Result<Vec<HistoryEntry>, StoreError> {
    let bound = revision.and_then(|revision| i64::try_from(revision).ok()).unwrap_or(i64::MAX);
    connection.fetch(Statement::new(BEFORE).number(bound).number(limit(size)), entry).await
}

fn entry(row: &impl Row) -> Result<HistoryEntry, StoreError> {
    let entry = serde_json::from_str(row.text(1)?)
        .map_err(|_| StoreError::Corrupt("an entry of the history is not a JSON object".to_owned()))?;
    Ok(HistoryEntry { revision: row.unsigned(0)?, entry })
}
