//! Writing a record: its row, and what the database enforces or finds records by. Conflicts are answered by the number
//! of rows that a statement has changed, so that the database's constraints decide and no error has to be parsed.

use gibbon_schema::{OnDelete, Reference, UniqueValue};
use uuid::Uuid;

use super::transaction::{References, WriteTransaction};
use super::{Connection, Row, Session, Statement};
use crate::StoreError;
use crate::body::Record;
use crate::unique_key::unique_key;

const ADD: &str = "
    INSERT INTO entities (kind, id, body, created_at, updated_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT DO NOTHING";

const CHANGE: &str = "
    UPDATE entities SET body = $3, created_at = $4, updated_at = $5, expires_at = $6
    WHERE kind = $1 AND id = $2 AND (expires_at IS NULL OR expires_at > $7)";

const CLAIM: &str = "
    INSERT INTO unique_values (kind, field, value, id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

const OWNER: &str = "SELECT id FROM unique_values WHERE kind = $1 AND field = $2 AND value = $3";

const EXPIRED: &str = "SELECT id FROM entities WHERE kind = $1 AND id = $2 AND expires_at <= $3";

const RELATE: &str = "
    INSERT INTO relations (kind, id, field, target_kind, target_id, on_delete)
    SELECT $1, $2, $3, $4, $5, $6
    WHERE $7 OR EXISTS (
        SELECT 1 FROM entities WHERE kind = $4 AND id = $5 AND (expires_at IS NULL OR expires_at > $8))";

const TAG: &str = "INSERT INTO tags (tag, kind, id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

const FORGET: [&str; 3] = [
    "DELETE FROM unique_values WHERE kind = $1 AND id = $2",
    "DELETE FROM relations WHERE kind = $1 AND id = $2",
    "DELETE FROM tags WHERE kind = $1 AND id = $2",
];

impl<S: Session> WriteTransaction<S> {
    pub(super) async fn insert_record(&mut self, record: &Record<'_>) -> Result<(), StoreError> {
        let kind = record.def.name;
        let added = self.add(record).await? || (self.evict_expired(kind, record.id).await? && self.add(record).await?);
        if !added {
            return Err(StoreError::PrimaryKey { kind: kind.to_owned(), id: record.id });
        }
        self.index(record).await
    }

    pub(super) async fn replace_record(&mut self, record: &Record<'_>) -> Result<(), StoreError> {
        if !self.change(record).await? {
            return self.insert_record(record).await;
        }
        for statement in FORGET {
            self.connection().execute(Statement::new(statement).text(record.def.name).id(record.id)).await?;
        }
        self.index(record).await
    }

    async fn add(&mut self, record: &Record<'_>) -> Result<bool, StoreError> {
        let statement = row(ADD, record);
        Ok(self.connection().execute(statement).await? == 1)
    }

    async fn change(&mut self, record: &Record<'_>) -> Result<bool, StoreError> {
        let statement = row(CHANGE, record).number(self.now);
        Ok(self.connection().execute(statement).await? == 1)
    }

    async fn index(&mut self, record: &Record<'_>) -> Result<(), StoreError> {
        let kind = record.def.name;
        for unique in record.def.unique_values(record.body) {
            self.claim(kind, record.id, &unique).await?;
        }
        for reference in record.def.references(record.body) {
            self.relate(kind, record.id, &reference).await?;
        }
        for tag in record.def.tags(record.body) {
            self.connection().execute(Statement::new(TAG).exact(unique_key(&tag)).text(kind).id(record.id)).await?;
        }
        self.log.put(kind, record.id, record.body.clone());
        Ok(())
    }

    /// Claims a unique value, if need be from a record that has expired and is not yet purged.
    async fn claim(&mut self, kind: &str, id: Uuid, unique: &UniqueValue) -> Result<(), StoreError> {
        if self.claim_if_free(kind, id, unique).await? {
            return Ok(());
        }
        let statement = Statement::new(OWNER).text(kind).text(unique.field).exact(unique_key(&unique.value));
        let owner = self.connection().fetch_one(statement, |row| row.id(0)).await?;
        if self.evict_expired(kind, owner).await? && self.claim_if_free(kind, id, unique).await? {
            return Ok(());
        }
        Err(StoreError::Unique { kind: kind.to_owned(), field: unique.field.to_owned() })
    }

    /// Claims a unique value unless a record has it.
    pub(super) async fn claim_if_free(
        &mut self,
        kind: &str,
        id: Uuid,
        unique: &UniqueValue,
    ) -> Result<bool, StoreError> {
        let statement = Statement::new(CLAIM).text(kind).text(unique.field).exact(unique_key(&unique.value)).id(id);
        Ok(self.connection().execute(statement).await? == 1)
    }

    async fn relate(&mut self, kind: &str, id: Uuid, reference: &Reference) -> Result<(), StoreError> {
        let statement = Statement::new(RELATE)
            .text(kind)
            .id(id)
            .text(reference.field)
            .text(reference.target)
            .id(reference.id)
            .text(on_delete(reference.on_delete))
            .flag(self.references == References::Deferred)
            .number(self.now);
        if self.connection().execute(statement).await? == 1 {
            return Ok(());
        }
        let (field, target) = (reference.field.to_owned(), reference.target.to_owned());
        Err(StoreError::ForeignKey { field, target, id: reference.id })
    }

    /// Removes a record that nobody can see any more because it has expired; says whether it was one.
    async fn evict_expired(&mut self, kind: &str, id: Uuid) -> Result<bool, StoreError> {
        let statement = Statement::new(EXPIRED).text(kind).id(id).number(self.now);
        if self.connection().fetch_optional(statement, |row| row.id(0)).await?.is_none() {
            return Ok(false);
        }
        match self.remove(kind, id).await {
            Ok(()) => Ok(true),
            Err(StoreError::Referenced { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn row<'a>(statement: &'static str, record: &'a Record<'_>) -> Statement<'a> {
    Statement::new(statement)
        .text(record.def.name)
        .id(record.id)
        .text(&record.text)
        .number(record.time("created_at"))
        .number(record.time("updated_at"))
        .number(record.expires_at)
}

fn on_delete(rule: OnDelete) -> &'static str {
    match rule {
        OnDelete::Restrict => "restrict",
        OnDelete::Cascade => "cascade",
        OnDelete::SetNull => "set null",
    }
}
