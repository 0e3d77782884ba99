//! What is counted: of each exchange while it goes on, and of all together when somebody asks.

use std::net::SocketAddr;
use std::sync::Arc;

use gibbon_entities::{Consumer, Route, Service};
use http::StatusCode;
use uuid::Uuid;

use crate::exposition::Exposition;
use crate::log::Measure;
use crate::response::Source;
use crate::worker::WorkerLocals;

/// An exchange whose answer has a head, as a plugin that counts sees it.
pub struct MeterCx<'r> {
    /// The route that matched.
    pub route: Option<Uuid>,
    /// The service of that route.
    pub service: Option<Uuid>,
    /// Who it was from.
    pub consumer: Option<Uuid>,
    /// The status of the answer.
    pub status: StatusCode,
    /// Who has made it.
    pub source: Source,
    /// What plugins keep for this worker.
    pub worker: &'r WorkerLocals,
}

/// Where an exchange is counted when it is over. One such value lies ready for all exchanges that are counted alike, so
/// that counting takes no lock and no memory.
pub trait Meter {
    /// The exchange is over, and took this much.
    fn over(&self, measure: &Measure);
}

/// Something of which there is one on the node, and that can be asked for its counts.
pub trait Measured: Send + Sync + 'static {
    /// Writes them. Counts of what `names` does not know any more are forgotten.
    fn write(&self, names: &dyn Names, exposition: &mut Exposition);
}

/// What is configured at the moment, by id.
pub trait Names {
    /// A route.
    fn route(&self, id: Uuid) -> Option<&Route>;
    /// A service.
    fn service(&self, id: Uuid) -> Option<&Service>;
    /// A consumer.
    fn consumer(&self, id: Uuid) -> Option<&Arc<Consumer>>;
    /// All addresses of all targets of upstreams.
    fn targets(&self, each: &mut dyn FnMut(TargetState<'_>));
}

/// How a target is at one of its addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetState<'t> {
    /// The name of the upstream.
    pub upstream: &'t str,
    /// The target as it is configured: host and port.
    pub target: &'t str,
    /// The address; `None` where the target has none.
    pub address: Option<SocketAddr>,
    /// How it is.
    pub health: TargetHealth,
}

/// How a target can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetHealth {
    /// Nothing checks it.
    Unchecked,
    /// It answers.
    Healthy,
    /// It does not.
    Unhealthy,
    /// Its name has no address.
    Nowhere,
}
