//! Lua out of a configuration, shut in: it may compute, and ask the one who runs it; it can neither hold up a thread
//! nor take more memory than it is given.
//!
//! A [`Sandbox`] is one state of LuaJIT with its compiler off, for one thread. What it runs is bounded by steps, by time
//! and by memory ([`Limits`]); whatever of Lua's library can do much within one call is our own ([`pattern`] has the
//! patterns), or pays for what it does. Nothing in it reaches files, processes, the network, byte code or the state
//! itself. What the code may ask of its surroundings is a [`Host`], there for as long as one call.
//!
//! This crate must not know what a request is, nor Kong's functions that are about one.
//!
//! Start at [`Sandbox`]; `prelude/base.lua` is the library as the code sees it.

mod clock;
mod compile;
mod digest;
mod encoding;
mod failure;
mod json;
mod meter;
mod native;
pub mod pattern;
mod regex;
mod sandbox;
mod strings;

pub use compile::syntax;
pub use failure::Failure;
pub use json::{from_lua as json_of, to_lua as lua_of};
pub use meter::{Exhausted, Limits, Meter};
/// The types of Lua's values; only this crate depends on the crate that they come from.
pub use mlua;
pub use sandbox::{Host, Sandbox};
