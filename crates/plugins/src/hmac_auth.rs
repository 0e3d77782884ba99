//! `hmac-auth`: requests that are signed with a shared secret. So far there are its records only.

mod entities;

pub(crate) use entities::definition as credentials;
