use async_trait::async_trait;
use gibbon_schema::{EntityDef, Object};
use sqlx::{Row, Sqlite, SqlitePool};
use uuid::Uuid;

use super::failure::{unavailable, unsigned};
use super::read::id_at;
use super::{changes, history, read};
use crate::body::{Record, View};
use crate::change::ChangeLog;
use crate::{Change, Deleted, Options, StoreError, Transaction};

const TAKE_REVISION: &str = "UPDATE revision SET n = n + 1 RETURNING n";

/// The first reference of the records in a JSON array of `[kind, id, …]` that leads nowhere.
const DANGLING: &str = "
    SELECT r.field, r.target_kind, r.target_id
    FROM json_each(?1) c CROSS JOIN relations r ON r.kind = c.value ->> 0 AND r.id = unhex(c.value ->> 1)
    WHERE NOT EXISTS (
        SELECT 1 FROM entities e
        WHERE e.kind = r.target_kind AND e.id = r.target_id AND (e.expires_at IS NULL OR e.expires_at > ?2))
    ORDER BY r.kind, r.id, r.field LIMIT 1";

const EXPIRED: &str = "
    SELECT id, kind FROM entities WHERE expires_at <= ?1 ORDER BY expires_at, kind, id LIMIT ?2";

/// A transaction on the writer's connection. When it is dropped the driver rolls it back before anyone else gets that
/// connection.
pub(super) struct SqliteTransaction {
    pub(super) tx: sqlx::Transaction<'static, Sqlite>,
    pub(super) log: ChangeLog,
    pub(super) options: Options,
    /// The time for all that this transaction does.
    pub(super) now: i64,
    pub(super) references: References,
    state: State,
}

/// When references are checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum References {
    Immediate,
    Deferred,
}

#[derive(PartialEq, Eq)]
enum State {
    Open,
    /// A write is under way, has failed, or was given up; what it left is not to be committed.
    Void,
}

impl SqliteTransaction {
    pub(super) async fn begin(writer: &SqlitePool, options: &Options) -> Result<Self, StoreError> {
        let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(unavailable)?;
        let revision = sqlx::query_scalar(TAKE_REVISION).fetch_one(&mut *tx).await.map_err(unavailable)?;
        Ok(Self {
            tx,
            log: ChangeLog::new(unsigned(revision)?),
            options: options.clone(),
            now: options.clock.now(),
            references: References::Immediate,
            state: State::Open,
        })
    }

    /// To be called before a write; [`settle`](Self::settle) after it makes the transaction usable again. So a write
    /// that is given up in the middle, because its future was dropped, cannot be committed by half.
    fn start_write(&mut self) -> Result<(), StoreError> {
        match std::mem::replace(&mut self.state, State::Void) {
            State::Open => Ok(()),
            State::Void => Err(StoreError::Aborted),
        }
    }

    fn settle<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if result.is_ok() {
            self.state = State::Open;
        }
        result
    }

    async fn purge(&mut self, limit: usize) -> Result<usize, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = sqlx::query(EXPIRED).bind(self.now).bind(limit).fetch_all(&mut *self.tx).await;
        let mut purged = 0;
        for row in rows.map_err(unavailable)? {
            let kind: &str = row.try_get(1).map_err(unavailable)?;
            match self.remove(kind, id_at(&row, 0)?).await {
                Ok(()) => purged += 1,
                Err(StoreError::Referenced { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(purged)
    }

    async fn dangling(&mut self) -> Result<(), StoreError> {
        let touched = changes::rows_json(self.log.as_slice());
        let row = sqlx::query(DANGLING).bind(touched).bind(self.now).fetch_optional(&mut *self.tx).await;
        let Some(row) = row.map_err(unavailable)? else { return Ok(()) };
        Err(StoreError::ForeignKey {
            field: row.try_get(0).map_err(unavailable)?,
            target: row.try_get(1).map_err(unavailable)?,
            id: id_at(&row, 2)?,
        })
    }
}

#[async_trait]
impl Transaction for SqliteTransaction {
    fn revision(&self) -> u64 {
        self.log.revision()
    }

    async fn get(&mut self, kind: &str, id: Uuid) -> Result<Option<Object>, StoreError> {
        let view = View { kinds: &*self.options.kinds, now: self.now };
        read::get(&mut self.tx, view, kind, id).await
    }

    async fn find(&mut self, kind: &str, field: &str, value: &str) -> Result<Option<Object>, StoreError> {
        let view = View { kinds: &*self.options.kinds, now: self.now };
        read::find(&mut self.tx, view, kind, field, value).await
    }

    async fn insert(&mut self, def: &EntityDef, body: &Object) -> Result<(), StoreError> {
        self.start_write()?;
        let record = Record::new(def, body, self.now)?;
        let result = self.insert_record(&record).await;
        self.settle(result)
    }

    async fn replace(&mut self, def: &EntityDef, body: &Object) -> Result<(), StoreError> {
        self.start_write()?;
        let record = Record::new(def, body, self.now)?;
        let result = self.replace_record(&record).await;
        self.settle(result)
    }

    async fn delete(&mut self, kind: &str, id: Uuid) -> Result<Deleted, StoreError> {
        if self.get(kind, id).await?.is_none() {
            return Ok(Deleted::Absent);
        }
        self.start_write()?;
        let result = self.remove(kind, id).await;
        self.settle(result.map(|()| Deleted::Removed))
    }

    async fn purge_expired(&mut self, limit: usize) -> Result<usize, StoreError> {
        self.start_write()?;
        let result = self.purge(limit).await;
        self.settle(result)
    }

    fn defer_references(&mut self) {
        self.references = References::Deferred;
    }

    async fn check_references(&mut self) -> Result<(), StoreError> {
        self.dangling().await
    }

    async fn remember(&mut self, entry: &Object) -> Result<(), StoreError> {
        self.start_write()?;
        let (revision, kept) = (self.log.revision(), self.options.kept_history);
        let result = history::remember(&mut self.tx, revision, entry, kept).await;
        self.settle(result)
    }

    fn changes(&self) -> &[Change] {
        self.log.as_slice()
    }

    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        if self.state == State::Void {
            self.rollback().await?;
            return Err(StoreError::Aborted);
        }
        if self.references == References::Deferred {
            self.dangling().await?;
        }
        changes::append(&mut self.tx, &self.log, self.options.kept_changes).await?;
        self.tx.commit().await.map_err(unavailable)
    }

    async fn rollback(self: Box<Self>) -> Result<(), StoreError> {
        self.tx.rollback().await.map_err(unavailable)
    }
}
