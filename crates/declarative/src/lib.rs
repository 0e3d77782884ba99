//! Files of configuration: read, checked as a whole, and written.
//!
//! [`Document::read`] takes the text of a file, YAML or JSON, within hard limits. [`load`] makes prepared records of it:
//! nested entities become flat ones, references by name become ids, what has no id gets one that the same file always
//! gives it, and everything that is wrong with the whole file comes back at once as a [`Rejection`]. [`apply`] puts
//! records into a transaction of a store, and [`export`] writes records as a file that loads to the same.
//!
//! The format is that of Kong Gateway's `kong.yml`, with what decK adds to it. It is derived from the
//! [`EntityDef`](gibbon_schema::EntityDef)s that are handed in.
//!
//! **It must not know** any entity or plugin by name, nor snapshots, nor HTTP.
//!
//! **Start reading** at `load`, which lists the steps.

mod apply;
mod defaults;
mod document;
mod entry;
mod export;
mod faults;
mod fitting;
mod flattened;
mod header;
mod identity;
mod kinds;
mod load;
mod references;
mod rejection;
mod uniqueness;
mod yaml;

pub use apply::{Applied, ApplyError, Extent, apply};
pub use document::{Document, Notation, ReadError};
pub use export::export;
pub use fitting::{LeftOut, load_what_fits};
pub use header::FormatVersion;
pub use kinds::Kinds;
pub use load::{Declaration, load};
pub use rejection::Rejection;
