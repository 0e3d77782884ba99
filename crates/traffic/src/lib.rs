//! What a node sees of the requests that it serves, kept in memory: counts of each worker, what they came to second by second
//! in the last minutes, and single requests for those who follow them.
//!
//! A worker adds to numbers that are its own ([`Tally`]): no lock, no memory, no clock. Somebody else looks at them once
//! a second ([`Traffic::totals`]) and keeps what came in between ([`Past`]).
//!
//! **It must not know** what a request is, nor how anybody is told. **Start reading** at [`Tally`].

mod feed;
mod filter;
mod latency;
mod past;
mod reason;
mod seen;
mod tally;
mod totals;
mod trial;

pub use feed::{FOLLOWERS, Following, ROOM};
pub use filter::{Facts, Filter, Known, Named};
pub use latency::{Latencies, Percentiles};
pub use past::{Past, SECONDS, Sample};
pub use reason::Reason;
pub use seen::{Seen, Tried};
pub use tally::Tally;
pub use totals::{Totals, Traffic};
pub use trial::{Course, Done, Report, Trial};
