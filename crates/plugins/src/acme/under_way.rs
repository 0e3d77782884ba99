//! For which hosts this node is getting certificates, so that many handshakes ask for one certificate, and strangers with
//! many names for few.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many hosts may wait or be under way.
const HOSTS: usize = 256;

/// How many orders are placed at once.
const AT_ONCE: usize = 4;

/// For how long a host is left alone that had its turn. Whether it went wrong is known to all nodes.
const PAUSE: Duration = Duration::from_secs(2);

/// See the module.
pub(super) struct UnderWay {
    /// When the turn of each was over; none where it is still to come.
    hosts: Mutex<HashMap<String, Option<Instant>>>,
    turns: Arc<Semaphore>,
}

impl Default for UnderWay {
    fn default() -> Self {
        Self { hosts: Mutex::default(), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

/// A host that waits for its turn, or has it.
pub(super) struct Place {
    host: String,
    all: Arc<UnderWay>,
}

impl UnderWay {
    /// A place for a host; none where it has one, had its turn just now, or there is no room.
    pub(super) fn take(self: &Arc<Self>, host: &str) -> Option<Place> {
        let mut hosts = self.hosts();
        if hosts.len() >= HOSTS {
            hosts.retain(|_, over| over.is_none_or(|over| over.elapsed() < PAUSE));
        }
        let is_quiet = |over: &Option<Instant>| over.is_none_or(|over| over.elapsed() < PAUSE);
        if hosts.len() >= HOSTS || hosts.get(host).is_some_and(is_quiet) {
            return None;
        }
        hosts.insert(host.to_owned(), None);
        Some(Place { host: host.to_owned(), all: Arc::clone(self) })
    }

    fn hosts(&self) -> MutexGuard<'_, HashMap<String, Option<Instant>>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Waits for the turn.
    pub(super) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.all.turns).acquire_owned().await.ok()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.all.hosts().insert(std::mem::take(&mut self.host), Some(Instant::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_one_place_and_is_left_alone_afterwards() {
        let all = Arc::<UnderWay>::default();
        let place = all.take("a").unwrap();
        assert!(all.take("a").is_none() && all.take("b").is_some());
        drop(place);
        assert!(all.take("a").is_none());
    }

    #[test]
    fn there_is_room_for_so_many() {
        let all = Arc::<UnderWay>::default();
        let places: Vec<_> = (0..HOSTS).map(|number| all.take(&number.to_string()).unwrap()).collect();
        assert!(all.take("one more").is_none());
        drop(places);
    }
}
