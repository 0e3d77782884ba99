//! The store: every record of the gateway's configuration, kept in a database.
//!
//! A *record* is the prepared JSON body of an entity. The store keeps all kinds of entities in one small set of
//! tables, guided only by the [`EntityDef`](gibbon_schema::EntityDef) that comes with each write, so that a new
//! entity needs no new table. Each write happens in a [`Transaction`], each transaction is one *revision*, and
//! revisions are gapless and in the order of commits, so that a follower that asks for the changes since the
//! revision it knows can miss none.
//!
//! **It must not know** what a service or a route is, how HTTP answers look, or how a snapshot is built. Nothing
//! outside this crate names a SQL crate, and no type of one appears in its interface.
//!
//! **Start reading** at [`Store`] and [`Transaction`], then `sql.rs`, which implements them for both databases,
//! `sqlite.rs` and `postgres.rs`, which are what each has of its own, and `sqlite/migrations/`, which has the tables. What a backend must do is written down as tests in `tests/contract/`;
//! a backend is done when it passes them.

mod announcements;
mod body;
mod change;
mod count;
mod error;
mod history;
mod migrations;
mod mirrored;
mod options;
mod page;
mod sql;
mod store;
mod transaction;
mod unique_key;

pub mod postgres;
pub mod sqlite;

pub use announcements::{Announcement, Announcements};
pub use change::{Change, Changes, Op};
pub use count::Count;
pub use error::StoreError;
pub use history::HistoryEntry;
pub use migrations::{Lock, Migrations, Progress, Repeat, SchemaState};
pub use mirrored::Mirrored;
pub use options::{Clock, Kinds, Options};
pub use page::{Filter, Page, PageRequest, TagFilter, TagPage, TagPageRequest, TagRow};
pub use store::{Loaded, Store};
pub use transaction::{Deleted, Transaction};
