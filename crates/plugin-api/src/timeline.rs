//! When the gateway did what for a request. It is noted only for requests of plugins that ask for it
//! ([`crate::Phases::TIMELINE`]).

use std::time::Duration;

/// One thing that it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What.
    pub what: Activity,
    /// When it began, counted from when the request came.
    pub begun: Duration,
    /// How long it took.
    pub took: Duration,
}

/// Something that the gateway does for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// Finding the route.
    Routing,
    /// The turn of a plugin before the upstream is asked, by the plugin's name.
    Access(&'static str),
    /// The turn of a plugin when there is the head of an answer.
    Response(&'static str),
}
