//! How configuration becomes live: what is specified here holds for every store and every plugin.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up should fail where it stands")]

mod faults;
mod fixture;
mod increments;
mod plans;
mod postgres;
mod secrets;
mod streams;
mod upstreams;
mod writes;
