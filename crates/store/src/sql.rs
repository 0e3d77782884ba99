//! What the databases have in common: the statements, and what they are run for. SQLite and PostgreSQL hold the same
//! tables and understand nearly the same SQL, so that each operation is written once, against a [`Connection`]; where
//! the two differ in a word, that word is in [`Syntax`]. What is really their own (how they are opened, how many
//! connections there are, what their errors mean) is in `sqlite/` and `postgres/`.

mod changes;
mod connection;
mod counters;
mod delete;
mod history;
mod page;
mod read;
mod statement;
mod store;
mod tagged;
mod transaction;
mod write;

pub(crate) use connection::{Connection, Row, Syntax};
#[cfg(test)]
pub(crate) use page::statement as page_statement;
pub(crate) use statement::{Parameter, Statement};
pub(crate) use store::Pools;
pub(crate) use transaction::{Session, TAKE_REVISION};

pub(crate) use store::SqlStore;
