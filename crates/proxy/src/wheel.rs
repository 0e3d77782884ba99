//! Deadlines of a worker: coarse ones cost a slot in a list, fine ones a timer of the runtime.
//!
//! Most waits end long before their limit. A timer of the runtime costs two visits to its wheel for each of them; a
//! slot that is looked at a few times a second costs next to nothing and is late by one tick at most.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use slab::Slab;
use tokio::time::Sleep;

use crate::engine::progress::CoarseClock;

/// How often a worker looks at its deadlines.
pub(crate) const TICK: Duration = Duration::from_millis(100);

/// A limit below this gets a timer of the runtime: one tick would be too much of it.
const FINE: Duration = Duration::from_secs(2);

pub(crate) struct Wheel {
    started: Instant,
    clock: Rc<CoarseClock>,
    slots: RefCell<Slab<Slot>>,
}

struct Slot {
    /// In milliseconds of the coarse clock.
    due: u64,
    waker: Option<Waker>,
}

impl Wheel {
    pub(crate) fn new() -> Rc<Self> {
        let clock = Rc::new(CoarseClock::default());
        clock.set(Duration::ZERO);
        Rc::new(Self { started: Instant::now(), clock, slots: RefCell::default() })
    }

    pub(crate) fn clock(&self) -> &Rc<CoarseClock> {
        &self.clock
    }

    /// When a limit that begins now is over. The clock may be one tick behind, which must not make the limit shorter.
    fn due(&self, limit: Duration) -> u64 {
        let limit = u64::try_from((limit + TICK).as_millis()).unwrap_or(u64::MAX);
        self.clock.now().saturating_add(limit)
    }

    /// Renews the coarse clock and wakes what is due.
    pub(crate) fn tick(&self) {
        self.clock.set(self.started.elapsed());
        let now = self.clock.now();
        let mut due = Vec::new();
        for (_, slot) in self.slots.borrow_mut().iter_mut() {
            if slot.due <= now {
                due.extend(slot.waker.take());
            }
        }
        due.into_iter().for_each(Waker::wake);
    }
}

/// One deadline; gone when dropped.
pub(crate) struct Timer {
    wheel: Rc<Wheel>,
    kind: Kind,
}

enum Kind {
    Coarse(usize),
    Fine(Pin<Box<Sleep>>),
}

impl Timer {
    pub(crate) fn new(wheel: &Rc<Wheel>, limit: Duration) -> Self {
        let kind = if limit < FINE {
            Kind::Fine(Box::pin(tokio::time::sleep(limit)))
        } else {
            Kind::Coarse(wheel.slots.borrow_mut().insert(Slot { due: wheel.due(limit), waker: None }))
        };
        Self { wheel: Rc::clone(wheel), kind }
    }

    /// Begins anew.
    pub(crate) fn reset(&mut self, limit: Duration) {
        match &mut self.kind {
            Kind::Fine(sleep) => sleep.as_mut().reset(tokio::time::Instant::now() + limit),
            Kind::Coarse(key) => {
                self.wheel.slots.borrow_mut()[*key] = Slot { due: self.wheel.due(limit), waker: None };
            }
        }
    }

    /// Ready once the time is over.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.kind {
            Kind::Fine(sleep) => sleep.as_mut().poll(cx),
            Kind::Coarse(key) => {
                let mut slots = self.wheel.slots.borrow_mut();
                let slot = &mut slots[*key];
                if slot.due <= self.wheel.clock.now() {
                    return Poll::Ready(());
                }
                if !slot.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
                    slot.waker = Some(cx.waker().clone());
                }
                Poll::Pending
            }
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Kind::Coarse(key) = self.kind {
            self.wheel.slots.borrow_mut().try_remove(key);
        }
    }
}
