//! What can go wrong with a request, and the one place that turns it into an answer: `error/wire.rs`.

use std::error::Error;

use gibbon_runtime::{CommitError, WriteError};
use gibbon_schema::{Object, Violations};
use gibbon_store::StoreError;
use serde_json::Value;
use uuid::Uuid;

mod wire;

/// Why a request was not done. Texts are those that users of Kong see.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// There is no such path or no such record.
    #[error("not found")]
    NotFound,
    /// There is no such record; the text is for the client.
    #[error("not found: {0}")]
    Missing(&'static str),
    /// The path is there, the method is not.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The body has a type that is not read here.
    #[error("unsupported media type")]
    UnsupportedMediaType,
    /// The body cannot be read; the text is for the client, such as `Cannot parse JSON body`.
    #[error("unreadable body: {0}")]
    BadBody(&'static str),
    /// The body is larger than is read here.
    #[error("the body is too large")]
    BodyTooLarge,
    /// The client broke a rule of HTTP or of this API that has no code; the text is for the client.
    #[error("bad request: {0}")]
    BadRequest(String),
    /// The browser that sent it is not trusted; the text is for the client.
    #[error("forbidden: {0}")]
    Forbidden(String),
    /// No token that is known, where one is asked for.
    #[error("unauthorized: {reason}")]
    Unauthorized {
        /// What is missing, for the client.
        reason: &'static str,
    },
    /// The address has shown too many wrong tokens.
    #[error("too many wrong tokens")]
    TooManyTries {
        /// How long it has to wait.
        seconds: u64,
    },
    /// The record is not in the state that the request names, or is there although it must not be.
    #[error("precondition failed")]
    PreconditionFailed {
        /// The entity tag of the record, if it is there.
        tag: Option<String>,
    },
    /// A write cannot be taken back.
    #[error("the write of revision {revision} cannot be undone")]
    Conflict {
        /// The revision of the write.
        revision: u64,
        /// What stands in the way.
        obstacles: Vec<Obstacle>,
    },
    /// Code 1: a path names a record by something that is no id, and records of the kind have no other key.
    #[error("`{key}` is no primary key")]
    InvalidPrimaryKey {
        /// What the path says.
        key: String,
    },
    /// Code 2: the record is not as its schema wants it.
    #[error(transparent)]
    Violations(#[from] Violations),
    /// Code 3: the id is taken.
    #[error("primary key violation on `{id}`")]
    PrimaryKeyViolation {
        /// The id.
        id: Uuid,
    },
    /// Code 4: a reference names nothing.
    #[error("`{field}` references no record of `{target}`")]
    ForeignKeyViolation {
        /// The foreign field.
        field: String,
        /// The kind that it refers to.
        target: String,
        /// The id that no record has.
        id: Uuid,
    },
    /// Code 4: the record is still referred to.
    #[error("a record of `{by}` still references this one of `{kind}`")]
    Referenced {
        /// The kind of the record.
        kind: String,
        /// The kind that refers to it.
        by: String,
    },
    /// Code 19: a list in another record has the id of this one.
    #[error("a record of `{by}` still lists this one of `{kind}`")]
    Listed {
        /// The kind of the record.
        kind: String,
        /// The id of the record.
        id: Uuid,
        /// The kind that lists it.
        by: String,
        /// The id of one that does.
        by_id: Uuid,
    },
    /// Code 5: a unique value is taken.
    #[error("unique violation")]
    UniqueViolation {
        /// The values that are taken together, by field.
        values: Object,
    },
    /// Code 6: the record to be changed is not there.
    #[error("no record with the key given")]
    NoSuchRecord {
        /// The key, such as `{"id": "…"}`.
        key: Object,
    },
    /// Code 7: the offset of a page is not one of ours.
    #[error("invalid offset")]
    InvalidOffset {
        /// What was sent.
        offset: String,
        /// Why it is none.
        reason: OffsetFault,
    },
    /// Code 9: the size of a page is out of range.
    #[error("invalid size: {reason}")]
    InvalidSize {
        /// Why, in Kong's words.
        reason: &'static str,
    },
    /// Code 10: a path names a record by a value that the unique field cannot have.
    #[error("invalid `{field}`: {reason}")]
    InvalidUnique {
        /// The field.
        field: &'static str,
        /// What its check says of the value.
        reason: String,
    },
    /// Code 11: an option of a listing is malformed.
    #[error("invalid option `{option}`: {reason}")]
    InvalidOption {
        /// The name of the parameter.
        option: &'static str,
        /// Why, in Kong's words.
        reason: &'static str,
    },
    /// Code 12: without a database, records cannot be changed one by one.
    #[error("cannot {verb} `{kind}` without a database")]
    Unsupported {
        /// What was to be done.
        verb: &'static str,
        /// The kind of the record.
        kind: &'static str,
        /// The field by which the path named it; none for the id.
        by: Option<&'static str>,
    },
    /// Code 13: a reference by name names nothing.
    #[error("unresolved foreign keys")]
    UnresolvedReferences(Vec<Unresolved>),
    /// What would be stored cannot be served.
    #[error("unbuildable: {}", .0.join("; "))]
    Unbuildable(Vec<String>),
    /// The store is away.
    #[error("the store is not available")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// Something that should not happen; logged, never shown.
    #[error("internal error: {0}")]
    Internal(String),
}

/// A record that stands in the way of taking a write back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// The kind of the record.
    pub kind: String,
    /// Its id, where it is known.
    pub id: Option<Uuid>,
    /// What is the matter with it.
    pub reason: String,
}

/// Why an offset is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffsetFault {
    /// It is no base64.
    Encoding,
    /// It is not what pages of this kind continue with.
    Content,
}

/// A reference by name that names nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved {
    /// The foreign field.
    pub field: &'static str,
    /// The kind that it refers to.
    pub target: &'static str,
    /// The unique field of that kind by which it was looked for.
    pub by: &'static str,
    /// The value that no record has there.
    pub value: String,
}

impl ApiError {
    /// What the store says of a write of `body`.
    pub(crate) fn of_write(error: StoreError, body: &Object) -> Self {
        match error {
            StoreError::Unique { field, .. } => {
                let values = field.split(',').map(|field| {
                    let value = body.get(field).cloned().unwrap_or(Value::Null);
                    (field.to_owned(), value)
                });
                Self::UniqueViolation { values: values.collect() }
            }
            other => other.into(),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::PrimaryKey { id, .. } => Self::PrimaryKeyViolation { id },
            StoreError::ForeignKey { field, target, id } => Self::ForeignKeyViolation { field, target, id },
            StoreError::Referenced { kind, by } => Self::Referenced { kind, by },
            error @ StoreError::Unavailable(_) => Self::Unavailable(error.into()),
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<WriteError> for ApiError {
    fn from(error: WriteError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<CommitError> for ApiError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Unbuildable(faults) => Self::Unbuildable(faults.iter().map(ToString::to_string).collect()),
            CommitError::Store(error) => error.into(),
        }
    }
}
