//! Those who are told.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::events::{Events, Sender};

/// How many listen at the same time, at most.
pub(super) const MOST: usize = 32;

/// For how long somebody is told: then they come back, and show anew that they may.
pub(super) const LIFE: Duration = Duration::from_secs(10 * 60);

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Listeners(Mutex<Room>);

#[derive(Debug, Default)]
struct Room {
    listeners: Vec<Listener>,
    is_closed: bool,
}

#[derive(Debug)]
struct Listener {
    sender: Sender,
    until: Instant,
}

impl Listeners {
    /// One more, who is told this first; `None` where there is no room.
    pub(super) fn join(&self, first: impl IntoIterator<Item = Bytes>) -> Option<Events> {
        let mut room = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        room.listeners.retain(|listener| !listener.sender.is_closed());
        if room.is_closed || room.listeners.len() >= MOST {
            return None;
        }
        let (sender, events) = Events::beginning_with(first);
        room.listeners.push(Listener { sender, until: Instant::now() + LIFE });
        Some(events)
    }

    /// Whether anybody listens.
    pub(super) fn are_there(&self) -> bool {
        let mut room = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        room.listeners.retain(|listener| !listener.sender.is_closed());
        !room.listeners.is_empty()
    }

    /// Tells all of them. Whoever has not read what was told before is let go of, as is whose time is over.
    pub(super) fn tell(&self, event: &Bytes) {
        let now = Instant::now();
        let mut room = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        room.listeners.retain(|listener| listener.until > now && listener.sender.try_send(event.clone()).is_ok());
    }

    /// Lets all of them go, and takes nobody in any more.
    pub(super) fn end(&self) {
        let mut room = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        room.listeners.clear();
        room.is_closed = true;
    }
}
