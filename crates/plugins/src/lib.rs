//! The plugins of the gateway: one folder each, and the list of them.
//!
//! A plugin's folder has `config.rs` (what it can be told: the schema and the typed form), `handler.rs` (what it does
//! to a request), `entities.rs` where it keeps records of its own, its tests and a README for those who use it. What
//! several authentication plugins share is in `authentication`. To add a plugin, write its folder and its line in
//! [`registry`]; to remove one, delete both.
//!
//! This crate must not know sockets, databases, or the engine that carries HTTP: a plugin sees a request through
//! `gibbon_plugin_api` and nothing else.
//!
//! Start reading at [`registry`], then at the README of a plugin.

mod acl;
mod acme;
mod authentication;
pub mod basic_auth;
mod config_error;
mod field_name;
mod hmac_auth;
pub mod jwt;
pub mod key_auth;
mod oauth2;
mod owner;
mod password;
pub mod registry;
mod session;

#[cfg(test)]
mod fixture;
