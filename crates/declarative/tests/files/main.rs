//! Files of configuration from text to records and back, with the entities of the core and some that are made up.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod applying;
mod fitting;
mod reading;
mod refusing;
mod round_trip;
mod world;
