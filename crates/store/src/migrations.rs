//! Bringing the tables of a database up to date, and what an administrator may ask about that.

use std::time::Duration;

use async_trait::async_trait;

use crate::StoreError;

/// A step that the tables have taken, or have to take. It has two halves, so that several nodes can be brought up to
/// date one after the other: after `up` the database serves the old and the new program, after `finish` only the new.
#[derive(Debug)]
pub(crate) struct Migration {
    pub(crate) name: &'static str,
    pub(crate) up: &'static str,
    pub(crate) finish: &'static str,
}

/// How far the tables of a database are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// There are no tables yet.
    Empty,
    /// There are tables.
    Bootstrapped(Progress),
}

/// Which steps the tables have taken. Each is named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Those that are done.
    pub executed: Vec<&'static str>,
    /// Those that are begun, and are to be finished when every node is of the new version.
    pub pending: Vec<&'static str>,
    /// Those that this program needs and the database has not taken.
    pub new: Vec<&'static str>,
}

impl Progress {
    /// Of `all` steps the first `begun` were begun, and of these the first `finished` are done. `what` is how an error
    /// calls the database.
    pub(crate) fn of(
        all: &'static [Migration],
        begun: u32,
        finished: u32,
        what: impl FnOnce() -> String,
    ) -> Result<Self, StoreError> {
        let (newer, done) = (all.get(begun as usize..), all.get(finished.min(begun) as usize..begun as usize));
        let (Some(newer), Some(pending)) = (newer, done) else {
            return Err(StoreError::NewerVersion { what: what(), found: begun, known: all.len() as u32 });
        };
        let names = |steps: &[Migration]| steps.iter().map(|step| step.name).collect();
        let executed = names(&all[..finished.min(begun) as usize]);
        Ok(Self { executed, pending: names(pending), new: names(newer) })
    }
}

/// What of the past is done once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Nothing: what is done is done.
    Nothing,
    /// Every step that the tables have taken. Steps are such that this harms nothing.
    Executed,
}

/// The tables of a database, and how they change.
#[async_trait]
pub trait Migrations: Send {
    /// How far the tables are.
    ///
    /// # Errors
    /// [`StoreError::NewerVersion`] if a newer Gibbon has changed them.
    async fn state(&mut self) -> Result<SchemaState, StoreError>;

    /// Keeps all others from changing tables until this value is dropped. Whether it could: nobody else was at it, or
    /// had ended within `patience`.
    async fn lock(&mut self, patience: Duration) -> Result<Lock, StoreError>;

    /// Makes the tables and takes every step wholly.
    async fn bootstrap(&mut self) -> Result<(), StoreError>;

    /// Takes the first half of every new step, or of all.
    async fn up(&mut self, repeat: Repeat) -> Result<(), StoreError>;

    /// Takes the second half of every step that is pending, or of all.
    async fn finish(&mut self, repeat: Repeat) -> Result<(), StoreError>;

    /// Takes everything away: records, changes, tables.
    async fn reset(&mut self) -> Result<(), StoreError>;
}

/// Whether tables may be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// They may, and only here.
    Held,
    /// Somebody else is at it.
    Elsewhere,
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: &[Migration] = &[
        Migration { name: "one", up: "", finish: "" },
        Migration { name: "two", up: "", finish: "" },
        Migration { name: "three", up: "", finish: "" },
    ];

    fn progress(begun: u32, finished: u32) -> Result<Progress, StoreError> {
        Progress::of(STEPS, begun, finished, || "the database `x`".to_owned())
    }

    #[test]
    fn steps_are_done_pending_or_new() {
        let expected = Progress { executed: vec!["one"], pending: vec!["two"], new: vec!["three"] };
        assert_eq!(progress(2, 1).unwrap(), expected);
        assert_eq!(progress(0, 0).unwrap().new, ["one", "two", "three"]);
        assert_eq!(progress(3, 3).unwrap(), Progress { executed: vec!["one", "two", "three"], ..Progress::default() });
    }

    #[test]
    fn more_steps_than_are_known_are_of_a_newer_program() {
        let error = progress(4, 3).unwrap_err();
        assert!(matches!(error, StoreError::NewerVersion { found: 4, known: 3, .. }), "{error:?}");
    }
}
