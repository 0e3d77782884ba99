//! Deleting a record with everything that hangs on it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gibbon_schema::{EntityDef, Object};
use serde_json::Value;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::changes::ids_json;
use super::failure::unavailable;
use super::read::{id_at, key};
use super::transaction::SqliteTransaction;
use crate::StoreError;
use crate::body::{View, encode};

/// Every reference to a record that is to go: to the one with which it begins, and to those that go with it. A record
/// that has expired goes with its target whatever its reference says; nobody could see it, nor delete it.
const TIES: &str = "
    WITH RECURSIVE doomed (kind, id) AS (
        VALUES (?1, ?2)
        UNION
        SELECT r.kind, r.id
        FROM doomed d
        CROSS JOIN relations r ON r.target_id = d.id AND r.target_kind = d.kind
        CROSS JOIN entities e ON e.kind = r.kind AND e.id = r.id
        WHERE r.on_delete = 'cascade' OR e.expires_at <= ?3)
    SELECT r.id, r.kind, r.field, CASE WHEN e.expires_at <= ?3 THEN 'cascade' ELSE r.on_delete END
    FROM doomed d
    CROSS JOIN relations r ON r.target_id = d.id AND r.target_kind = d.kind
    CROSS JOIN entities e ON e.kind = r.kind AND e.id = r.id
    ORDER BY r.kind, r.id, r.field";

/// What a record owns goes with its row by the database's own cascade.
const REMOVE: &str = "
    DELETE FROM entities WHERE kind = ?1 AND id IN (SELECT unhex(value) FROM json_each(?2))";

/// How many records one statement removes.
const BATCH: usize = 10_000;

struct Tie {
    kind: String,
    id: Uuid,
    field: String,
    rule: Rule,
}

#[derive(PartialEq, Eq)]
enum Rule {
    Cascade,
    Restrict,
    SetNull,
}

impl SqliteTransaction {
    /// Removes a record that is there. [`StoreError::Referenced`] comes before anything was written.
    pub(super) async fn remove(&mut self, kind: &str, id: Uuid) -> Result<(), StoreError> {
        let ties = self.ties(kind, id).await?;
        let mut doomed: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::from([(kind, BTreeSet::from([id]))]);
        for tie in ties.iter().filter(|tie| tie.rule == Rule::Cascade) {
            doomed.entry(&tie.kind).or_default().insert(tie.id);
        }
        let staying =
            || ties.iter().filter(|tie| !doomed.get(tie.kind.as_str()).is_some_and(|ids| ids.contains(&tie.id)));
        if let Some(tie) = staying().find(|tie| tie.rule == Rule::Restrict) {
            return Err(StoreError::Referenced { kind: kind.to_owned(), by: tie.kind.clone() });
        }
        for tie in staying() {
            self.set_null(tie).await?;
        }
        self.log.delete(kind, id);
        for (kind, ids) in &doomed {
            self.remove_rows(kind, ids).await?;
        }
        Ok(())
    }

    async fn ties(&mut self, kind: &str, id: Uuid) -> Result<Vec<Tie>, StoreError> {
        let query = sqlx::query(TIES).bind(kind).bind(key(id)).bind(self.now).map(|row| tie(&row));
        let ties: Vec<Result<_, _>> = query.fetch_all(&mut *self.tx).await.map_err(unavailable)?;
        ties.into_iter().collect()
    }

    async fn remove_rows(&mut self, kind: &str, ids: &BTreeSet<Uuid>) -> Result<(), StoreError> {
        let ids: Vec<Uuid> = ids.iter().copied().collect();
        for batch in ids.chunks(BATCH) {
            let query = sqlx::query(REMOVE).bind(kind).bind(ids_json(batch));
            query.execute(&mut *self.tx).await.map_err(unavailable)?;
        }
        for id in ids {
            self.log.delete(kind, id);
        }
        Ok(())
    }

    async fn set_null(&mut self, tie: &Tie) -> Result<(), StoreError> {
        let kinds = Arc::clone(&self.options.kinds);
        let view = View { kinds: &*kinds, now: self.now };
        let query = sqlx::query("SELECT body, expires_at FROM entities WHERE kind = ?1 AND id = ?2");
        let row = query.bind(&*tie.kind).bind(key(tie.id)).fetch_one(&mut *self.tx).await.map_err(unavailable)?;
        let text: &str = row.try_get(0).map_err(unavailable)?;
        let (mut body, version) = view.decode_versioned(&tie.kind, text, row.try_get(1).map_err(unavailable)?)?;
        body.insert(tie.field.clone(), Value::Null);
        self.reclaim(kinds.definition(&tie.kind), tie, &body).await?;
        let query = sqlx::query("UPDATE entities SET body = ?3 WHERE kind = ?1 AND id = ?2");
        let query = query.bind(&*tie.kind).bind(key(tie.id)).bind(encode(&body, version)?);
        query.execute(&mut *self.tx).await.map_err(unavailable)?;
        let query = sqlx::query("DELETE FROM relations WHERE kind = ?1 AND id = ?2 AND field = ?3");
        let query = query.bind(&*tie.kind).bind(key(tie.id)).bind(&*tie.field);
        query.execute(&mut *self.tx).await.map_err(unavailable)?;
        self.log.put(&tie.kind, tie.id, body);
        Ok(())
    }

    /// A field that becomes null may be part of a composite unique value, which then is another value.
    async fn reclaim(&mut self, def: Option<&EntityDef>, tie: &Tie, body: &Object) -> Result<(), StoreError> {
        let query = sqlx::query_scalar("SELECT field FROM unique_values WHERE kind = ?1 AND id = ?2");
        let query = query.bind(&*tie.kind).bind(key(tie.id));
        let claimed: Vec<String> = query.fetch_all(&mut *self.tx).await.map_err(unavailable)?;
        if !claimed.iter().any(|fields| fields.split(',').any(|field| field == tie.field)) {
            return Ok(());
        }
        let def = def.ok_or_else(|| StoreError::UnknownKind { kind: tie.kind.clone() })?;
        let query = sqlx::query("DELETE FROM unique_values WHERE kind = ?1 AND id = ?2");
        query.bind(&*tie.kind).bind(key(tie.id)).execute(&mut *self.tx).await.map_err(unavailable)?;
        for unique in def.unique_values(body) {
            if !self.claim_if_free(&tie.kind, tie.id, &unique).await? {
                return Err(StoreError::Unique { kind: tie.kind.clone(), field: unique.field.to_owned() });
            }
        }
        Ok(())
    }
}

fn tie(row: &SqliteRow) -> Result<Tie, StoreError> {
    let rule = match row.try_get(3).map_err(unavailable)? {
        "cascade" => Rule::Cascade,
        "restrict" => Rule::Restrict,
        _ => Rule::SetNull,
    };
    let (kind, field) = (row.try_get(1).map_err(unavailable)?, row.try_get(2).map_err(unavailable)?);
    Ok(Tie { kind, id: id_at(row, 0)?, field, rule })
}
