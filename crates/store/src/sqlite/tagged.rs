//! A page of tags, in the order of the primary key of their table.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use uuid::Uuid;

use super::failure::unavailable;
use super::read::{id_at, key};
use crate::{StoreError, TagPage, TagPageRequest, TagRow};

const ALL: &str = "
    SELECT t.tag, t.kind, t.id FROM tags t CROSS JOIN entities e ON e.kind = t.kind AND e.id = t.id
    WHERE (t.tag, t.kind, t.id) > (?1, ?2, ?3) AND (e.expires_at IS NULL OR e.expires_at > ?4)
    ORDER BY t.tag, t.kind, t.id LIMIT ?5";

const ONE: &str = "
    SELECT t.tag, t.kind, t.id FROM tags t CROSS JOIN entities e ON e.kind = t.kind AND e.id = t.id
    WHERE t.tag = ?1 AND (t.kind, t.id) > (?2, ?3) AND (e.expires_at IS NULL OR e.expires_at > ?4)
    ORDER BY t.kind, t.id LIMIT ?5";

pub(super) async fn page(
    connection: &mut SqliteConnection,
    now: i64,
    tag: Option<&str>,
    request: TagPageRequest,
) -> Result<TagPage, StoreError> {
    let size = request.size.max(1);
    let (after_tag, after_kind, after_id) = match request.after {
        Some(row) => (row.tag, row.entity_name, key(row.entity_id)),
        None => Default::default(),
    };
    let query = match tag {
        Some(tag) => sqlx::query(ONE).bind(tag),
        None => sqlx::query(ALL).bind(after_tag),
    };
    let query = query.bind(after_kind).bind(after_id).bind(now);
    let query = query.bind(i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1)).map(|row| tag_row(&row));
    let rows: Vec<Result<_, StoreError>> = query.fetch_all(connection).await.map_err(unavailable)?;
    let mut rows: Vec<TagRow> = rows.into_iter().collect::<Result<_, _>>()?;
    let next = (rows.len() > size).then(|| rows[size - 1].clone());
    rows.truncate(size);
    Ok(TagPage { rows, next })
}

fn tag_row(row: &SqliteRow) -> Result<TagRow, StoreError> {
    let entity_id: Uuid = id_at(row, 2)?;
    let tag = row.try_get(0).map_err(unavailable)?;
    Ok(TagRow { tag, entity_name: row.try_get(1).map_err(unavailable)?, entity_id })
}
