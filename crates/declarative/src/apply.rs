//! Records into a store, in one transaction of the caller's.

use std::collections::HashSet;
use std::fmt;

use gibbon_schema::{EntityDef, Object, inline_table};
use gibbon_store::{Deleted, StoreError, Transaction};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kinds::Kinds;

/// What becomes of the records that the store has and the file has not.
#[derive(Debug, Clone, Copy)]
pub enum Extent<'r> {
    /// They stay.
    Addition,
    /// They go: the file is the whole. These are all that the store has.
    Whole(&'r [(String, Object)]),
    /// Everything that the store has goes first. Unlike with [`Whole`](Self::Whole), records can then exchange unique
    /// values, at the price of writing those again that have not changed.
    Anew(&'r [(String, Object)]),
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    /// Records that were added or changed.
    pub written: usize,
    /// Records that were there already, just so.
    pub unchanged: usize,
    /// Records that were removed.
    pub removed: usize,
}

/// A record that the store does not take.
#[derive(Debug)]
pub struct ApplyError {
    /// Why.
    pub source: StoreError,
    /// The record; none if it was one to be removed.
    record: Option<Object>,
}

/// Writes records; a record that is there already is replaced by its id, and left alone where only its times differ.
///
/// The transaction checks references when it is committed. After an error it can only be rolled back.
///
/// # Errors
/// The first record that the store does not take.
pub async fn apply(
    tx: &mut dyn Transaction,
    kinds: &Kinds<'_>,
    records: &[(&EntityDef, Object)],
    extent: Extent<'_>,
) -> Result<Applied, ApplyError> {
    tx.defer_references();
    let mut applied = Applied::default();
    if let Extent::Anew(present) = extent {
        applied.removed += remove(tx, kinds, present, &HashSet::new()).await?;
    }
    for (def, record) in records {
        match write(tx, def, record).await {
            Ok(Wrote::Something) => applied.written += 1,
            Ok(Wrote::Nothing) => applied.unchanged += 1,
            Err(source) => return Err(ApplyError { source, record: Some(record.clone()) }),
        }
    }
    if let Extent::Whole(present) = extent {
        let kept = records.iter().filter_map(|(def, record)| Some((def.name, id_of(record)?))).collect();
        applied.removed += remove(tx, kinds, present, &kept).await?;
    }
    Ok(applied)
}

enum Wrote {
    Something,
    Nothing,
}

async fn write(tx: &mut dyn Transaction, def: &EntityDef, record: &Object) -> Result<Wrote, StoreError> {
    let id = id_of(record).ok_or_else(|| StoreError::MissingId { kind: def.name.to_owned() })?;
    match tx.get(def.name, id).await? {
        Some(present) if is_same(&present, record) => return Ok(Wrote::Nothing),
        Some(_) => tx.replace(def, record).await?,
        None => tx.insert(def, record).await?,
    }
    Ok(Wrote::Something)
}

/// Whether two records are the same but for their times.
fn is_same(present: &Object, record: &Object) -> bool {
    let is_time = |name: &str| matches!(name, "created_at" | "updated_at");
    let said = |name: &str, value: &Value| is_time(name) || present.get(name).unwrap_or(&Value::Null) == value;
    let known = |name: &str| record.contains_key(name);
    record.iter().all(|(name, value)| said(name, value)) && present.keys().all(|name| known(name))
}

/// Removes what is present and not kept, those that refer to others before these.
async fn remove(
    tx: &mut dyn Transaction,
    kinds: &Kinds<'_>,
    present: &[(String, Object)],
    kept: &HashSet<(&str, Uuid)>,
) -> Result<usize, ApplyError> {
    let mut removed = 0;
    for def in kinds.iter().rev() {
        let of_kind = present.iter().filter(|(kind, _)| kind == def.name);
        for id in of_kind.filter_map(|(_, record)| id_of(record)).filter(|id| !kept.contains(&(def.name, *id))) {
            let deleted = tx.delete(def.name, id).await.map_err(|source| ApplyError { source, record: None })?;
            removed += usize::from(deleted == Deleted::Removed);
        }
    }
    Ok(removed)
}

fn id_of(record: &Object) -> Option<Uuid> {
    Uuid::try_parse(record.get("id")?.as_str()?).ok()
}

/// In the words that the Admin API has for the same.
impl fmt::Display for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            StoreError::Unique { field, .. } => {
                let value = |field: &str| self.record.as_ref().and_then(|record| record.get(field)).cloned();
                let values = field.split(',').map(|field| (field.to_owned(), value(field).unwrap_or_default()));
                let key = inline_table(&Value::Object(values.collect()));
                write!(f, "UNIQUE violation detected on '{key}'")
            }
            StoreError::ForeignKey { target, id, .. } => {
                let key = inline_table(&json!({ "id": id }));
                write!(f, "the foreign key '{key}' does not reference an existing '{target}' entity.")
            }
            StoreError::Referenced { kind, by } => {
                write!(f, "an existing '{by}' entity references this '{kind}' entity")
            }
            other => other.fmt(f),
        }
    }
}

impl std::error::Error for ApplyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
