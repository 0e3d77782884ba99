//! Counts of the data plane, for `/status`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What one worker has seen since the start. On cache lines of its own, so that counting makes no worker wait.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct WorkerCounters {
    accepted: AtomicU64,
    ended: AtomicU64,
    requests: AtomicU64,
    answered: AtomicU64,
}

/// Only the worker itself writes, so that adding needs no locked instruction.
fn add_one(counter: &AtomicU64) {
    counter.store(counter.load(Relaxed) + 1, Relaxed);
}

impl WorkerCounters {
    /// Counts a connection; which one it is.
    pub(crate) fn accepted(&self) -> u64 {
        add_one(&self.accepted);
        self.accepted.load(Relaxed)
    }

    pub(crate) fn ended(&self) {
        add_one(&self.ended);
    }

    /// Counts a request, which is under way until the value is dropped, however that comes about: a client may leave,
    /// and a plugin may panic.
    pub(crate) fn begin_request(&self) -> UnderWay<'_> {
        add_one(&self.requests);
        UnderWay(self)
    }
}

/// A request that is being served.
pub(crate) struct UnderWay<'c>(&'c WorkerCounters);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        add_one(&self.0.answered);
    }
}

/// What all workers have seen since the start.
#[derive(Debug)]
pub struct Counters {
    workers: Vec<Arc<WorkerCounters>>,
}

impl Counters {
    pub(crate) fn new(workers: usize) -> Self {
        Self { workers: (0..workers).map(|_| Arc::default()).collect() }
    }

    pub(crate) fn of_worker(&self, number: usize) -> Arc<WorkerCounters> {
        self.workers.get(number).cloned().unwrap_or_default()
    }

    fn sum(&self, counter: fn(&WorkerCounters) -> &AtomicU64) -> u64 {
        self.workers.iter().map(|worker| counter(worker).load(Relaxed)).sum()
    }

    /// Connections that were ever accepted.
    pub fn connections_accepted(&self) -> u64 {
        self.sum(|worker| &worker.accepted)
    }

    /// Connections that are open.
    pub fn connections_active(&self) -> u64 {
        self.connections_accepted().saturating_sub(self.sum(|worker| &worker.ended))
    }

    /// Requests that were ever begun.
    pub fn requests_total(&self) -> u64 {
        self.sum(|worker| &worker.requests)
    }

    /// Requests that are being served.
    pub fn requests_in_flight(&self) -> u64 {
        self.requests_total().saturating_sub(self.sum(|worker| &worker.answered))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_are_the_sums_of_all_workers() {
        let counters = Counters::new(2);
        let workers = [0, 1, 1].map(|number| counters.of_worker(number));
        let requests: Vec<_> = workers.iter().map(|worker| worker.begin_request()).collect();
        assert_eq!(workers.each_ref().map(|worker| worker.accepted()), [1, 1, 2]);
        workers[0].ended();
        let left: Vec<_> = requests.into_iter().skip(1).collect();
        assert_eq!(counters.connections_accepted(), 3);
        assert_eq!(counters.connections_active(), 2);
        assert_eq!(counters.requests_total(), 3);
        assert_eq!(counters.requests_in_flight(), 2);
        drop(left);
        assert_eq!(counters.requests_in_flight(), 0);
    }
}
