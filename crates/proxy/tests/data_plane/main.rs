//! What the data plane does, seen from outside: a client's socket on one side, an upstream's on the other.
//!
//! Each module is one subject, each test one sentence about it. Nothing here knows which engine carries HTTP.
#![cfg(test)]

mod access_log;
mod active_checks;
mod balancing;
mod before_nginx;
mod bodies;
mod body_streams;
mod broken_upstreams;
mod client_leaves;
mod connections;
mod counted;
mod drain;
mod error_pages;
mod expressions;
mod followed;
mod forwarded;
mod framing;
mod grpc;
mod hashing;
mod hop_by_hop;
mod http2;
mod http2_floods;
mod http2_frames;
mod https_upstreams;
mod identity;
mod limits;
mod marks;
mod messages;
mod names;
mod names_of_targets;
mod noise;
mod passive_checks;
mod path_attacks;
mod paths;
mod plugins;
mod proxy_protocol;
mod reconfiguration;
mod retries;
mod router_flavors;
mod routing;
mod several_addresses;
mod smuggling;
mod streams;
mod timeouts;
mod timing;
mod tls;
mod websocket;
