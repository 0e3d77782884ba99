//! Reads that the store and an open transaction share.

use gibbon_schema::Object;
use uuid::Uuid;

use super::{Connection, Row, Statement};
use crate::body::View;
use crate::unique_key::unique_key;
use crate::{Loaded, StoreError};

const GET: &str = "
    SELECT body, expires_at FROM entities
    WHERE kind = $1 AND id = $2 AND (expires_at IS NULL OR expires_at > $3)";

const FIND: &str = "
    SELECT e.body, e.expires_at FROM unique_values u JOIN entities e ON e.kind = u.kind AND e.id = u.id
    WHERE u.kind = $1 AND u.field = $2 AND u.value = $3 AND (e.expires_at IS NULL OR e.expires_at > $4)";

const LOAD: &str = "
    SELECT body, expires_at FROM entities
    WHERE kind = $1 AND (expires_at IS NULL OR expires_at > $2) ORDER BY id";

const REVISION: &str = "SELECT n FROM revision";

const NEXT_EXPIRY: &str = "SELECT min(expires_at) FROM entities WHERE expires_at IS NOT NULL";

/// The body in a row that begins with the columns `body` and `expires_at`.
pub(super) fn body_of(row: &impl Row, view: View<'_>, kind: &str) -> Result<Object, StoreError> {
    view.decode(kind, row.text(0)?, row.optional_number(1)?)
}

pub(super) async fn get(
    connection: &mut impl Connection,
    view: View<'_>,
    kind: &str,
    id: Uuid,
) -> Result<Option<Object>, StoreError> {
    let statement = Statement::new(GET).text(kind).id(id).number(view.now);
    connection.fetch_optional(statement, |row| body_of(row, view, kind)).await
}

pub(super) async fn find(
    connection: &mut impl Connection,
    view: View<'_>,
    kind: &str,
    field: &str,
    value: &str,
) -> Result<Option<Object>, StoreError> {
    let statement = Statement::new(FIND).text(kind).text(field).exact(unique_key(value)).number(view.now);
    connection.fetch_optional(statement, |row| body_of(row, view, kind)).await
}

pub(super) async fn load(
    connection: &mut impl Connection,
    view: View<'_>,
    kinds: &[&str],
) -> Result<Loaded, StoreError> {
    let mut loaded = Loaded { revision: revision(connection).await?, records: Vec::new() };
    for &kind in kinds {
        let statement = Statement::new(LOAD).text(kind).number(view.now);
        let bodies = connection.fetch(statement, |row| body_of(row, view, kind)).await?;
        loaded.records.extend(bodies.into_iter().map(|body| (kind.to_owned(), body)));
    }
    Ok(loaded)
}

pub(super) async fn revision(connection: &mut impl Connection) -> Result<u64, StoreError> {
    connection.fetch_one(Statement::new(REVISION), |row| row.unsigned(0)).await
}

pub(super) async fn next_expiry(connection: &mut impl Connection) -> Result<Option<i64>, StoreError> {
    connection.fetch_one(Statement::new(NEXT_EXPIRY), |row| row.optional_number(0)).await
}
