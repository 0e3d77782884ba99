use uuid::Uuid;

use super::Statement;
use crate::StoreError;

/// Something that statements can be run on.
pub(crate) trait Connection: Send {
    /// A row of an answer.
    type Row: Row;

    /// The words of this database.
    const SYNTAX: Syntax;

    /// Runs a statement and reads each row of the answer as it comes, so that the rows of a large one are never in
    /// memory all at once.
    fn fetch<T: Send + Unpin>(
        &mut self,
        statement: Statement<'_>,
        read: impl FnMut(&Self::Row) -> Result<T, StoreError> + Send,
    ) -> impl Future<Output = Result<Vec<T>, StoreError>> + Send;

    /// Runs a statement that changes rows, and tells how many.
    fn execute(&mut self, statement: Statement<'_>) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// The first row of the answer, if there is one.
    fn fetch_optional<T: Send + Unpin>(
        &mut self,
        statement: Statement<'_>,
        read: impl FnMut(&Self::Row) -> Result<T, StoreError> + Send,
    ) -> impl Future<Output = Result<Option<T>, StoreError>> + Send {
        async move { Ok(self.fetch(statement, read).await?.into_iter().next()) }
    }

    /// The one row of an answer that always has one.
    fn fetch_one<T: Send + Unpin>(
        &mut self,
        statement: Statement<'_>,
        read: impl FnMut(&Self::Row) -> Result<T, StoreError> + Send,
    ) -> impl Future<Output = Result<T, StoreError>> + Send {
        async move {
            let row = self.fetch_optional(statement, read).await?;
            row.ok_or_else(|| StoreError::Corrupt("a row that is always there is missing".to_owned()))
        }
    }
}

/// The columns of a row, by their place.
pub(crate) trait Row {
    /// Text of ours: a body, a kind, a field.
    fn text(&self, column: usize) -> Result<&str, StoreError> {
        let text = self.optional_text(column)?;
        text.ok_or_else(|| StoreError::Corrupt("a column that is never null is null".to_owned()))
    }
    /// Text of ours, or null.
    fn optional_text(&self, column: usize) -> Result<Option<&str>, StoreError>;
    /// Text that came from outside and may hold anything: [`Parameter::Exact`](super::Parameter::Exact).
    fn exact(&self, column: usize) -> Result<String, StoreError>;
    /// A number.
    fn number(&self, column: usize) -> Result<i64, StoreError> {
        let number = self.optional_number(column)?;
        number.ok_or_else(|| StoreError::Corrupt("a column that is never null is null".to_owned()))
    }
    /// A number, or null.
    fn optional_number(&self, column: usize) -> Result<Option<i64>, StoreError>;
    /// An id.
    fn id(&self, column: usize) -> Result<Uuid, StoreError>;
    /// A number that cannot be negative, from a column that has a sign.
    fn unsigned(&self, column: usize) -> Result<u64, StoreError> {
        let number = self.number(column)?;
        u64::try_from(number).map_err(|_| StoreError::Corrupt(format!("a revision is `{number}`")))
    }
}

/// Where the languages of the databases differ.
pub(crate) struct Syntax {
    /// Joins a table in such a way that the tables before it are walked first, where the database has to be told.
    pub(crate) join: &'static str,
    /// What goes between `FROM` and `ON` for the elements of a JSON array in parameter 1, as `value` of a table `c`.
    pub(crate) elements: &'static str,
    /// The id that is the second part of such an element.
    pub(crate) element_id: &'static str,
}
