//! Deleting a record with everything that hangs on it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gibbon_schema::{EntityDef, Object};
use serde_json::Value;
use uuid::Uuid;

use super::changes::ids_json;
use super::transaction::WriteTransaction;
use super::{Connection, Row, Session, Statement, Syntax};
use crate::StoreError;
use crate::body::{View, encode};

/// The parameters are kind, id and the time.
fn ties_statement(Syntax { join, .. }: &Syntax) -> String {
    // Every reference to a record that is to go: to the one with which it begins, and to those that go with it. A
    // record that has expired goes with its target whatever its reference says; nobody could see it, nor delete it.
    format!(
        "WITH RECURSIVE doomed (kind, id) AS (
             SELECT kind, id FROM entities WHERE kind = $1 AND id = $2
             UNION
             SELECT r.kind, r.id
             FROM doomed d
             {join} relations r ON r.target_id = d.id AND r.target_kind = d.kind
             {join} entities e ON e.kind = r.kind AND e.id = r.id
             WHERE r.on_delete = 'cascade' OR e.expires_at <= $3)
         SELECT r.id, r.kind, r.field, CASE WHEN e.expires_at <= $3 THEN 'cascade' ELSE r.on_delete END
         FROM doomed d
         {join} relations r ON r.target_id = d.id AND r.target_kind = d.kind
         {join} entities e ON e.kind = r.kind AND e.id = r.id
         ORDER BY r.kind, r.id, r.field"
    )
}

const BODY: &str = "SELECT body, expires_at FROM entities WHERE kind = $1 AND id = $2";
const REWRITE: &str = "UPDATE entities SET body = $3 WHERE kind = $1 AND id = $2";
const UNTIE: &str = "DELETE FROM relations WHERE kind = $1 AND id = $2 AND field = $3";
const CLAIMED: &str = "SELECT field FROM unique_values WHERE kind = $1 AND id = $2";
const UNCLAIM: &str = "DELETE FROM unique_values WHERE kind = $1 AND id = $2";

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

impl<S: Session> WriteTransaction<S> {
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
        let statement = Statement::new(ties_statement(&S::Connection::SYNTAX)).text(kind).id(id).number(self.now);
        self.connection().fetch(statement, tie).await
    }

    async fn remove_rows(&mut self, kind: &str, ids: &BTreeSet<Uuid>) -> Result<(), StoreError> {
        let ids: Vec<Uuid> = ids.iter().copied().collect();
        for batch in ids.chunks(BATCH) {
            let rows = ids_json(kind, batch);
            // What a record owns goes with its row by the database's own cascade.
            let statement = Statement::new(format!(
                "DELETE FROM entities WHERE kind = $2 AND id IN (SELECT {} FROM {})",
                S::Connection::SYNTAX.element_id,
                S::Connection::SYNTAX.elements
            ));
            self.connection().execute(statement.text(&rows).text(kind)).await?;
        }
        for id in ids {
            self.log.delete(kind, id);
        }
        Ok(())
    }

    async fn set_null(&mut self, tie: &Tie) -> Result<(), StoreError> {
        let kinds = Arc::clone(&self.options.kinds);
        let view = View { kinds: &*kinds, now: self.now };
        let statement = Statement::new(BODY).text(&tie.kind).id(tie.id);
        let read = |row: &_| view.decode_versioned(&tie.kind, Row::text(row, 0)?, Row::optional_number(row, 1)?);
        let (mut body, version) = self.connection().fetch_one(statement, read).await?;
        body.insert(tie.field.clone(), Value::Null);
        self.reclaim(kinds.definition(&tie.kind), tie, &body).await?;
        let text = encode(&body, version)?;
        self.connection().execute(Statement::new(REWRITE).text(&tie.kind).id(tie.id).text(&text)).await?;
        self.connection().execute(Statement::new(UNTIE).text(&tie.kind).id(tie.id).text(&tie.field)).await?;
        self.log.put(&tie.kind, tie.id, body);
        Ok(())
    }

    /// A field that becomes null may be part of a composite unique value, which then is another value.
    async fn reclaim(&mut self, def: Option<&EntityDef>, tie: &Tie, body: &Object) -> Result<(), StoreError> {
        let statement = Statement::new(CLAIMED).text(&tie.kind).id(tie.id);
        let claimed = self.connection().fetch(statement, |row| Ok(row.text(0)?.to_owned())).await?;
        if !claimed.iter().any(|fields| fields.split(',').any(|field| field == tie.field)) {
            return Ok(());
        }
        let def = def.ok_or_else(|| StoreError::UnknownKind { kind: tie.kind.clone() })?;
        self.connection().execute(Statement::new(UNCLAIM).text(&tie.kind).id(tie.id)).await?;
        for unique in def.unique_values(body) {
            if !self.claim_if_free(&tie.kind, tie.id, &unique).await? {
                return Err(StoreError::Unique { kind: tie.kind.clone(), field: unique.field.to_owned() });
            }
        }
        Ok(())
    }
}

fn tie(row: &impl Row) -> Result<Tie, StoreError> {
    let rule = match row.text(3)? {
        "cascade" => Rule::Cascade,
        "restrict" => Rule::Restrict,
        _ => Rule::SetNull,
    };
    Ok(Tie { kind: row.text(1)?.to_owned(), id: row.id(0)?, field: row.text(2)?.to_owned(), rule })
}
