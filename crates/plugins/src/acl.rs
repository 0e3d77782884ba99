//! `acl`: which groups of consumers may pass. So far there are its records only.

mod entities;

pub(crate) use entities::definition as groups;
