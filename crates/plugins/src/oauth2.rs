//! `oauth2`: tokens that the gateway gives out itself. So far there are its records only.

mod entities;

pub(crate) use entities::{authorization_codes, credentials, tokens};
