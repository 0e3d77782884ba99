//! `session`: clients that are remembered by a cookie. So far there are its records only.

mod entities;

pub(crate) use entities::{metadatas, sessions};
