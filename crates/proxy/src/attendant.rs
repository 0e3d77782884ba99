//! Looks after upstreams beside the workers: asks for the names of their targets again and again, and checks how the
//! targets are. What it finds goes into the pools that requests are balanced over.
//!
//! It is one task on the runtime that the resolver asks on. Whatever takes long is a task of its own, which ends with
//! the configuration that it belongs to.

mod checks;
mod names;
mod places;
mod probe;

use std::sync::Arc;
use std::time::Duration;

use gibbon_balancer::dns::Resolver;
use gibbon_runtime::{Configuration, Pools};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::engine::upstream_tls::UpstreamTls;
use checks::Checks;
use names::Names;

/// How often it looks whether there is something to do.
const TICK: Duration = Duration::from_millis(100);

/// Why it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum News {
    /// The configuration may be another one.
    Revision,
    /// It is time.
    None,
}

/// A task that ends when nobody holds this any more.
#[derive(Debug)]
pub(crate) struct Owned(JoinHandle<()>);

impl Owned {
    fn is_over(&self) -> bool {
        self.0.is_finished()
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Begins to look after the upstreams of `configuration`.
pub(crate) fn start(configuration: Arc<Configuration>, resolver: Resolver, tls: UpstreamTls) -> Owned {
    let runtime = resolver.runtime().clone();
    Owned(runtime.spawn(attend(configuration, Names::new(resolver), Checks::new(tls))))
}

async fn attend(configuration: Arc<Configuration>, mut names: Names, mut checks: Checks) {
    let mut publications = configuration.publications();
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut news = News::Revision;
    loop {
        publications.mark_unchanged();
        let snapshot = configuration.snapshot();
        names.look_after(&snapshot.pools, news);
        checks.look_after(&snapshot);
        let is_idle = has_nothing_to_do(&snapshot.pools);
        // An old revision must not be held while nothing happens.
        drop(snapshot);
        tokio::select! {
            _ = tick.tick(), if !is_idle => news = News::None,
            // It fails only where the configuration is gone, which is held here.
            _ = publications.changed() => news = News::Revision,
        }
    }
}

/// Most gateways have no upstreams, or none whose targets are names or are checked.
fn has_nothing_to_do(pools: &Pools) -> bool {
    pools.iter().all(|pool| !checks::are_wanted(&pool.upstream) && !names::are_wanted(pool))
}
