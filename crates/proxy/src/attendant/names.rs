//! The names of targets. A name that is known is only looked at, which makes the resolver ask again when it is time; one
//! that is not is asked for by a task of its pool.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gibbon_balancer::dns::Resolver;
use gibbon_entities::Upstream;
use gibbon_runtime::live::{Found, View};
use gibbon_runtime::{Pool, Pools};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{News, Owned, places};

/// See the module.
pub(super) struct Names {
    resolver: Resolver,
    /// When they are looked at again.
    due: Instant,
    asking: HashMap<Uuid, Asking>,
}

/// How often names are looked at. Most looks find that nothing has changed, and times to live count seconds.
const PERIOD: Duration = Duration::from_secs(1);

/// A pool some of whose names are being asked for.
struct Asking {
    pool: Arc<Pool>,
    task: Owned,
}

/// Whether there are names among the targets of a pool.
pub(super) fn are_wanted(pool: &Pool) -> bool {
    pool.view().targets.iter().any(|located| located.is_name)
}

impl Names {
    pub(super) fn new(resolver: Resolver) -> Self {
        Self { resolver, due: Instant::now(), asking: HashMap::new() }
    }

    /// Looks at all names if it is time, or if there may be new ones.
    pub(super) fn look_after(&mut self, pools: &Pools, news: News) {
        let now = Instant::now();
        if news == News::None && now < self.due {
            return;
        }
        self.due = now + PERIOD;
        self.asking.retain(|id, asking| {
            !asking.task.is_over() && pools.get(*id).is_some_and(|pool| Arc::ptr_eq(pool, &asking.pool))
        });
        for pool in pools.iter().filter(|pool| are_wanted(pool)) {
            if self.asking.contains_key(&pool.upstream.id) {
                continue;
            }
            let view = pool.view();
            let known = known(&self.resolver, &pool.upstream, &view);
            if known.iter().all(Option::is_some) {
                pool.locate(known.into_iter().flatten().collect());
            } else {
                let task = Owned(tokio::spawn(ask(self.resolver.clone(), Arc::clone(pool), known)));
                self.asking.insert(pool.upstream.id, Asking { pool: Arc::clone(pool), task });
            }
        }
    }
}

/// Where targets are, as far as that can be said without asking anybody.
fn known(resolver: &Resolver, upstream: &Upstream, view: &View) -> Vec<Option<Found>> {
    let known = view.targets.iter().map(|located| match located.is_name {
        true => places::known(resolver, upstream, &located.target),
        false => Some(located.found.clone()),
    });
    known.collect()
}

/// Asks for what is not known. Each answer counts as soon as it is there: a name that nobody answers for must not keep
/// the others from being used.
async fn ask(resolver: Resolver, pool: Arc<Pool>, known: Vec<Option<Found>>) {
    let view = pool.view();
    let mut asked = JoinSet::new();
    let mut found = Vec::with_capacity(known.len());
    for (index, (located, known)) in view.targets.iter().zip(known).enumerate() {
        if known.is_none() {
            let (resolver, upstream) = (resolver.clone(), Arc::clone(&pool.upstream));
            let target = Arc::clone(&located.target);
            asked.spawn(async move { (index, places::look_up(&resolver, &upstream, &target).await) });
        }
        found.push(known.unwrap_or_else(|| located.found.clone()));
    }
    while let Some(answer) = asked.join_next().await {
        // A lookup that panicked has said nothing; it is asked for again.
        let Ok((index, answer)) = answer else { continue };
        if let Some(place) = found.get_mut(index) {
            *place = answer;
        }
        pool.locate(found.clone());
    }
}
