//! Counts by key, one of each worker.
//!
//! A worker adds to counts of its own, which it finds in a map that no other thread touches: neither takes a lock or
//! memory. Only the first time that it meets a key it puts a new count on the board of the node, where whoever asks for
//! the counts finds those of all workers. What nobody can mean any more is taken off the board then, and is marked, so
//! that workers let go of it.

use std::cell::{Cell, RefCell};
use std::hash::Hash;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ahash::AHashMap;

/// A number that one worker adds to and anybody may read.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    /// Adds; only the worker itself may, so that no locked instruction is needed.
    pub(crate) fn add(&self, amount: u64) {
        self.0.store(self.0.load(Relaxed).wrapping_add(amount), Relaxed);
    }

    /// Puts another number in its place.
    pub(crate) fn set(&self, number: u64) {
        self.0.store(number, Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// What one worker has counted under a key.
pub(crate) struct Series<K, V> {
    pub(crate) key: K,
    pub(crate) value: V,
    retired: AtomicBool,
}

impl<K, V> Series<K, V> {
    /// Whether it is off the board: what is counted here nobody reads.
    pub(crate) fn is_retired(&self) -> bool {
        self.retired.load(Relaxed)
    }
}

/// The counts of all workers.
pub(crate) struct Board<K, V> {
    series: Mutex<Vec<Arc<Series<K, V>>>>,
    is_full: AtomicBool,
    refused: AtomicU64,
}

/// How many counts a board has room for. A board that is full counts what it has, and how often it could not.
const ROOM: usize = 200_000;

impl<K, V> Default for Board<K, V> {
    fn default() -> Self {
        Self { series: Mutex::default(), is_full: AtomicBool::new(false), refused: AtomicU64::new(0) }
    }
}

impl<K, V: Default> Board<K, V> {
    /// A new count; `None` where there is no room.
    pub(crate) fn add(&self, key: K) -> Option<Arc<Series<K, V>>> {
        if self.is_full.load(Relaxed) {
            self.refused.fetch_add(1, Relaxed);
            return None;
        }
        let mut all = self.lock();
        let series = Arc::new(Series { key, value: V::default(), retired: AtomicBool::new(false) });
        all.push(Arc::clone(&series));
        self.is_full.store(all.len() >= ROOM, Relaxed);
        Some(series)
    }

    /// Looks at all counts, and takes those off the board of which `keep` says so.
    pub(crate) fn visit(&self, mut keep: impl FnMut(&K, &V) -> Keep) {
        let mut all = self.lock();
        all.retain(|series| match keep(&series.key, &series.value) {
            Keep::Yes => true,
            Keep::No => {
                series.retired.store(true, Relaxed);
                false
            }
        });
        self.is_full.store(all.len() >= ROOM, Relaxed);
    }

    /// How often there was no room for a count.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Series<K, V>>>> {
        self.series.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a count stays on its board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    Yes,
    No,
}

/// What a worker finds its counts by.
pub(crate) struct Known<K, H> {
    handles: RefCell<AHashMap<K, Rc<H>>>,
    /// At how many handles those are let go of whose counts are off the board.
    tidy_at: Cell<usize>,
}

/// Something that holds counts.
pub(crate) trait Handle {
    /// Whether any of them is off its board.
    fn is_retired(&self) -> bool;
}

impl<K, V> Handle for Arc<Series<K, V>> {
    fn is_retired(&self) -> bool {
        Series::is_retired(self)
    }
}

/// At how many handles a worker tidies up for the first time.
const FIRST_TIDYING: usize = 1024;

impl<K, H> Default for Known<K, H> {
    fn default() -> Self {
        Self { handles: RefCell::default(), tidy_at: Cell::new(FIRST_TIDYING) }
    }
}

impl<K: Hash + Eq, H: Handle> Known<K, H> {
    /// The handle under a key; `make` makes one that is not there, or that counts for nobody any more.
    pub(crate) fn get(&self, key: K, make: impl FnOnce(&K) -> Option<H>) -> Option<Rc<H>> {
        let mut handles = self.handles.borrow_mut();
        if let Some(handle) = handles.get(&key).filter(|handle| !handle.is_retired()) {
            return Some(Rc::clone(handle));
        }
        if handles.len() >= self.tidy_at.get() {
            handles.retain(|_, handle| !handle.is_retired());
            self.tidy_at.set((2 * handles.len()).max(FIRST_TIDYING));
        }
        let handle = Rc::new(make(&key)?);
        handles.insert(key, Rc::clone(&handle));
        Some(handle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Numbers = Board<u8, Count>;

    fn count(board: &Numbers, worker: &Known<u8, Arc<Series<u8, Count>>>, key: u8) {
        worker.get(key, |key| board.add(*key)).unwrap().value.add(1);
    }

    fn seen(board: &Numbers) -> Vec<(u8, u64)> {
        let mut seen = Vec::new();
        board.visit(|key, count| {
            seen.push((*key, count.get()));
            Keep::Yes
        });
        seen
    }

    #[test]
    fn every_worker_has_a_count_of_its_own_under_a_key() {
        let (board, workers) = (Numbers::default(), [Known::default(), Known::default()]);
        for worker in [0, 0, 1] {
            count(&board, &workers[worker], 7);
        }
        count(&board, &workers[1], 8);
        assert_eq!(seen(&board), [(7, 2), (7, 1), (8, 1)]);
    }

    #[test]
    fn what_is_off_the_board_begins_anew_when_it_is_met_again() {
        let (board, worker) = (Numbers::default(), Known::default());
        count(&board, &worker, 7);
        count(&board, &worker, 8);
        board.visit(|key, _| if *key == 7 { Keep::No } else { Keep::Yes });
        assert_eq!(seen(&board), [(8, 1)]);
        count(&board, &worker, 7);
        assert_eq!(seen(&board), [(8, 1), (7, 1)]);
    }

    #[test]
    fn a_worker_lets_go_of_what_is_off_the_board() {
        let (board, worker) = (Board::<usize, Count>::default(), Known::default());
        for key in 0..4 * FIRST_TIDYING {
            worker.get(key, |key| board.add(*key)).unwrap();
            board.visit(|_, _| Keep::No);
        }
        assert!(worker.handles.borrow().len() <= FIRST_TIDYING);
    }

    #[test]
    fn a_board_that_is_full_says_how_often_it_was_asked_for_more() {
        let board = Board::<usize, Count>::default();
        for key in 0..ROOM {
            assert!(board.add(key).is_some());
        }
        assert!(board.add(0).is_none() && board.add(1).is_none());
        assert_eq!(board.refused(), 2);
        board.visit(|key, _| if *key == 0 { Keep::No } else { Keep::Yes });
        assert!(board.add(0).is_some());
    }
}
