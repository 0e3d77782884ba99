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

pub mod acl;
pub mod acme;
mod authentication;
pub mod basic_auth;
mod body_format;
pub mod bot_detection;
mod collector;
mod config_error;
pub mod correlation_id;
pub mod cors;
mod counting;
mod custom_fields;
pub mod datadog;
mod datagrams;
mod delivery;
mod document_log;
mod encryption;
mod field_name;
pub mod file_log;
mod functions;
pub mod grpc_gateway;
mod grpc_proto;
pub mod grpc_web;
pub mod hmac_auth;
pub mod http_log;
pub mod ip_restriction;
mod json_text;
pub mod jwt;
pub mod key_auth;
pub mod ldap_auth;
mod log_document;
pub mod loggly;
mod lua;
mod media_type;
mod multipart;
pub mod oauth2;
pub mod opentelemetry;
mod overflow;
mod owner;
mod pair;
mod password;
pub mod post_function;
pub mod pre_function;
pub mod prometheus;
mod propagation;
pub mod proxy_cache;
mod queue;
pub mod rate_limiting;
mod recent;
pub mod redirect;
mod regex;
pub mod registry;
pub mod request_size_limiting;
pub mod request_termination;
pub mod request_transformer;
pub mod response_ratelimiting;
pub mod response_transformer;
mod sampling;
mod schema_of;
mod series;
pub mod session;
mod several;
mod severity;
pub mod standard_webhooks;
mod statistic;
pub mod statsd;
pub mod syslog;
pub mod tcp_log;
mod template;
mod timestamp;
pub mod udp_log;
mod waiting;
pub mod zipkin;

#[cfg(test)]
mod fixture;
