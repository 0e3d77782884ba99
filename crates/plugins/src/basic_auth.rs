//! `basic-auth`: a name and a password (RFC 7617). So far there are its records, and how a password is checked.

mod entities;
mod stored;

pub(crate) use entities::definition as credentials;
pub use stored::StoredPassword;
