//! Single requests, told to those who follow them while they follow, and only then.
//!
//! A worker asks by one load whether anybody follows. What a follower's filter lets through is told to him as far as he
//! has room; the rest is counted. He makes room anew each time that he looks.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use crate::filter::{Facts, Filter};
use crate::seen::Seen;
use crate::totals::Traffic;

/// How many may follow at the same time.
pub const FOLLOWERS: usize = 16;

/// How many requests a follower is told of between two looks.
pub const ROOM: usize = 50;

/// Those who follow, as workers know them.
pub(crate) type Followers = Arc<[Arc<Follower>]>;

/// Who follows.
#[derive(Debug, Default)]
pub(crate) struct Feed {
    is_followed: AtomicBool,
    /// Grows with every change of the list, so that workers look there only then.
    generation: AtomicU64,
    followers: Mutex<Vec<Arc<Follower>>>,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct Follower {
    filter: Filter,
    sender: SyncSender<Seen>,
    room: AtomicUsize,
    missed: AtomicU64,
}

/// The follower's end. He follows for as long as he holds it.
#[derive(Debug)]
pub struct Following {
    traffic: Arc<Traffic>,
    follower: Arc<Follower>,
    seen: Receiver<Seen>,
}

impl Feed {
    pub(crate) fn is_followed(&self) -> bool {
        self.is_followed.load(Relaxed)
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Relaxed)
    }

    pub(crate) fn followers(&self) -> Followers {
        self.followers.lock().unwrap_or_else(PoisonError::into_inner).as_slice().into()
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Arc<Follower>>)) {
        let mut followers = self.followers.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut followers);
        self.is_followed.store(!followers.is_empty(), Relaxed);
        self.generation.fetch_add(1, Relaxed);
    }
}

impl Follower {
    /// Tells him, if it is of interest to him and he has room; only then is it made into something to be told.
    pub(crate) fn tell(&self, facts: &Facts<'_>, make: impl FnOnce() -> Seen) {
        if !self.filter.lets_through(facts) {
            return;
        }
        let took_room = self.room.fetch_update(Relaxed, Relaxed, |room| room.checked_sub(1)).is_ok();
        if !took_room || self.sender.try_send(make()).is_err() {
            self.missed.fetch_add(1, Relaxed);
        }
    }
}

impl Following {
    /// Follows from now on; `None` where there are as many as may.
    pub fn begin(traffic: &Arc<Traffic>, filter: Filter) -> Option<Self> {
        let (sender, seen) = sync_channel(ROOM);
        let (room, missed) = (AtomicUsize::new(ROOM), AtomicU64::new(0));
        let follower = Arc::new(Follower { filter, sender, room, missed });
        let mut has_place = false;
        traffic.feed.change(|followers| {
            has_place = followers.len() < FOLLOWERS;
            if has_place {
                followers.push(Arc::clone(&follower));
            }
        });
        has_place.then(|| Self { traffic: Arc::clone(traffic), follower, seen })
    }

    /// What was seen since the last look, and of how much more there was no room for.
    pub fn look(&self) -> (Vec<Seen>, u64) {
        let seen: Vec<Seen> = self.seen.try_iter().take(ROOM).collect();
        self.follower.room.store(ROOM, Relaxed);
        (seen, self.follower.missed.swap(0, Relaxed))
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.traffic.feed.change(|followers| followers.retain(|known| !Arc::ptr_eq(known, &self.follower)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tally;

    fn told(tally: &Tally, status: u16, times: usize) {
        for _ in 0..times {
            tally.tell(&Facts { status, ..Facts::default() }, || Seen { status, ..Seen::default() });
        }
    }

    #[test]
    fn nobody_is_told_who_does_not_follow_or_follows_something_else() {
        let traffic = Traffic::new(1);
        let tally = Tally::new(&traffic, 0);
        assert!(!tally.is_followed());
        let following = Following::begin(&traffic, Filter { status: Some(404), ..Filter::default() }).unwrap();
        assert!(tally.is_followed());
        told(&tally, 200, 1);
        told(&tally, 404, 2);
        assert_eq!(following.look().0.iter().map(|seen| seen.status).collect::<Vec<_>>(), [404, 404]);
        drop(following);
        assert!(!tally.is_followed());
        tally.tell(&Facts::default(), || panic!("nobody follows"));
    }

    #[test]
    fn what_there_is_no_room_for_is_counted_and_not_even_made() {
        let traffic = Traffic::new(1);
        let tally = Tally::new(&traffic, 0);
        let following = Following::begin(&traffic, Filter::default()).unwrap();
        told(&tally, 200, ROOM + 7);
        tally.tell(&Facts::default(), || panic!("there is no room"));
        let (seen, missed) = following.look();
        assert_eq!((seen.len(), missed), (ROOM, 8));
        told(&tally, 200, 1);
        assert_eq!((following.look().0.len(), following.look().1), (1, 0));
    }

    #[test]
    fn more_than_may_follow_are_refused_until_one_ends() {
        let traffic = Traffic::new(1);
        let begin = || Following::begin(&traffic, Filter::default());
        let mut all: Vec<_> = (0..FOLLOWERS).map(|_| begin().unwrap()).collect();
        assert!(begin().is_none());
        all.pop();
        assert!(begin().is_some());
    }
}
