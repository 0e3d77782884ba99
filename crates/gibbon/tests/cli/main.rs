//! The command line as a user sees it: arguments in; text, status and files out.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod certificates;
mod command;
mod config;
mod manager;
mod migrate;
mod place;
mod postgres;
mod running;
mod tls;
mod vault;
mod without_database;
mod without_gateway;
