//! The look-ups that a request may make: all in memory, all in one revision of the configuration.

use std::any::Any;
use std::sync::Arc;

use gibbon_entities::Consumer;
use uuid::Uuid;

use crate::mark::Mark;

/// Consumers and credentials as they stand in the revision that the request sees.
pub trait Directory {
    /// A consumer by its id.
    fn consumer(&self, id: Uuid) -> Option<&Arc<Consumer>>;

    /// A consumer by its username.
    fn consumer_named(&self, username: &str) -> Option<&Arc<Consumer>>;

    /// A consumer by its custom id.
    fn consumer_by_custom_id(&self, custom_id: &str) -> Option<&Arc<Consumer>>;

    /// A credential of `kind` by its key.
    fn credential(&self, kind: &'static str, key: &str) -> Option<&Arc<dyn Any + Send + Sync>>;

    /// A credential of `kind` by the id of its record.
    fn credential_by_id(&self, kind: &'static str, id: Uuid) -> Option<&Arc<dyn Any + Send + Sync>>;

    /// What is kept of the record of `kind` with this id, where that is of a [`crate::MarkDef`].
    fn mark(&self, kind: &'static str, id: Uuid) -> Option<Mark> {
        let _ = (kind, id);
        None
    }

    /// Whether there is any such record of `kind`.
    fn has_marks(&self, kind: &'static str) -> bool {
        let _ = kind;
        false
    }

    /// The credentials of `kind` whose keys begin with `prefix`, in the order of their keys.
    fn credentials_below<'d>(
        &'d self,
        kind: &'static str,
        prefix: &'d str,
    ) -> Box<dyn Iterator<Item = &'d Arc<dyn Any + Send + Sync>> + 'd>;
}
