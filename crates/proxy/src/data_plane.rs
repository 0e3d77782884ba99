//! The data plane as the rest of the gateway sees it: started, reconfigured, drained, stopped.

use std::net::TcpListener;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use gibbon_balancer::dns::Resolver;
use gibbon_runtime::Configuration;

use crate::counters::Counters;
use crate::settings::Settings;
use crate::side::Side;
use crate::worker::{self, Shared};

/// The running workers.
pub struct DataPlane {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
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
    /// Starts a worker for each element of `listeners`: the sockets that this worker accepts from.
    ///
    /// # Errors
    /// Where a thread cannot be started.
    pub fn start(
        listeners: Vec<Vec<TcpListener>>,
        configuration: Arc<Configuration>,
        settings: Settings,
        resolver: Resolver,
    ) -> std::io::Result<Self> {
        let side = Side::start(listeners.len())?;
        let shared = Shared::new(configuration, settings, resolver, side, listeners.len());
        let threads = listeners
            .into_iter()
            .enumerate()
            .map(|(number, listeners)| {
                let shared = Arc::clone(&shared);
                thread::Builder::new().name(format!("worker-{number}")).spawn(move || supervise(&shared, number, &listeners))
            })
            .collect::<std::io::Result<_>>()?;
        Ok(Self { shared, threads })
    }

    /// What the workers have counted.
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.shared.counters)
    }

    /// Makes new settings valid: at once for time limits, for new connections for the rest.
    pub fn reconfigure(&self, settings: Settings) {
        self.shared.settings.store(Arc::new(settings));
    }

    /// Accepts nothing more and waits for requests under way, for `patience` at the longest; `None` waits for ever.
    pub fn drain(self, patience: Option<Duration>) -> Drain {
        self.shared.drain();
        if self.wait(patience) {
            return Drain::Complete;
        }
        self.stop();
        Drain::CutOff
    }

    /// Ends at once.
    pub fn stop(self) {
        self.shared.stop();
        self.wait(Some(NOTICE));
    }

    fn wait(&self, patience: Option<Duration>) -> bool {
        let begun = Instant::now();
        while !self.threads.iter().all(JoinHandle::is_finished) {
            if patience.is_some_and(|patience| begun.elapsed() > patience) {
                return false;
            }
            thread::sleep(Duration::from_millis(10));
        }
        true
    }
}

/// Runs a worker and, should it die, another one on the same sockets.
fn supervise(shared: &Arc<Shared>, number: usize, listeners: &[TcpListener]) {
    loop {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| worker::run(shared, number, listeners)));
        match outcome {
            Ok(Ok(())) => return,
            Ok(Err(error)) => tracing::error!(%error, "a worker could not start; trying again"),
            Err(_) => tracing::error!("a worker died and is replaced"),
        }
        thread::sleep(Duration::from_millis(100));
    }
}
