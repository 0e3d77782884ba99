//! What a node sees of the requests that it serves, kept in memory: counts of each worker, and what they came to second
//! by second in the last minutes.
//!
//! A worker adds to numbers that are its own ([`Tally`]): no lock, no memory, no clock. Somebody else looks at them once
//! a second ([`Traffic::totals`]) and keeps what came in between ([`Past`]).
//!
//! **It must not know** what a request is, nor how anybody is told. **Start reading** at [`Tally`].

mod latency;
mod past;
mod reason;
mod tally;
mod totals;

pub use latency::{Latencies, Percentiles};
pub use past::{Past, SECONDS, Sample};
pub use reason::Reason;
pub use tally::Tally;
pub use totals::{Totals, Traffic};
