//! Clients that keep sending while everything about the gateway changes: each request is answered, and none is lost.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[path = "../cli/command.rs"]
#[allow(dead_code, reason = "other tests need more of it")]
mod command;
mod handover;
mod load;
mod multiplexed;
#[path = "../cli/place.rs"]
#[allow(dead_code, reason = "other tests need more of it")]
mod place;
mod streams;
mod targets;
mod world;
mod writes;
