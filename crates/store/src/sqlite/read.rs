//! Reads that the store and an open transaction share.

use gibbon_schema::Object;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use uuid::Uuid;

use super::failure::{unavailable, unsigned};
use crate::body::View;
use crate::unique_key::unique_key;
use crate::{Loaded, StoreError};

const GET: &str = "
    SELECT body, expires_at FROM entities
    WHERE kind = ?1 AND id = ?2 AND (expires_at IS NULL OR expires_at > ?3)";

const FIND: &str = "
    SELECT e.body, e.expires_at FROM unique_values u JOIN entities e ON e.kind = u.kind AND e.id = u.id
    WHERE u.kind = ?1 AND u.field = ?2 AND u.value = ?3 AND (e.expires_at IS NULL OR e.expires_at > ?4)";

const LOAD: &str = "
    SELECT body, expires_at FROM entities
    WHERE kind = ?1 AND (expires_at IS NULL OR expires_at > ?2) ORDER BY id";

/// The bytes of an id, as they stand in a column. Their order is the order of the ids.
pub(super) fn key(id: Uuid) -> Vec<u8> {
    id.as_bytes().to_vec()
}

/// The id in a column.
pub(super) fn id_at(row: &SqliteRow, column: usize) -> Result<Uuid, StoreError> {
    let bytes: &[u8] = row.try_get(column).map_err(unavailable)?;
    Uuid::from_slice(bytes).map_err(|_| StoreError::Corrupt("an id is not 16 bytes long".to_owned()))
}

/// The body in a row that begins with the columns `body` and `expires_at`.
pub(super) fn body_of(row: &SqliteRow, view: View<'_>, kind: &str) -> Result<Object, StoreError> {
    let text: &str = row.try_get(0).map_err(unavailable)?;
    view.decode(kind, text, row.try_get(1).map_err(unavailable)?)
}

pub(super) async fn get(
    connection: &mut SqliteConnection,
    view: View<'_>,
    kind: &str,
    id: Uuid,
) -> Result<Option<Object>, StoreError> {
    let row = sqlx::query(GET).bind(kind).bind(key(id)).bind(view.now).fetch_optional(connection).await;
    row.map_err(unavailable)?.map(|row| body_of(&row, view, kind)).transpose()
}

pub(super) async fn find(
    connection: &mut SqliteConnection,
    view: View<'_>,
    kind: &str,
    field: &str,
    value: &str,
) -> Result<Option<Object>, StoreError> {
    let query = sqlx::query(FIND).bind(kind).bind(field).bind(&*unique_key(value)).bind(view.now);
    let row = query.fetch_optional(connection).await.map_err(unavailable)?;
    row.map(|row| body_of(&row, view, kind)).transpose()
}

pub(super) async fn load(
    connection: &mut SqliteConnection,
    view: View<'_>,
    kinds: &[&str],
) -> Result<Loaded, StoreError> {
    let mut loaded = Loaded { revision: revision(&mut *connection).await?, records: Vec::new() };
    for &kind in kinds {
        // Bodies are decoded as they arrive, so that the rows of a large kind are never in memory all at once.
        let query = sqlx::query(LOAD).bind(kind).bind(view.now).map(|row| body_of(&row, view, kind));
        let bodies = query.fetch_all(&mut *connection).await.map_err(unavailable)?;
        loaded.records.reserve(bodies.len());
        for body in bodies {
            loaded.records.push((kind.to_owned(), body?));
        }
    }
    Ok(loaded)
}

pub(super) async fn revision(connection: &mut SqliteConnection) -> Result<u64, StoreError> {
    let number = sqlx::query_scalar("SELECT n FROM revision").fetch_one(connection).await.map_err(unavailable)?;
    unsigned(number)
}

pub(super) async fn next_expiry(connection: &mut SqliteConnection) -> Result<Option<i64>, StoreError> {
    sqlx::query_scalar("SELECT min(expires_at) FROM entities WHERE expires_at IS NOT NULL")
        .fetch_one(connection)
        .await
        .map_err(unavailable)
}
