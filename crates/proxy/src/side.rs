//! Threads beside the workers, for work that would hold one up: a bounded queue, and no more threads than given.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use gibbon_plugin_api::{Busy, Offload};

use crate::engine::handshake::STEPS_AT_ONCE;

type Job = Box<dyn FnOnce() + Send>;

/// How many jobs of plugins may wait.
const QUEUE: usize = 256;

/// All threads beside the workers.
pub(crate) struct Sides {
    /// For what plugins ask for.
    pub(crate) plugins: Side,
    /// For handshakes, which are not to wait behind passwords that are hashed. There is room for all that workers begin.
    pub(crate) handshakes: Side,
}

impl Sides {
    /// As many of each kind as there are workers.
    pub(crate) fn start(workers: usize) -> std::io::Result<Self> {
        let plugins = Side::start("side", workers, QUEUE)?;
        let handshakes = Side::start("handshake", workers, workers * STEPS_AT_ONCE)?;
        Ok(Self { plugins, handshakes })
    }
}

#[derive(Clone)]
pub(crate) struct Side {
    jobs: SyncSender<Job>,
}

impl Side {
    /// Starts `threads` threads, called `name`; so many jobs may wait for them. They end when the last clone is gone.
    pub(crate) fn start(name: &str, threads: usize, waiting: usize) -> std::io::Result<Self> {
        let (jobs, queue) = sync_channel(waiting);
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..threads.max(1) {
            let queue = Arc::clone(&queue);
            thread::Builder::new().name(format!("{name}-{number}")).spawn(move || run(&queue))?;
        }
        Ok(Self { jobs })
    }
}

fn run(queue: &Mutex<Receiver<Job>>) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // A job that panics must not take the thread with it: whoever waits sees its channel closed.
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(job)).is_err() {
            tracing::error!("work beside the workers panicked");
        }
    }
}

impl Offload for Side {
    fn submit(&self, job: Job) -> Result<(), Busy> {
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) | TrySendError::Disconnected(_) => Busy,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_on_another_thread() {
        let side = Side::start("side", 1, 4).unwrap();
        let (send, receive) = sync_channel(1);
        side.submit(Box::new(move || send.send(thread::current().id()).unwrap())).unwrap();
        assert_ne!(receive.recv().unwrap(), thread::current().id());
    }

    #[test]
    fn a_full_queue_says_so() {
        let side = Side::start("side", 1, 4).unwrap();
        let (_hold, blocked) = sync_channel::<()>(1);
        let blocked = Arc::new(Mutex::new(blocked));
        let outcomes: Vec<_> = (0..12)
            .map(|_| {
                let blocked = Arc::clone(&blocked);
                side.submit(Box::new(move || {
                    let _ = blocked.lock().unwrap().recv();
                }))
            })
            .collect();
        assert!(outcomes.contains(&Err(Busy)));
    }
}
