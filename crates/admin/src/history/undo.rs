//! Taking a write back, as a write of its own.

use std::collections::HashSet;
use std::sync::Arc;

use gibbon_runtime::{CommitError, Configuration, Definitions};
use gibbon_schema::Object;
use gibbon_store::{StoreError, Transaction};
use uuid::Uuid;

use super::entry::{Author, Changed, Entry, capture};
use crate::answer::Answer;
use crate::error::{ApiError, Obstacle};

/// Puts back what the write of a revision changed, all of it or nothing.
///
/// # Errors
/// [`ApiError::NotFound`] where that write is not remembered, and [`ApiError::Conflict`] where something has happened
/// since that would be lost.
pub(crate) async fn undo(configuration: Arc<Configuration>, revision: u64, author: Author) -> Result<Answer, ApiError> {
    let entry = Entry::find(&**configuration.store(), revision).await?.ok_or(ApiError::NotFound)?;
    let definitions = configuration.definitions();
    let mut write = configuration.write().await?;
    let conflict = |obstacles| ApiError::Conflict { revision, obstacles };
    if let Err(error) = take_back(write.tx(), definitions, &entry).await {
        write.rollback().await?;
        return Err(error.into_api(conflict));
    }
    let mut new = capture(&configuration, write.tx().changes(), author, entry.entity.clone()).await?;
    new.undoes = Some(revision);
    write.tx().remember(&new.stored()).await?;
    match write.commit().await {
        Ok(made) => Ok(Answer::ok(new.shown(made, definitions)).of(new)),
        Err(CommitError::Unbuildable(faults)) => {
            let obstacle = |fault: gibbon_runtime::Fault| Obstacle {
                kind: fault.kind.to_owned(),
                id: Some(fault.id),
                reason: fault.reason,
            };
            Err(conflict(faults.into_iter().map(obstacle).collect()))
        }
        Err(error) => Err(error.into()),
    }
}

/// Why it cannot be taken back.
enum Trouble {
    Obstacles(Vec<Obstacle>),
    Store(StoreError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        match obstacle(&error) {
            Some(obstacle) => Self::Obstacles(vec![obstacle]),
            None => Self::Store(error),
        }
    }
}

impl Trouble {
    fn into_api(self, conflict: impl FnOnce(Vec<Obstacle>) -> ApiError) -> ApiError {
        match self {
            Self::Obstacles(obstacles) => conflict(obstacles),
            Self::Store(error) => error.into(),
        }
    }
}

async fn take_back(tx: &mut dyn Transaction, definitions: &Definitions, entry: &Entry) -> Result<(), Trouble> {
    let mut obstacles = Vec::new();
    for change in &entry.changes {
        obstacles.extend(changed_since(tx, change).await?);
    }
    if !obstacles.is_empty() {
        return Err(Trouble::Obstacles(obstacles));
    }
    // Records come back in any order; and before one is deleted, what refers to it refers elsewhere again.
    tx.defer_references();
    for (change, before) in entry.changes.iter().filter_map(|change| Some((change, change.before.as_ref()?))) {
        let def = definitions.get(&change.kind).ok_or_else(|| unknown(change))?;
        tx.replace(def, before).await?;
    }
    for change in entry.changes.iter().filter(|change| change.before.is_none()) {
        tx.delete(&change.kind, change.id).await?;
    }
    tx.check_references().await?;
    no_others(tx, entry)
}

/// A record must be as the write left it.
async fn changed_since(tx: &mut dyn Transaction, change: &Changed) -> Result<Option<Obstacle>, StoreError> {
    let now = tx.get(&change.kind, change.id).await?;
    let reason = match (&change.after, now) {
        (Some(after), Some(now)) if !same(after, &now) => "it has changed since",
        (Some(_), None) => "it has been deleted since",
        (None, Some(_)) => "it has been created again since",
        _ => return Ok(None),
    };
    Ok(Some(Obstacle { kind: change.kind.clone(), id: Some(change.id), reason: reason.to_owned() }))
}

/// What is left of a life shrinks by itself; that is no change.
fn same(one: &Object, other: &Object) -> bool {
    let lasting = |record: &Object| {
        let mut record = record.clone();
        record.remove("ttl");
        record
    };
    lasting(one) == lasting(other)
}

/// A deletion may take along only what the write itself had made.
fn no_others(tx: &dyn Transaction, entry: &Entry) -> Result<(), Trouble> {
    let known: HashSet<(&str, Uuid)> = entry.changes.iter().map(|change| (change.kind.as_str(), change.id)).collect();
    let others = tx.changes().iter().filter(|change| !known.contains(&(change.kind.as_str(), change.id)));
    let obstacles: Vec<_> = others
        .map(|change| Obstacle {
            kind: change.kind.clone(),
            id: Some(change.id),
            reason: "it was made since and hangs on what would be deleted".to_owned(),
        })
        .collect();
    if obstacles.is_empty() { Ok(()) } else { Err(Trouble::Obstacles(obstacles)) }
}

fn unknown(change: &Changed) -> Trouble {
    let reason = "this gateway does not have that kind of record".to_owned();
    Trouble::Obstacles(vec![Obstacle { kind: change.kind.clone(), id: Some(change.id), reason }])
}

/// What the store says of a record that cannot come back, or go.
fn obstacle(error: &StoreError) -> Option<Obstacle> {
    let (kind, id, reason) = match error {
        StoreError::Unique { kind, field } => (kind, None, format!("another record has the same `{field}` now")),
        StoreError::ForeignKey { field, target, id } => {
            (target, Some(*id), format!("it is gone, and `{field}` refers to it"))
        }
        StoreError::Referenced { kind, by } => (kind, None, format!("a record of `{by}` refers to it")),
        _ => return None,
    };
    Some(Obstacle { kind: kind.clone(), id, reason })
}
