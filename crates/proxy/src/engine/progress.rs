//! How far a client connection has come, so that one that does not come forward can be ended.
//!
//! The socket's wrapper writes down what happens with relaxed atomics and no clock of its own; a sweep over all
//! connections of a worker, a few times a second, compares that with the limits. Bounding every wait costs a request
//! nothing that way. (Atomics rather than cells because an upgraded connection must be `Send`.)

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Waker};
use std::time::Duration;

/// Milliseconds since the worker started, renewed by every sweep.
#[derive(Debug, Default)]
pub(crate) struct CoarseClock(AtomicU64);

impl CoarseClock {
    pub(crate) fn set(&self, elapsed: Duration) {
        // Never 0, which stands for "not waiting".
        self.0.store(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1), Relaxed);
    }

    pub(crate) fn now(&self) -> u64 {
        self.0.load(Relaxed)
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

const HEAD: u8 = 0;
const BUSY: u8 = 1;
const IDLE: u8 = 2;
const TUNNEL: u8 = 3;
const LINGER: u8 = 4;

/// The state of one connection.
#[derive(Debug)]
pub(crate) struct Progress {
    clock: Arc<CoarseClock>,
    phase: AtomicU8,
    since: AtomicU64,
    body: BodyProgress,
    write_blocked_since: AtomicU64,
    expired: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

#[derive(Debug, Default)]
struct BodyProgress {
    pending_since: AtomicU64,
    waited: AtomicU64,
    bytes: AtomicU64,
    /// Whether some of it is still to come.
    unread: AtomicBool,
    expired: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Progress {
    pub(crate) fn new(clock: Arc<CoarseClock>) -> Arc<Self> {
        let since = AtomicU64::new(clock.now());
        Arc::new(Self {
            clock,
            phase: AtomicU8::new(HEAD),
            since,
            body: BodyProgress::default(),
            write_blocked_since: AtomicU64::new(0),
            expired: AtomicBool::new(false),
            waker: Mutex::default(),
        })
    }

    fn enter(&self, phase: u8) {
        self.phase.store(phase, Relaxed);
        self.since.store(self.clock.now(), Relaxed);
    }

    /// Bytes have come: on an idle connection they begin a head.
    pub(crate) fn received(&self) {
        if self.phase.load(Relaxed) == IDLE {
            self.enter(HEAD);
        }
    }

    /// A request is being served.
    pub(crate) fn begin_request(&self) {
        self.phase.store(BUSY, Relaxed);
        self.body.unread.store(false, Relaxed);
        self.body.pending_since.store(0, Relaxed);
        self.body.waited.store(0, Relaxed);
        self.body.bytes.store(0, Relaxed);
    }

    /// The answer has been handed over; the next request may come.
    pub(crate) fn end_request(&self) {
        if self.phase.load(Relaxed) == BUSY {
            self.enter(IDLE);
        }
    }

    /// The connection carries something else than HTTP from now on, with timeouts of its own.
    pub(crate) fn become_tunnel(&self) {
        self.phase.store(TUNNEL, Relaxed);
    }

    /// The socket did not take what was to be written.
    pub(crate) fn write_blocked(&self) {
        if self.write_blocked_since.load(Relaxed) == 0 {
            self.write_blocked_since.store(self.clock.now(), Relaxed);
        }
    }

    pub(crate) fn written(&self) {
        if self.write_blocked_since.load(Relaxed) != 0 {
            self.write_blocked_since.store(0, Relaxed);
        }
    }

    /// The request has a body.
    pub(crate) fn body_begun(&self) {
        self.body.unread.store(true, Relaxed);
    }

    /// All of it has been read.
    pub(crate) fn body_ended(&self) {
        self.body.unread.store(false, Relaxed);
    }

    /// Whether the client is perhaps still sending a body that nobody wants any more. If so, it gets the time of a
    /// body to notice: a connection that is closed with something unread in it is reset, and a reset can overtake the
    /// answer (RFC 9112 section 9.6).
    pub(crate) fn lingers(&self) -> bool {
        if self.phase.load(Relaxed) == LINGER {
            return true;
        }
        let lingers = self.body.unread.load(Relaxed) && self.phase.load(Relaxed) != TUNNEL;
        if lingers {
            self.enter(LINGER);
        }
        lingers
    }

    /// The gateway waits for more of the body.
    pub(crate) fn body_pending(&self, cx: &Context<'_>) {
        if self.body.pending_since.load(Relaxed) == 0 {
            self.body.pending_since.store(self.clock.now(), Relaxed);
        }
        remember(&self.body.waker, cx.waker());
    }

    /// More of the body has come. Only the time spent waiting for the client counts, never a slow upstream's.
    pub(crate) fn body_received(&self, bytes: u64, window: u64) {
        let since = self.body.pending_since.swap(0, Relaxed);
        if since != 0 {
            self.body.waited.fetch_add(self.clock.now().saturating_sub(since), Relaxed);
        }
        if self.body.bytes.fetch_add(bytes, Relaxed) + bytes >= window {
            self.body.bytes.store(0, Relaxed);
            self.body.waited.store(0, Relaxed);
        }
    }

    /// Whether the client was too slow with its body.
    pub(crate) fn body_expired(&self) -> bool {
        self.body.expired.load(Relaxed)
    }

    /// Whether the connection is to be ended.
    pub(crate) fn expired(&self) -> bool {
        self.expired.load(Relaxed)
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
        let phase = self.phase.load(Relaxed);
        let since = self.since.load(Relaxed);
        let blocked = self.write_blocked_since.load(Relaxed);
        let too_late = match phase {
            HEAD => over(since, limits.head),
            IDLE => over(since, limits.idle),
            LINGER => over(since, limits.body),
            _ => false,
        };
        if too_late || (blocked != 0 && phase != TUNNEL && over(blocked, limits.send)) {
            self.expired.store(true, Relaxed);
            wake(&self.waker);
        }
        let pending = self.body.pending_since.load(Relaxed);
        if pending != 0 && self.body.waited.load(Relaxed) + now.saturating_sub(pending) > millis(limits.body) {
            self.body.expired.store(true, Relaxed);
            wake(&self.body.waker);
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn remember(slot: &Mutex<Option<Waker>>, waker: &Waker) {
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    if !slot.as_ref().is_some_and(|known| known.will_wake(waker)) {
        *slot = Some(waker.clone());
    }
}

fn wake(slot: &Mutex<Option<Waker>>) {
    let waker = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
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
        clock: Arc<CoarseClock>,
        progress: Arc<Progress>,
    }

    impl Fixture {
        fn new() -> Self {
            let clock = Arc::new(CoarseClock::default());
            clock.set(Duration::from_millis(1));
            Self { progress: Progress::new(Arc::clone(&clock)), clock }
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
        fixture.progress.body_begun();
        fixture.progress.end_request();
        assert!(fixture.progress.lingers());
        assert!(!fixture.at(9).expired());
        assert!(fixture.progress.lingers());
        assert!(fixture.at(11).expired());
    }

    #[test]
    fn a_client_that_has_sent_everything_is_not_waited_for() {
        let fixture = Fixture::new();
        fixture.progress.begin_request();
        fixture.progress.body_begun();
        fixture.progress.body_ended();
        fixture.progress.end_request();
        assert!(!fixture.progress.lingers());
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
