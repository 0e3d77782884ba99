//! What the Admin API tells about the node itself: `GET /` and `GET /status`.

pub(crate) mod memory;
mod settings;

use std::sync::Arc;

use gibbon_conf::Conf;
use gibbon_traffic::Traffic;
use serde_json::Value;
use uuid::Uuid;

/// The node, as the program that runs it knows it.
pub struct About {
    /// The version of Gibbon.
    pub version: &'static str,
    /// The name of the machine.
    pub hostname: String,
    /// The id of the node, the same after a restart.
    pub node_id: Uuid,
    /// The settings that it runs with.
    pub conf: Conf,
    /// What the data plane has counted.
    pub counters: Arc<dyn Counters>,
    /// What it has seen of requests.
    pub traffic: Arc<Traffic>,
}

/// What the data plane has counted since the start.
pub trait Counters: Send + Sync {
    /// Connections of clients that are open.
    fn connections_active(&self) -> u64;
    /// Connections of clients that were ever accepted.
    fn connections_accepted(&self) -> u64;
    /// Requests that are being served.
    fn requests_in_flight(&self) -> u64;
    /// Requests that were ever begun.
    fn requests_total(&self) -> u64;
}

impl About {
    /// The settings under the names that clients know from Kong.
    pub(crate) fn settings(&self) -> Value {
        settings::show(&self.conf)
    }
}
