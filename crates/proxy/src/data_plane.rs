//! The data plane as the rest of the gateway sees it: started, reconfigured, drained, stopped.

use std::cell::RefCell;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use gibbon_balancer::dns::Resolver;
use gibbon_runtime::Configuration;
use gibbon_traffic::Traffic;

use crate::attendant::{self, Owned};
use crate::counters::Counters;
use crate::engine::upstream_tls::UpstreamTls;
use crate::settings::Settings;
use crate::side::Sides;
use crate::stream::port::WorkerPorts;
use crate::worker::{self, Shared};

/// The running workers.
pub struct DataPlane {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    /// Looks after upstreams for as long as this is held.
    _attendant: Owned,
}

/// How a drain ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drain {
    /// Every request under way was served.
    Complete,
    /// Time was up; what was left was cut off.
    CutOff,
}

/// How long stopped workers get to notice.
const NOTICE: Duration = Duration::from_secs(2);

impl DataPlane {
    /// Starts a worker for each element of `ports`: what this worker accepts connections from.
    ///
    /// # Errors
    /// Where a thread cannot be started, or trusted certificates cannot be read.
    pub fn start(
        ports: Vec<WorkerPorts>,
        configuration: Arc<Configuration>,
        settings: Settings,
        resolver: Resolver,
    ) -> std::io::Result<Self> {
        let sides = Sides::start(ports.len())?;
        let tls = UpstreamTls::new(&settings.upstream).map_err(std::io::Error::other)?;
        let attendant = attendant::start(Arc::clone(&configuration), resolver.clone(), tls.clone());
        let shared = Shared::new(configuration, settings, resolver, tls, sides, ports.len());
        let threads = ports
            .into_iter()
            .enumerate()
            .map(|(number, ports)| {
                let shared = Arc::clone(&shared);
                thread::Builder::new().name(format!("worker-{number}")).spawn(move || supervise(&shared, number, ports))
            })
            .collect::<std::io::Result<_>>()?;
        Ok(Self { shared, threads, _attendant: attendant })
    }

    /// What the workers have counted.
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.shared.counters)
    }

    /// What they have seen of requests.
    pub fn traffic(&self) -> Arc<Traffic> {
        Arc::clone(&self.shared.traffic)
    }

    /// Makes new settings valid: at once for time limits, for new connections for the rest.
    pub fn reconfigure(&self, settings: Settings) {
        self.shared.settings.store(Arc::new(settings));
    }

    /// From now on nothing more is accepted; what is under way is served. [`DataPlane::is_over`] tells when all is.
    pub fn begin_drain(&self) {
        self.shared.drain();
    }

    /// Whether a worker still accepts connections, after the beginning of a drain.
    pub fn accepts(&self) -> bool {
        self.shared.accepts()
    }

    /// Whether every worker has ended.
    pub fn is_over(&self) -> bool {
        self.threads.iter().all(JoinHandle::is_finished)
    }

    /// Drains, and cuts off what is still under way after `patience`. Waits on the calling thread.
    pub fn drain(self, patience: Duration) -> Drain {
        self.begin_drain();
        if self.wait(patience) {
            return Drain::Complete;
        }
        self.stop();
        Drain::CutOff
    }

    /// Ends at once.
    pub fn stop(self) {
        self.shared.stop();
        self.wait(NOTICE);
    }

    fn wait(&self, patience: Duration) -> bool {
        let begun = Instant::now();
        while !self.is_over() {
            if begun.elapsed() > patience {
                return false;
            }
            thread::sleep(Duration::from_millis(10));
        }
        true
    }
}

/// Runs a worker and, should it die, another one on the same sockets.
fn supervise(shared: &Arc<Shared>, number: usize, ports: WorkerPorts) {
    let ports = RefCell::new(ports);
    loop {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| worker::run(shared, number, &ports)));
        match outcome {
            Ok(Ok(())) => return,
            Ok(Err(error)) => tracing::error!(%error, "a worker could not start; trying again"),
            Err(_) => tracing::error!("a worker died and is replaced"),
        }
        thread::sleep(Duration::from_millis(100));
    }
}
