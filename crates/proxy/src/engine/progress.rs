//! How far a client connection has come, so that one that does not come forward can be ended.
//!
//! The connection writes down what happens, without a clock of its own; a sweep over all connections of a worker, a few
//! times a second, compares that with the limits. Bounding every wait costs a request nothing that way.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Waker};
use std::time::Duration;

/// Milliseconds since the worker started, renewed by every sweep.
#[derive(Debug, Default)]
pub(crate) struct CoarseClock(Cell<u64>);

impl CoarseClock {
    pub(crate) fn set(&self, elapsed: Duration) {
        // Never 0, which stands for "not waiting".
        self.0.set(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1));
    }

    pub(crate) fn now(&self) -> u64 {
        self.0.get()
    }
}

/// The limits on a client's patience-taking.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClientLimits {
    /// A whole head must have come within this time of its first byte, or of the connection's beginning.
    pub head: Duration,
    /// While the gateway waits for a body, the next window of bytes must come within this time.
    pub body: Duration,
    /// How long a connection may be idle between two requests.
    pub idle: Duration,
    /// How long the client may leave an answer unread.
    pub send: Duration,
}

/// After this time without anything a connection gives its buffers back.
const LONG_IDLE: Duration = Duration::from_secs(1);

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// A head is awaited.
    Head,
    /// A request is served.
    Busy,
    /// Nothing has come since the last answer.
    Idle,
    /// It carries something else than HTTP.
    Tunnel,
    /// What the client still sends is thrown away.
    Linger,
}

/// The state of one connection.
#[derive(Debug)]
pub(crate) struct Progress {
    clock: Rc<CoarseClock>,
    phase: Cell<Phase>,
    since: Cell<u64>,
    body: BodyProgress,
    write_blocked_since: Cell<u64>,
    long_idle: Cell<bool>,
    expired: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

#[derive(Debug, Default)]
struct BodyProgress {
    pending_since: Cell<u64>,
    waited: Cell<u64>,
    bytes: Cell<u64>,
    expired: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Progress {
    pub(crate) fn new(clock: Rc<CoarseClock>) -> Rc<Self> {
        let since = Cell::new(clock.now());
        Rc::new(Self {
            clock,
            phase: Cell::new(Phase::Head),
            since,
            body: BodyProgress::default(),
            write_blocked_since: Cell::new(0),
            long_idle: Cell::new(false),
            expired: Cell::new(false),
            waker: RefCell::default(),
        })
    }

    fn enter(&self, phase: Phase) {
        self.phase.set(phase);
        self.since.set(self.clock.now());
        self.long_idle.set(false);
    }

    /// Bytes have come: on an idle connection they begin a head.
    pub(crate) fn received(&self) {
        if self.phase.get() == Phase::Idle {
            self.enter(Phase::Head);
        }
    }

    /// A request is being served.
    pub(crate) fn begin_request(&self) {
        self.phase.set(Phase::Busy);
        self.body.pending_since.set(0);
        self.body.waited.set(0);
        self.body.bytes.set(0);
    }

    /// The answer has been handed over; the next request may come.
    pub(crate) fn end_request(&self) {
        if self.phase.get() == Phase::Busy {
            self.enter(Phase::Idle);
        }
    }

    /// The connection carries something else than HTTP from now on, with timeouts of its own.
    pub(crate) fn become_tunnel(&self) {
        self.phase.set(Phase::Tunnel);
    }

    /// The socket did not take what was to be written.
    pub(crate) fn write_blocked(&self) {
        if self.write_blocked_since.get() == 0 {
            self.write_blocked_since.set(self.clock.now());
        }
    }

    pub(crate) fn written(&self) {
        if self.write_blocked_since.get() != 0 {
            self.write_blocked_since.set(0);
        }
    }

    /// The client is perhaps still sending what nobody wants any more. It gets the time of a body to notice.
    pub(crate) fn linger(&self) {
        self.enter(Phase::Linger);
    }

    /// Whether nothing has come for so long that memory is better given back than kept.
    pub(crate) fn is_long_idle(&self) -> bool {
        self.long_idle.get()
    }

    /// The gateway waits for more of the body.
    pub(crate) fn body_pending(&self, cx: &Context<'_>) {
        if self.body.pending_since.get() == 0 {
            self.body.pending_since.set(self.clock.now());
        }
        remember(&self.body.waker, cx.waker());
    }

    /// More of the body has come. Only the time spent waiting for the client counts, never a slow upstream's.
    pub(crate) fn body_received(&self, bytes: u64, window: u64) {
        let since = self.body.pending_since.replace(0);
        if since != 0 {
            self.body.waited.set(self.body.waited.get() + self.clock.now().saturating_sub(since));
        }
        self.body.bytes.set(self.body.bytes.get() + bytes);
        if self.body.bytes.get() >= window {
            self.body.bytes.set(0);
            self.body.waited.set(0);
        }
    }

    /// Whether the client was too slow with its body.
    pub(crate) fn body_expired(&self) -> bool {
        self.body.expired.get()
    }

    /// Whether the connection is to be ended.
    pub(crate) fn expired(&self) -> bool {
        self.expired.get()
    }

    /// Remembers who drives the connection, to be woken by [`Progress::wake`].
    pub(crate) fn register(&self, cx: &Context<'_>) {
        remember(&self.waker, cx.waker());
    }

    /// Wakes the connection, for it to look at what has changed.
    pub(crate) fn wake(&self) {
        wake(&self.waker);
    }

    /// Compares with the limits; ends what is over them.
    pub(crate) fn check(&self, limits: &ClientLimits) {
        let now = self.clock.now();
        let over = |since: u64, limit: Duration| now.saturating_sub(since) > millis(limit);
        let phase = self.phase.get();
        let since = self.since.get();
        let blocked = self.write_blocked_since.get();
        let too_late = match phase {
            Phase::Head => over(since, limits.head),
            Phase::Idle => over(since, limits.idle),
            Phase::Linger => over(since, limits.body),
            _ => false,
        };
        if phase == Phase::Idle && !self.long_idle.get() && over(since, LONG_IDLE) {
            self.long_idle.set(true);
            wake(&self.waker);
        }
        if too_late || (blocked != 0 && phase != Phase::Tunnel && over(blocked, limits.send)) {
            self.expired.set(true);
            wake(&self.waker);
        }
        let pending = self.body.pending_since.get();
        if pending != 0 && self.body.waited.get() + now.saturating_sub(pending) > millis(limits.body) {
            self.body.expired.set(true);
            wake(&self.body.waker);
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn remember(slot: &RefCell<Option<Waker>>, waker: &Waker) {
    let mut slot = slot.borrow_mut();
    if !slot.as_ref().is_some_and(|known| known.will_wake(waker)) {
        *slot = Some(waker.clone());
    }
}

fn wake(slot: &RefCell<Option<Waker>>) {
    let waker = slot.borrow_mut().take();
    if let Some(waker) = waker {
        waker.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: ClientLimits = ClientLimits {
        head: Duration::from_secs(10),
        body: Duration::from_secs(10),
        idle: Duration::from_secs(65),
        send: Duration::from_secs(60),
    };

    const WINDOW: u64 = 1024;

    struct Fixture {
        clock: Rc<CoarseClock>,
        progress: Rc<Progress>,
    }

    impl Fixture {
        fn new() -> Self {
            let clock = Rc::new(CoarseClock::default());
            clock.set(Duration::from_millis(1));
            Self { progress: Progress::new(Rc::clone(&clock)), clock }
        }

        fn at(&self, seconds: u64) -> &Progress {
            self.clock.set(Duration::from_secs(seconds));
            self.progress.check(&LIMITS);
            &self.progress
        }
    }

    #[test]
    fn a_head_must_be_whole_within_its_time() {
        let fixture = Fixture::new();
        assert!(!fixture.at(9).expired());
        assert!(fixture.at(11).expired());
    }

    #[test]
    fn a_request_that_is_being_served_has_no_such_limit() {
        let fixture = Fixture::new();
        fixture.progress.begin_request();
        assert!(!fixture.at(1000).expired());
    }

    #[test]
    fn an_idle_connection_ends_after_the_idle_time_and_a_new_head_has_its_own() {
        let fixture = Fixture::new();
        fixture.progress.begin_request();
        fixture.progress.end_request();
        assert!(!fixture.at(60).expired());
        fixture.progress.received();
        assert!(!fixture.at(69).expired());
        assert!(fixture.at(71).expired());
    }

    #[test]
    fn a_body_that_trickles_is_ended_and_one_that_flows_is_not() {
        let fixture = Fixture::new();
        fixture.progress.begin_request();
        let cx = Context::from_waker(Waker::noop());
        for second in 1..=9 {
            fixture.at(second).body_pending(&cx);
            fixture.progress.body_received(1, WINDOW);
        }
        fixture.progress.body_pending(&cx);
        assert!(fixture.at(21).body_expired());

        let fixture = Fixture::new();
        fixture.progress.begin_request();
        for second in (5..100).step_by(5) {
            fixture.progress.body_pending(&cx);
            fixture.at(second).body_received(1024, WINDOW);
        }
        assert!(!fixture.progress.body_expired());
    }

    #[test]
    fn a_slow_upstream_is_not_the_clients_fault() {
        let fixture = Fixture::new();
        fixture.progress.begin_request();
        let cx = Context::from_waker(Waker::noop());
        fixture.progress.body_pending(&cx);
        fixture.progress.body_received(10, WINDOW);
        assert!(!fixture.at(500).body_expired());
    }

    #[test]
    fn a_client_that_still_sends_what_nobody_wants_gets_the_time_of_a_body() {
        let fixture = Fixture::new();
        fixture.progress.begin_request();
        fixture.progress.linger();
        assert!(!fixture.at(9).expired());
        assert!(fixture.at(11).expired());
    }

    #[test]
    fn a_connection_is_long_idle_after_a_second_and_until_something_comes() {
        let fixture = Fixture::new();
        fixture.progress.begin_request();
        fixture.progress.end_request();
        assert!(!fixture.at(1).is_long_idle());
        assert!(fixture.at(3).is_long_idle());
        fixture.progress.received();
        assert!(!fixture.progress.is_long_idle());
    }

    #[test]
    fn an_answer_that_nobody_reads_ends_the_connection() {
        let fixture = Fixture::new();
        fixture.progress.begin_request();
        fixture.progress.write_blocked();
        assert!(!fixture.at(59).expired());
        assert!(fixture.at(61).expired());
    }
}
