//! One file a section: its keys and the type that they are read into.

pub(crate) mod admin;
pub(crate) mod database;
pub(crate) mod declarative;
pub(crate) mod dns;
pub(crate) mod error_pages;
pub(crate) mod general;
pub(crate) mod headers;
pub(crate) mod jwt;
pub(crate) mod limits;
pub(crate) mod log_format;
pub(crate) mod logs;
pub(crate) mod lua;
pub(crate) mod manager;
pub(crate) mod postgres;
pub(crate) mod proxy;
pub(crate) mod real_ip;
pub(crate) mod request_debug;
pub(crate) mod router;
pub(crate) mod status;
pub(crate) mod stored_answers;
pub(crate) mod streams;
pub(crate) mod tls;
pub(crate) mod tracing;
pub(crate) mod upstream;
pub(crate) mod vaults;
