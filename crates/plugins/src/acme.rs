//! `acme`: certificates from an authority that gives them out by itself. So far there are its records only.

mod entities;

pub(crate) use entities::definition as storage;
