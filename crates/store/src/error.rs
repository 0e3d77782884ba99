use std::error::Error;

use uuid::Uuid;

use crate::SchemaState;

/// Why the store did not do what it was asked.
///
/// The first five are the caller's doing and become answers of the Admin API; the others are the store's own trouble.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A record of this kind with this id is there already.
    #[error("a record of `{kind}` with the id `{id}` exists already")]
    PrimaryKey {
        /// The kind of the record.
        kind: String,
        /// Its id.
        id: Uuid,
    },
    /// Another record of this kind has the same value in a unique field.
    #[error("another record of `{kind}` has the same `{field}`")]
    Unique {
        /// The kind of both records.
        kind: String,
        /// The field, or the fields of a composite joined by commas.
        field: String,
    },
    /// A foreign field names a record that does not exist.
    #[error("`{field}` refers to `{id}`, which is no record of `{target}`")]
    ForeignKey {
        /// The field that refers.
        field: String,
        /// The kind that it refers to.
        target: String,
        /// The id that no record has.
        id: Uuid,
    },
    /// The record cannot be deleted while others refer to it.
    #[error("a record of `{by}` still refers to this record of `{kind}`")]
    Referenced {
        /// The kind of the record that was to be deleted.
        kind: String,
        /// The kind of a record that refers to it, or to one that would have been deleted with it.
        by: String,
    },
    /// The body has no `id`, or one that is no UUID: it was not prepared by its schema.
    #[error("a record of `{kind}` has no valid `id`")]
    MissingId {
        /// The kind of the record.
        kind: String,
    },
    /// An earlier write of this transaction failed, so that it can only be rolled back.
    #[error("the transaction is void because a write in it has failed")]
    Aborted,
    /// The operation has to rewrite a record of a kind that [`Options::kinds`](crate::Options::kinds) does not know.
    #[error("the kind `{kind}` is not known here, and its record cannot be rewritten without its definition")]
    UnknownKind {
        /// The kind of the record.
        kind: String,
    },
    /// The database or a record in it was written by a newer Gibbon.
    #[error("{what} has the version `{found}`, and this gibbon knows versions up to `{known}`")]
    NewerVersion {
        /// What is newer: the database by its path, or a record by its kind.
        what: String,
        /// The version that was found.
        found: u32,
        /// The newest version that this program understands.
        known: u32,
    },
    /// The tables have to be made, or brought up to date, before this program can use them.
    #[error("the tables of the database are not as this gibbon needs them")]
    Outdated(SchemaState),
    /// What is stored makes no sense: the file is damaged, or is not ours.
    #[error("the store is damaged: {0}")]
    Corrupt(String),
    /// The database does not answer, is locked by another program, or cannot write.
    #[error("the store is not available")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}
