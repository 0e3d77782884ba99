//! What must hold whatever a stranger sends: a folder or a file for each reader of strangers' bytes.
//!
//! Each [`Target`] has a check that takes any bytes at all and panics where something does not hold, and inputs of its
//! own that are nearly right, since random bytes hardly ever get past a first line. The same check runs in three ways:
//!
//! - a bounded number of inputs with every test run (`tests/bounded.rs`);
//! - for as long as somebody likes: `cargo run --release -p gibbon-strangers -- [target] [seconds]`;
//! - in libFuzzer, which looks for inputs by what they reach: the crate in `fuzz/`; [`seeds`] is where it starts from.
//!
//! [`requests`] and [`answers`] compare what the engine of HTTP/1 reads with what hyper reads from the same bytes.
//!
//! Only tests use this crate. To add a target, write its file and its line in [`TARGETS`].
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a check ends where something does not hold")]

pub mod admin_bodies;
pub mod answers;
pub mod connection;
pub mod declarative_yaml;
pub mod expressions;
pub mod forwarded_headers;
pub mod hmac_parameters;
pub mod jwk;
pub mod jws_parse;
pub mod jwt_plugin;
pub mod mutation;
pub mod path_normalize;
pub mod pem_key;
pub mod proxy_protocol;
pub mod query_arguments;
pub mod requests;
mod second_reader;
pub mod seeds;

use proptest::strategy::BoxedStrategy;

/// Inputs, to be drawn from.
pub type Inputs = BoxedStrategy<Vec<u8>>;

/// A reader of strangers' bytes.
pub struct Target {
    /// Its name, which is that of its file here and of its file in `fuzz/`.
    pub name: &'static str,
    /// Panics where something does not hold.
    pub check: fn(&[u8]),
    /// Inputs that are nearly right.
    pub inputs: fn() -> Inputs,
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "admin_bodies", check: admin_bodies::check, inputs: admin_bodies::inputs },
    Target { name: "answers", check: answers::check, inputs: answers::inputs },
    Target { name: "declarative_yaml", check: declarative_yaml::check, inputs: declarative_yaml::inputs },
    Target { name: "expressions", check: expressions::check, inputs: expressions::inputs },
    Target { name: "forwarded_headers", check: forwarded_headers::check, inputs: forwarded_headers::inputs },
    Target { name: "hmac_parameters", check: hmac_parameters::check, inputs: hmac_parameters::inputs },
    Target { name: "jwk", check: jwk::check, inputs: jwk::inputs },
    Target { name: "jws_parse", check: jws_parse::check, inputs: jws_parse::inputs },
    Target { name: "jwt_plugin", check: jwt_plugin::check, inputs: jwt_plugin::inputs },
    Target { name: "path_normalize", check: path_normalize::check, inputs: path_normalize::inputs },
    Target { name: "pem_key", check: pem_key::check, inputs: pem_key::inputs },
    Target { name: "proxy_protocol", check: proxy_protocol::check, inputs: proxy_protocol::inputs },
    Target { name: "query_arguments", check: query_arguments::check, inputs: query_arguments::inputs },
    Target { name: "requests", check: requests::check, inputs: requests::inputs },
];
