//! The consumer whose credential a record is.

use gibbon_schema::{Field, OnDelete, field};

/// The field of that name: it must have a value, and the record goes with the consumer.
pub(crate) fn consumer() -> Field {
    field("consumer").foreign("consumers").required().on_delete(OnDelete::Cascade).describe("Whose credential it is.")
}
