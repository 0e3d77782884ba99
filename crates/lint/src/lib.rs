//! What is allowed and surely not meant: configurations that Kong and this gateway take, and that do not do what whoever
//! wrote them believes.
//!
//! [`all`] looks at a whole revision, [`of_record`] at one record alone, and [`of_written`] at what concerns a record that
//! was just written. Each rule is a file of `rules/` and looks at one entity at a time, so that a write costs no more than
//! what it concerns.
//!
//! **It must not know** requests, sockets or databases. **Start reading** at `rules`, the list of all.

mod answering;
mod authentication;
mod budget;
mod finding;
mod probe;
mod rules;
mod scene;

pub use finding::{Finding, Severity};
pub use rules::{all, codes, of_record, of_written};

/// The entity whose records hold keys, which [`of_record`] looks at.
pub const KEYS: &str = "jwt_secrets";
