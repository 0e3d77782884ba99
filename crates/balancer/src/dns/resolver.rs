//! The cached resolver.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ahash::AHashMap;
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::answer::{Answer, Worth};
use super::cache::Cache;
use super::services::Services;
use super::{Clock, DnsError, Lookup, Service, Settings, SystemClock};

/// The addresses of a name, or why there are none.
type Outcome = Result<Arc<[IpAddr]>, DnsError>;
/// Those who wait for an answer that has been asked for.
type Flights = AHashMap<Box<str>, watch::Receiver<Option<Outcome>>>;

/// The cached resolver. It is cheap to clone, and all clones share one cache.
///
/// ```
/// use gibbon_balancer::dns::{Family, Resolver, Settings, SystemLookup};
///
/// let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// let lookup = SystemLookup::new(&[], Family::default());
/// let resolver = Resolver::new(lookup, Settings::default(), runtime.handle().clone());
/// let addresses = runtime.block_on(resolver.lookup("localhost"))?;
/// assert!(addresses.iter().all(|address| address.is_loopback()));
/// assert_eq!(resolver.cached("localhost"), Some(addresses));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Resolver {
    shared: Arc<Shared>,
}

struct Shared {
    lookup: Box<dyn Lookup>,
    clock: Box<dyn Clock>,
    settings: Settings,
    runtime: Handle,
    cache: Cache,
    flights: Mutex<Flights>,
    services: Services,
}

impl Resolver {
    /// A resolver that asks `lookup`, on `runtime`.
    pub fn new(lookup: impl Lookup, settings: Settings, runtime: Handle) -> Self {
        Self::with_clock(lookup, settings, runtime, SystemClock::default())
    }

    /// The same with a clock of the caller's.
    pub fn with_clock(lookup: impl Lookup, settings: Settings, runtime: Handle, clock: impl Clock) -> Self {
        let shared = Shared {
            lookup: Box::new(lookup),
            clock: Box::new(clock),
            settings,
            runtime,
            cache: Cache::new(settings.capacity),
            flights: Mutex::default(),
            services: Services::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// The runtime that it asks on, which is beside the workers.
    pub fn runtime(&self) -> &Handle {
        &self.shared.runtime
    }

    /// The addresses of a name, if they are known. It takes no lock and never waits, and may be called on any thread.
    ///
    /// `None` says that [`Resolver::lookup`] is to be asked, which may have to wait.
    pub fn cached(&self, name: &str) -> Option<Arc<[IpAddr]>> {
        if let Some(literal) = literal(name) {
            return Some(Arc::new([literal]));
        }
        match self.look(name)? {
            (Ok(addresses), Refresh::NotNeeded) => Some(addresses),
            (Ok(addresses), Refresh::Claimed) => {
                self.shared.fly(name);
                Some(addresses)
            }
            (Err(_), _) => None,
        }
    }

    /// The addresses of a name, the preferred ones first. A literal address (an IPv6 one also in brackets) is its own
    /// answer.
    ///
    /// # Errors
    ///
    /// [`DnsError`] if the name has no addresses or nobody could be asked; it is remembered for a short time.
    pub async fn lookup(&self, name: &str) -> Result<Arc<[IpAddr]>, DnsError> {
        if let Some(literal) = literal(name) {
            return Ok(Arc::new([literal]));
        }
        let mut flight = match self.look(name) {
            Some((outcome, Refresh::NotNeeded)) => return outcome,
            Some((outcome, Refresh::Claimed)) => {
                self.shared.fly(name);
                return outcome;
            }
            None => self.shared.fly(name),
        };
        match flight.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone().unwrap_or_else(|| Err(given_up(name))),
            Err(_) => Err(given_up(name)),
        }
    }

    /// Where the service of a name is, if that is known: the places of the lowest priority, or that there are none.
    pub fn known_services(&self, name: &str) -> Option<Result<Arc<[Service]>, DnsError>> {
        self.shared.services.get(name, self.shared.clock.now())
    }

    /// Where the service of a name is. It asks where it is called, which must not be on a worker.
    ///
    /// # Errors
    ///
    /// [`DnsError`] if there is no such service or nobody could be asked; it is remembered for a short time.
    pub async fn services(&self, name: &str) -> Result<Arc<[Service]>, DnsError> {
        if let Some(known) = self.known_services(name) {
            return known;
        }
        let answer = self.shared.lookup.services(name).await;
        self.shared.services.put(name, answer, &self.shared.settings, self.shared.clock.now())
    }

    /// What is remembered and still worth something.
    fn look(&self, name: &str) -> Option<(Outcome, Refresh)> {
        let now = self.shared.clock.now();
        let look = |entry: &super::cache::Entry| match entry.answer.load().worth(now) {
            Worth::Fresh(addresses) => Some((Ok(Arc::clone(addresses)), Refresh::NotNeeded)),
            Worth::Stale(addresses) => {
                let refresh = if entry.claim_refresh() { Refresh::Claimed } else { Refresh::NotNeeded };
                Some((Ok(Arc::clone(addresses)), refresh))
            }
            Worth::Failed(error) => Some((Err(error.clone()), Refresh::NotNeeded)),
            Worth::Nothing => None,
        };
        self.shared.cache.with(name, look).flatten()
    }
}

/// Whether the caller has to fetch an answer anew.
enum Refresh {
    NotNeeded,
    Claimed,
}

impl Shared {
    /// Asks for a name, unless that is being done already, and returns what to wait for.
    fn fly(self: &Arc<Self>, name: &str) -> watch::Receiver<Option<Outcome>> {
        let mut flights = self.flights();
        if let Some(flight) = flights.get(name) {
            return flight.clone();
        }
        let (sender, receiver) = watch::channel(None);
        flights.insert(name.into(), receiver.clone());
        drop(flights);
        let landing = Landing { shared: Arc::clone(self), name: name.into() };
        // The task ends when the lookup does, which has a limit of its own, or with the runtime.
        self.runtime.spawn(async move {
            let outcome = landing.shared.ask(&landing.name).await;
            sender.send_replace(Some(outcome));
        });
        receiver
    }

    /// Asks for a name and remembers the answer.
    async fn ask(&self, name: &str) -> Outcome {
        let outcome = self.lookup.lookup(name).await;
        if let Err(error) = &outcome {
            tracing::debug!(dns.name = name, %error, "a name could not be resolved");
        }
        let now = self.clock.now();
        let before = self.cache.get(name).map(|entry| entry.answer.load_full());
        let answer = Answer::after(before.as_deref(), name, outcome, &self.settings, now);
        let outcome = match &answer {
            Answer::Known { addresses, .. } => Ok(Arc::clone(addresses)),
            Answer::Failed { error, .. } => Err(error.clone()),
        };
        self.cache.put(name, answer, now);
        outcome
    }

    fn flights(&self) -> MutexGuard<'_, Flights> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a flight however it ends: by an answer, by a panic, or because the runtime is gone.
struct Landing {
    shared: Arc<Shared>,
    name: Box<str>,
}

impl Drop for Landing {
    fn drop(&mut self) {
        self.shared.flights().remove(&self.name);
        if let Some(entry) = self.shared.cache.get(&self.name) {
            entry.release_refresh();
        }
    }
}

/// A name that is an address.
fn literal(name: &str) -> Option<IpAddr> {
    // Nearly all names begin with a letter that no address begins with; they need not be parsed.
    let may_be = name.as_bytes().first().is_some_and(|byte| matches!(byte, b'[' | b':') || byte.is_ascii_hexdigit());
    if !may_be {
        return None;
    }
    let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    bare.parse().ok()
}

fn given_up(name: &str) -> DnsError {
    DnsError::Unavailable { name: name.to_owned(), reason: "the lookup was given up".to_owned() }
}

impl std::fmt::Debug for Resolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resolver").field("settings", &self.shared.settings).finish_non_exhaustive()
    }
}
