//! One worker: a thread with a runtime of its own, its listeners, its connections.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use gibbon_balancer::dns::Resolver;
use gibbon_plugin_api::WorkerLocals;
use gibbon_runtime::{Configuration, Snapshot};
use gibbon_traffic::{Tally, Traffic};
use tokio::task::LocalSet;

use crate::access_log::AccessLog;
use crate::connections::Connections;
use crate::counters::{Counters, WorkerCounters};
use crate::date::Date;
use crate::engine::dial::Detours;
use crate::engine::handshake::SlowSteps;
use crate::engine::http2::upstream::Multiplexed;
use crate::engine::pool::Pool;
use crate::engine::server;
use crate::engine::server::Door;
use crate::engine::upstream_tls::{Handshakes, UpstreamTls};
use crate::http::request_id::RequestIds;
use crate::listen::Port;
use crate::settings::Settings;
use crate::side::{Side, Sides};
use crate::stream::port::WorkerPorts;
use crate::stream::{Streams, accept as stream_accept};
use crate::wheel::{TICK, Wheel};

/// What all workers share.
pub(crate) struct Shared {
    pub(crate) configuration: Arc<Configuration>,
    pub(crate) settings: ArcSwap<Settings>,
    pub(crate) resolver: Resolver,
    tls: UpstreamTls,
    pub(crate) counters: Arc<Counters>,
    pub(crate) traffic: Arc<Traffic>,
    pub(crate) side: Side,
    /// Where handshakes take their slow steps: not behind the passwords and bodies of plugins.
    handshakes: Side,
    state: AtomicU8,
    /// Workers whose ports are open.
    accepting: AtomicUsize,
}

/// How far a worker is on its way to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Running,
    /// Answers say that their connection ends. One that is idle stays for a while, since a request may be on its way.
    LastRequests,
    /// What is idle ends.
    LastAnswers,
}

const RUNNING: u8 = 0;
const DRAINING: u8 = 1;
const STOPPED: u8 = 2;

impl Shared {
    pub(crate) fn new(
        configuration: Arc<Configuration>,
        settings: Settings,
        resolver: Resolver,
        tls: UpstreamTls,
        sides: Sides,
        workers: usize,
    ) -> Arc<Self> {
        Arc::new(Self {
            configuration,
            settings: ArcSwap::from_pointee(settings),
            resolver,
            tls,
            counters: Arc::new(Counters::new(workers)),
            traffic: Traffic::new(workers),
            side: sides.plugins,
            handshakes: sides.handshakes,
            state: AtomicU8::new(RUNNING),
            accepting: AtomicUsize::new(workers),
        })
    }

    /// Accept nothing more, finish what is under way, then end.
    pub(crate) fn drain(&self) {
        let _ = self.state.compare_exchange(RUNNING, DRAINING, Ordering::AcqRel, Ordering::Acquire);
    }

    /// End now.
    pub(crate) fn stop(&self) {
        self.state.store(STOPPED, Ordering::Release);
    }

    /// Whether the ports of some worker are open.
    pub(crate) fn accepts(&self) -> bool {
        self.accepting.load(Ordering::Acquire) > 0
    }

    fn closed_ports(&self) {
        // One that died and was replaced says so twice.
        let less = |workers: usize| Some(workers.saturating_sub(1));
        let _ = self.accepting.fetch_update(Ordering::AcqRel, Ordering::Acquire, less);
    }

    fn state(&self) -> u8 {
        self.state.load(Ordering::Acquire)
    }
}

/// A worker's hold on a revision. The requests of a worker count among themselves (`Rc`), and only the first and the
/// last of them touches the counter that all cores share.
pub(crate) struct Held(Arc<Snapshot>);

impl std::ops::Deref for Held {
    type Target = Snapshot;

    fn deref(&self) -> &Snapshot {
        &self.0
    }
}

/// What a worker has to itself.
pub(crate) struct Worker {
    pub(crate) shared: Arc<Shared>,
    pub(crate) wheel: Rc<Wheel>,
    pub(crate) pool: Rc<Pool>,
    /// Connections to upstreams of gRPC.
    pub(crate) multiplexed: Multiplexed,
    /// Addresses that others of their names are faster than.
    pub(crate) detours: Detours,
    pub(crate) tls: Handshakes,
    pub(crate) slow_steps: SlowSteps,
    pub(crate) connections: Rc<Connections>,
    pub(crate) locals: Rc<WorkerLocals>,
    pub(crate) counters: Arc<WorkerCounters>,
    pub(crate) tally: Tally,
    pub(crate) access_log: Option<Rc<AccessLog>>,
    pub(crate) stream_log: Option<Rc<AccessLog>>,
    pub(crate) streams: Streams,
    settings: RefCell<Rc<Settings>>,
    snapshot: RefCell<(u64, Rc<Held>)>,
    stage: Cell<Stage>,
    date: RefCell<Date>,
    pub(crate) ids: RequestIds,
    turn: Cell<usize>,
}

impl Worker {
    fn new(shared: Arc<Shared>, number: usize) -> Rc<Self> {
        let settings = Settings::clone(&shared.settings.load());
        let generation = shared.configuration.generation();
        let snapshot = Rc::new(Held(shared.configuration.snapshot()));
        let slow_steps = SlowSteps::new(shared.handshakes.clone());
        Rc::new(Self {
            wheel: Wheel::new(),
            pool: Pool::new(settings.upstream.clone()),
            multiplexed: Multiplexed::new(settings.upstream.clone()),
            detours: Detours::default(),
            tls: Handshakes::new(shared.tls.clone(), slow_steps.clone()),
            slow_steps,
            connections: Rc::default(),
            locals: Rc::default(),
            counters: shared.counters.of_worker(number),
            tally: Tally::new(&shared.traffic, number),
            access_log: settings.access_log.clone().map(AccessLog::new),
            stream_log: settings.streams.access_log.clone().map(AccessLog::new),
            streams: Streams::default(),
            settings: RefCell::new(Rc::new(settings)),
            snapshot: RefCell::new((generation, snapshot)),
            stage: Cell::new(Stage::Running),
            date: RefCell::default(),
            ids: RequestIds::new(),
            turn: Cell::new(0),
            shared,
        })
    }

    pub(crate) fn settings(&self) -> Rc<Settings> {
        Rc::clone(&self.settings.borrow())
    }

    /// The revision that is live. The clone is the worker's own, so that cores do not fight over one counter.
    pub(crate) fn snapshot(&self) -> Rc<Held> {
        let generation = self.shared.configuration.generation();
        let mut cached = self.snapshot.borrow_mut();
        if cached.0 != generation {
            *cached = (generation, Rc::new(Held(self.shared.configuration.snapshot())));
        }
        Rc::clone(&cached.1)
    }

    /// A number that goes round, to begin with another address each time.
    pub(crate) fn next_turn(&self) -> usize {
        let turn = self.turn.get();
        self.turn.set(turn.wrapping_add(1));
        turn
    }

    /// Writes with the time of day at hand, as the field `Date` has it.
    pub(crate) fn write_date(&self, write: impl FnOnce(&[u8])) {
        let mut date = self.date.borrow_mut();
        write(date.text(self.wheel.clock().now()));
    }

    /// Whether no connection may carry more than the request that it carries, or that comes next.
    pub(crate) fn is_draining(&self) -> bool {
        self.stage.get() > Stage::Running
    }

    /// Whether a connection on which no request has begun ends.
    pub(crate) fn lets_idle_go(&self) -> bool {
        self.stage.get() == Stage::LastAnswers
    }

    /// Goes on to a stage; every connection gets to know.
    fn enter(&self, stage: Stage) {
        if self.stage.replace(stage) != stage {
            self.connections.wake_all();
        }
    }

    fn tick(&self) {
        self.wheel.tick();
        self.connections.sweep(&self.settings.borrow().client_limits());
        self.pool.sweep();
        self.multiplexed.sweep();
        self.access_log.iter().chain(&self.stream_log).for_each(|log| log.flush());
        self.refresh();
    }

    /// An idle worker must not hold on to an old revision or old settings.
    fn refresh(&self) {
        drop(self.snapshot());
        let current = self.shared.settings.load();
        self.settings.replace(Rc::new(Settings::clone(&current)));
    }
}

/// Runs a worker on this thread until it is told to end. The sockets stay with the caller, for a worker that takes
/// over from one that died; one that drains closes them, so that nobody waits there in vain.
pub(crate) fn run(shared: &Arc<Shared>, number: usize, ports: &RefCell<WorkerPorts>) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let local = LocalSet::new();
    local.block_on(&runtime, async {
        let worker = Worker::new(Arc::clone(shared), number);
        let mut accepting: Vec<_> = ports
            .borrow()
            .http
            .iter()
            .map(|port| {
                // The descriptor is duplicated, so that the socket outlives a worker that dies.
                let listener = tokio::net::TcpListener::from_std(port.socket.try_clone()?)?;
                let door = Door { address: listener.local_addr()?, serves: port.serves };
                Ok(tokio::task::spawn_local(accept(Rc::clone(&worker), listener, door)))
            })
            .collect::<std::io::Result<_>>()?;
        accepting.extend(stream_accept::start(&worker, &ports.borrow().streams)?);
        attend(&worker, accepting, ports).await;
        Ok(())
    })
}

/// Looks after the worker until it is time to end.
async fn attend(worker: &Rc<Worker>, accepting: Vec<tokio::task::JoinHandle<()>>, ports: &RefCell<WorkerPorts>) {
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut idle_until = None;
    loop {
        tick.tick().await;
        worker.tick();
        match (worker.shared.state(), idle_until) {
            (RUNNING, _) => {}
            (DRAINING, None) => {
                accepting.iter().for_each(tokio::task::JoinHandle::abort);
                let closing = ports.take();
                closing.http.iter().for_each(|port| empty(worker, port));
                stream_accept::empty(worker, &closing.streams);
                idle_until = Some(Instant::now() + worker.settings().limits.drain_time);
                worker.enter(Stage::LastRequests);
                worker.shared.closed_ports();
            }
            (DRAINING, Some(moment)) => {
                if Instant::now() >= moment {
                    worker.enter(Stage::LastAnswers);
                }
                if worker.connections.is_empty() {
                    return;
                }
            }
            _ => return,
        }
    }
}

/// Takes the connections that wait at a port which is about to close: their clients have been told that they are there.
fn empty(worker: &Rc<Worker>, port: &Port) {
    let Ok(address) = port.socket.local_addr() else { return };
    let door = Door { address, serves: port.serves };
    while let Ok((stream, peer)) = port.socket.accept() {
        let taken = stream.set_nonblocking(true).and_then(|()| tokio::net::TcpStream::from_std(stream));
        if let Ok(stream) = taken {
            tokio::task::spawn_local(server::serve(Rc::clone(worker), stream, peer, door));
        }
    }
}

async fn accept(worker: Rc<Worker>, listener: tokio::net::TcpListener, door: Door) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                tokio::task::spawn_local(server::serve(Rc::clone(&worker), stream, peer, door));
            }
            Err(error) => {
                // Out of descriptors, most likely: let some connections end before the next try.
                tracing::error!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}
