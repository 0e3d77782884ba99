use gibbon_schema::Object;

/// What one write has left for those who look back.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryEntry {
    /// The revision that the write made.
    pub revision: u64,
    /// What [`Transaction::remember`](crate::Transaction::remember) was given.
    pub entry: Object,
}
