//! What an instance of a plugin runs for.

use uuid::Uuid;

/// The route, the service and the consumer that an instance is configured for; none for all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scope {
    /// The route.
    pub route: Option<Uuid>,
    /// The service.
    pub service: Option<Uuid>,
    /// The consumer.
    pub consumer: Option<Uuid>,
}

/// For all requests.
pub static EVERYWHERE: Scope = Scope { route: None, service: None, consumer: None };
