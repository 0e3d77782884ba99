//! The phases of a request, on types of our own: nothing here names the engine but for bodies and addresses.
//!
//! [`request`] lists the phases in order, and [`exchange`] is what is known of a request meanwhile; each of the other
//! files is one of the phases.

pub(crate) mod access;
mod admission;
pub(crate) mod arrival;
pub(crate) mod buffering;
pub(crate) mod chain;
pub(crate) mod client;
pub(crate) mod copying;
pub(crate) mod debug_fields;
pub(crate) mod error;
pub(crate) mod error_page;
pub(crate) mod exchange;
pub(crate) mod filtering;
mod following;
pub(crate) mod forwarded;
pub(crate) mod grpc;
pub(crate) mod hop_by_hop;
mod log_line;
pub(crate) mod negotiation;
pub(crate) mod noting;
pub(crate) mod real_ip;
pub(crate) mod request;
pub(crate) mod request_id;
pub(crate) mod response;
pub(crate) mod rewriting;
pub(crate) mod routing;
mod served;
pub(crate) mod survey;
pub(crate) mod tail;
pub(crate) mod timing;
pub(crate) mod tunnel;
pub(crate) mod upstream;
