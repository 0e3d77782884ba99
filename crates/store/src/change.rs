use std::collections::HashMap;

use gibbon_schema::Object;
use uuid::Uuid;

/// What happened to one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The revision that did it.
    pub revision: u64,
    /// The kind of the record.
    pub kind: String,
    /// Its id.
    pub id: Uuid,
    /// What was done.
    pub op: Op,
}

/// What was done to a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// It was added or changed, and this is its body now.
    Put(Object),
    /// It is gone.
    Delete,
}

/// The answer to "what has changed since?".
#[derive(Clone, Debug, PartialEq)]
pub enum Changes {
    /// The last change of each record that was touched, in the order of revisions. A record that was touched and is
    /// gone by now, deleted or expired, is a [`Op::Delete`].
    List(Vec<Change>),
    /// The store no longer knows, or has never seen that revision: load everything.
    TooFarBehind,
}

/// The changes of one transaction, one for each record.
pub(crate) struct ChangeLog {
    revision: u64,
    changes: Vec<Change>,
    positions: HashMap<(String, Uuid), usize>,
}

impl ChangeLog {
    pub(crate) fn new(revision: u64) -> Self {
        Self { revision, changes: Vec::new(), positions: HashMap::new() }
    }

    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    pub(crate) fn as_slice(&self) -> &[Change] {
        &self.changes
    }

    pub(crate) fn put(&mut self, kind: &str, id: Uuid, body: Object) {
        self.record(kind, id, Op::Put(body));
    }

    pub(crate) fn delete(&mut self, kind: &str, id: Uuid) {
        self.record(kind, id, Op::Delete);
    }

    fn record(&mut self, kind: &str, id: Uuid, op: Op) {
        match self.positions.get(&(kind.to_owned(), id)) {
            Some(&position) => self.changes[position].op = op,
            None => {
                self.positions.insert((kind.to_owned(), id), self.changes.len());
                self.changes.push(Change { revision: self.revision, kind: kind.to_owned(), id, op });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_change_of_a_record_counts_in_the_place_of_its_first() {
        let mut log = ChangeLog::new(7);
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        log.put("services", first, Object::new());
        log.put("services", second, Object::new());
        log.delete("services", first);
        let seen: Vec<_> = log.as_slice().iter().map(|change| (change.id, change.op.clone())).collect();
        assert_eq!(seen, [(first, Op::Delete), (second, Op::Put(Object::new()))]);
    }

    #[test]
    fn records_of_different_kinds_may_share_an_id() {
        let mut log = ChangeLog::new(1);
        log.delete("services", Uuid::nil());
        log.delete("routes", Uuid::nil());
        assert_eq!(log.as_slice().len(), 2);
    }
}
