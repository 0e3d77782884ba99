//! What the Admin API promises, told by requests and answers over a store of its own.
//!
//! Each file is a chapter; [`driver`] has the node that they talk to. Nothing here opens a port.

#![expect(clippy::unwrap_used, reason = "what is taken for granted fails the test where it is not so")]

mod certificates;
mod config;
mod creating;
mod credentials;
mod deleting;
mod driver;
mod entities_of_plugins;
mod explaining;
mod expressions;
mod failures;
mod forms;
mod history;
mod information;
mod keys_and_vaults;
mod lint;
mod listing;
mod live;
mod log_level;
mod methods;
mod metrics;
mod nesting;
mod node;
mod openapi;
mod paths;
mod paths_of_plugins;
mod preconditions;
mod properties;
mod reading;
mod reference_schemas;
mod references;
mod replacing;
mod revoking;
mod schemas;
mod status_api;
mod tags;
mod targets;
mod updating;
mod upstreams;
