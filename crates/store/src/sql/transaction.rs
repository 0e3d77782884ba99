use async_trait::async_trait;
use gibbon_schema::{EntityDef, Object};
use uuid::Uuid;

use super::statement::limit;
use super::{Connection, Row, Statement, Syntax, changes, history, read};
use crate::body::{Record, View};
use crate::change::ChangeLog;
use crate::{Change, Deleted, Options, StoreError, Transaction};

/// Whoever has done this is the writer until the transaction ends; in the same moment its revision is settled.
pub(crate) const TAKE_REVISION: &str = "UPDATE revision SET n = n + 1 RETURNING n";

/// The first reference of the records in a JSON array of `[kind, id, …]` that leads nowhere.
fn dangling_statement(Syntax { join, elements, element_id }: &Syntax) -> String {
    format!(
        "SELECT r.field, r.target_kind, r.target_id
         FROM {elements} {join} relations r ON r.kind = c.value ->> 0 AND r.id = {element_id}
         WHERE NOT EXISTS (
             SELECT 1 FROM entities e
             WHERE e.kind = r.target_kind AND e.id = r.target_id AND (e.expires_at IS NULL OR e.expires_at > $2))
         ORDER BY r.kind, r.id, r.field LIMIT 1"
    )
}

const EXPIRED: &str = "
    SELECT id, kind FROM entities WHERE expires_at <= $1 ORDER BY expires_at, kind, id LIMIT $2";

/// The database's side of an open transaction. When it is dropped, the database rolls it back before anyone else gets
/// to write.
pub(crate) trait Session: Send + 'static {
    /// What its statements run on.
    type Connection: Connection;

    /// What its statements run on.
    fn connection(&mut self) -> &mut Self::Connection;
    /// Makes it durable as that revision.
    fn commit(self, revision: u64) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Takes everything back.
    fn rollback(self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// A transaction on the writer's connection.
pub(super) struct WriteTransaction<S> {
    session: S,
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

impl<S> WriteTransaction<S> {
    pub(super) fn new(session: S, revision: u64, options: &Options) -> Self {
        Self {
            session,
            log: ChangeLog::new(revision),
            options: options.clone(),
            now: options.clock.now(),
            references: References::Immediate,
            state: State::Open,
        }
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
}

impl<S: Session> WriteTransaction<S> {
    pub(super) fn connection(&mut self) -> &mut S::Connection {
        self.session.connection()
    }

    async fn purge(&mut self, most: usize) -> Result<usize, StoreError> {
        let statement = Statement::new(EXPIRED).number(self.now).number(limit(most));
        let expired = self.connection().fetch(statement, |row| Ok((row.text(1)?.to_owned(), row.id(0)?))).await?;
        let mut purged = 0;
        for (kind, id) in expired {
            match self.remove(&kind, id).await {
                Ok(()) => purged += 1,
                Err(StoreError::Referenced { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(purged)
    }

    async fn dangling(&mut self) -> Result<(), StoreError> {
        let touched = changes::rows_json(self.log.as_slice());
        let statement = Statement::new(dangling_statement(&S::Connection::SYNTAX)).text(&touched).number(self.now);
        let read = |row: &_| Ok((Row::text(row, 0)?.to_owned(), Row::text(row, 1)?.to_owned(), Row::id(row, 2)?));
        match self.connection().fetch_optional(statement, read).await? {
            Some((field, target, id)) => Err(StoreError::ForeignKey { field, target, id }),
            None => Ok(()),
        }
    }
}

#[async_trait]
impl<S: Session> Transaction for WriteTransaction<S> {
    fn revision(&self) -> u64 {
        self.log.revision()
    }

    async fn get(&mut self, kind: &str, id: Uuid) -> Result<Option<Object>, StoreError> {
        let view = View { kinds: &*self.options.kinds, now: self.now };
        read::get(self.session.connection(), view, kind, id).await
    }

    async fn find(&mut self, kind: &str, field: &str, value: &str) -> Result<Option<Object>, StoreError> {
        let view = View { kinds: &*self.options.kinds, now: self.now };
        read::find(self.session.connection(), view, kind, field, value).await
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
        let result = history::remember(self.session.connection(), revision, entry, kept).await;
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
        changes::append(self.session.connection(), &self.log, self.options.kept_changes).await?;
        self.session.commit(self.log.revision()).await
    }

    async fn rollback(self: Box<Self>) -> Result<(), StoreError> {
        self.session.rollback().await
    }
}
