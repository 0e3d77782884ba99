//! The client connections of a worker.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use slab::Slab;

use crate::counters::WorkerCounters;
use crate::engine::progress::{ClientLimits, Progress};

#[derive(Default)]
pub(crate) struct Connections {
    open: RefCell<Slab<Rc<Progress>>>,
}

/// A place in the list; gone when dropped.
pub(crate) struct Watched {
    connections: Rc<Connections>,
    key: usize,
}

/// A connection's place, which counts. A tunnel keeps it for as long as it carries something.
pub(crate) struct Registration {
    counters: Arc<WorkerCounters>,
    /// Which of the worker's connections it is.
    pub(crate) serial: u64,
    _watched: Watched,
}

impl Connections {
    pub(crate) fn register(self: &Rc<Self>, progress: &Rc<Progress>, counters: &Arc<WorkerCounters>) -> Registration {
        let serial = counters.accepted();
        Registration { counters: Arc::clone(counters), serial, _watched: self.watch(progress) }
    }

    /// The same for what is no connection of its own but has limits of its own: a stream of one.
    pub(crate) fn watch(self: &Rc<Self>, progress: &Rc<Progress>) -> Watched {
        let key = self.open.borrow_mut().insert(Rc::clone(progress));
        Watched { connections: Rc::clone(self), key }
    }

    /// Ends those that are over their limits.
    pub(crate) fn sweep(&self, limits: &ClientLimits) {
        for (_, progress) in self.open.borrow().iter() {
            progress.check(limits);
        }
    }

    /// Makes each look at what has changed.
    pub(crate) fn wake_all(&self) {
        for (_, progress) in self.open.borrow().iter() {
            progress.wake();
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.open.borrow().is_empty()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.connections.open.borrow_mut().try_remove(self.key);
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.counters.ended();
    }
}
