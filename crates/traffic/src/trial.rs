//! Requests that somebody sends to see the whole way that they go.
//!
//! Such a request carries a mark that only this process knows, and that is good once.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use subtle::ConstantTimeEq;

use crate::seen::Seen;
use crate::totals::Traffic;

/// How many may be under way at the same time.
const MOST: usize = 8;

/// The whole way of a request, until there was the head of its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// What is known of it as of any other.
    pub seen: Seen,
    /// What the gateway did, in its order.
    pub steps: Vec<Done>,
}

/// One thing that the gateway did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// The phase: `routing`, `access`, `response`.
    pub phase: &'static str,
    /// The plugin whose turn it was.
    pub plugin: Option<&'static str>,
    /// When it began, counted from when the request came.
    pub begun: Duration,
    /// How long it took.
    pub took: Duration,
}

/// Those that have been announced and have not come.
#[derive(Debug, Default)]
pub(crate) struct Trials(Mutex<Vec<Announced>>);

#[derive(Debug)]
struct Announced {
    mark: Box<[u8]>,
    report: Report,
}

/// Where the way of a request is told.
pub type Report = SyncSender<Course>;

/// One that is announced for as long as this is held.
#[derive(Debug)]
pub struct Trial {
    traffic: Arc<Traffic>,
    mark: Box<[u8]>,
    course: Receiver<Course>,
}

impl Trial {
    /// Announces a request with this mark, which nobody can guess; `None` where too many are under way.
    pub fn announce(traffic: &Arc<Traffic>, mark: &[u8]) -> Option<Self> {
        let (report, course) = sync_channel(1);
        let mut announced = traffic.trials.0.lock().unwrap_or_else(PoisonError::into_inner);
        if announced.len() >= MOST {
            return None;
        }
        announced.push(Announced { mark: mark.into(), report });
        drop(announced);
        Some(Self { traffic: Arc::clone(traffic), mark: mark.into(), course })
    }

    /// The way that it went, if it has come to the gateway and has its answer.
    pub fn course(&self) -> Option<Course> {
        self.course.try_recv().ok()
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        let _ = self.traffic.trials.claim(&self.mark);
    }
}

impl Trials {
    /// Who is to be told of a request with this mark. Nobody a second time.
    pub(crate) fn claim(&self, mark: &[u8]) -> Option<Report> {
        let mut announced = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // All are compared to their ends, so that the time tells nothing.
        let place = announced.iter().enumerate().fold(None, |found, (place, trial)| {
            match bool::from(trial.mark.ct_eq(mark)) {
                true => Some(place),
                false => found,
            }
        })?;
        Some(announced.swap_remove(place).report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_good_once_and_only_while_somebody_waits() {
        let traffic = Traffic::new(1);
        let trial = Trial::announce(&traffic, b"mark").unwrap();
        assert!(traffic.trials.claim(b"mar").is_none() && traffic.trials.claim(b"mask").is_none());
        let course = Course { seen: Seen::default(), steps: Vec::new() };
        traffic.trials.claim(b"mark").unwrap().send(course.clone()).unwrap();
        assert!(traffic.trials.claim(b"mark").is_none());
        assert_eq!((trial.course(), trial.course()), (Some(course), None));
        drop(Trial::announce(&traffic, b"other"));
        assert!(traffic.trials.claim(b"other").is_none());
    }

    #[test]
    fn only_so_many_are_under_way() {
        let traffic = Traffic::new(1);
        let announced: Vec<_> = (0..MOST as u8).map(|mark| Trial::announce(&traffic, &[mark]).unwrap()).collect();
        assert!(Trial::announce(&traffic, b"more").is_none());
        drop(announced);
        assert!(Trial::announce(&traffic, b"more").is_some());
    }
}
