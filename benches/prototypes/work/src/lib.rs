//! What both prototypes do besides carrying HTTP, so that they are compared on the same work: take a prefix off the
//! path, and check a token if they are told to.
//!
//! They are told by variables: `PROTOTYPE_PORT`, `PROTOTYPE_UPSTREAM` (an address), `PROTOTYPE_CHECK` (`off`, `hs`, `rs`,
//! `rs-cached`) and `PROTOTYPE_KEYS` (the folder that the `tokens` tool writes).

mod check;

use std::net::SocketAddr;

pub use check::Check;

/// The one route: its prefix is taken off.
pub const PREFIX: &str = "/svc";

/// What a prototype is told.
pub struct Settings {
    pub port: u16,
    pub upstream: SocketAddr,
    pub check: Check,
}

impl Settings {
    /// From the variables; panics, since nobody runs a prototype by hand.
    pub fn from_environment() -> Self {
        let variable = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
        let check = match variable("PROTOTYPE_CHECK").as_str() {
            "off" => Check::off(),
            kind => Check::new(kind, variable("PROTOTYPE_KEYS").as_ref()),
        };
        Settings {
            port: variable("PROTOTYPE_PORT").parse().expect("a port"),
            upstream: variable("PROTOTYPE_UPSTREAM").parse().expect("an address"),
            check,
        }
    }
}
