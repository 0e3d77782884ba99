//! What the Admin API promises, told by requests and answers over a store of its own.
//!
//! Each file is a chapter; [`driver`] has the node that they talk to. Nothing here opens a port.

mod creating;
mod deleting;
mod driver;
mod failures;
mod forms;
mod information;
mod listing;
mod live;
mod methods;
mod nesting;
mod properties;
mod reading;
mod references;
mod replacing;
mod tags;
mod targets;
mod updating;
