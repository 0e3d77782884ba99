//! What goes on, told while it goes on: `GET /live/…`, as server-sent events.
//!
//! A task of the node's own looks at the counts of the workers once a second and keeps what they come to; those who
//! listen are told of it. Nobody is waited for: who reads too slowly is let go of, and browsers come back by themselves.

pub(crate) mod events;
mod facts;
mod listeners;
mod neighbours;
mod overview;
mod requests;
mod tried;

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gibbon_traffic::Past;

pub(crate) use events::Events;
pub use overview::observe;
pub(crate) use overview::overview;
pub(crate) use requests::requests;
pub(crate) use tried::try_out;

use listeners::Listeners;
use neighbours::Neighbours;

/// What is kept of what goes on, and who is told.
#[derive(Debug, Default)]
pub(crate) struct Live {
    past: Mutex<Past>,
    overview: Listeners,
    pub(crate) neighbours: Neighbours,
    ended: Arc<Ended>,
}

/// Whether the server goes down.
#[derive(Debug, Default)]
struct Ended(AtomicBool);

impl Ended {
    fn is_so(&self) -> bool {
        self.0.load(Relaxed)
    }
}

impl Live {
    fn past(&self) -> MutexGuard<'_, Past> {
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody is told anything more: the server is going down.
    pub(crate) fn end(&self) {
        self.overview.end();
        self.ended.0.store(true, Relaxed);
    }
}

#[cfg(test)]
mod tests;
