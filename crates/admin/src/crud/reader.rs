use gibbon_schema::Object;
use gibbon_store::{Store, StoreError, Transaction};
use uuid::Uuid;

/// Where a record is read: in what is committed, or in a change under way.
pub(crate) enum Reader<'a> {
    /// What is committed.
    Store(&'a dyn Store),
    /// What a change sees.
    Transaction(&'a mut dyn Transaction),
}

impl Reader<'_> {
    /// The record with this id.
    pub(crate) async fn get(&mut self, kind: &str, id: Uuid) -> Result<Option<Object>, StoreError> {
        match self {
            Self::Store(store) => store.get(kind, id).await,
            Self::Transaction(transaction) => transaction.get(kind, id).await,
        }
    }

    /// The record that has `value` in the unique field `field`.
    pub(crate) async fn find(&mut self, kind: &str, field: &str, value: &str) -> Result<Option<Object>, StoreError> {
        match self {
            Self::Store(store) => store.find(kind, field, value).await,
            Self::Transaction(transaction) => transaction.find(kind, field, value).await,
        }
    }
}
