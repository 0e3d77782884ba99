use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use gibbon_schema::EntityDef;

/// How many rows of `changes` are kept unless told otherwise.
///
/// A row takes about 60 bytes, so this is some 6 MB; a follower that is further behind loads everything, which at
/// that distance is cheaper for both sides.
const KEPT_CHANGES: usize = 100_000;

/// How many entries of the history are kept unless told otherwise.
const KEPT_HISTORY: usize = 200;

/// The time of day, passed in so that tests need not wait for records to expire.
pub trait Clock: Send + Sync {
    /// Whole seconds since the Unix epoch.
    fn now(&self) -> i64;
}

/// The definitions that a store needs where a call names a record by its kind alone.
///
/// They tell it which version of a body is too new, and how to rewrite a record whose reference is set to null.
pub trait Kinds: Send + Sync {
    /// The definition of the entity `kind`, if there is one.
    fn definition(&self, kind: &str) -> Option<&EntityDef>;
}

impl Kinds for Vec<EntityDef> {
    fn definition(&self, kind: &str) -> Option<&EntityDef> {
        self.iter().find(|def| def.name == kind)
    }
}

/// How a store is opened.
///
/// ```
/// let options = gibbon_store::Options { kept_changes: 1_000, ..Default::default() };
/// assert_eq!(options.kept_changes, 1_000);
/// ```
#[derive(Clone)]
pub struct Options {
    /// The clock that decides what has expired. The default is the system's.
    pub clock: Arc<dyn Clock>,
    /// The definitions of all entities. By default there are none: then versions of bodies are not judged, and a
    /// reference is not set to null in a record whose composite unique value has to be computed again.
    pub kinds: Arc<dyn Kinds>,
    /// How many rows of changes are kept at least, unless there never were so many.
    pub kept_changes: usize,
    /// How many entries of the history are kept.
    pub kept_history: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            kinds: Arc::new(Vec::<EntityDef>::new()),
            kept_changes: KEPT_CHANGES,
            kept_history: KEPT_HISTORY,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("kept_changes", &self.kept_changes)
            .field("kept_history", &self.kept_history)
            .finish_non_exhaustive()
    }
}

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> i64 {
        // A clock set before 1970 makes nothing expire, which is the harmless direction.
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |elapsed| i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX))
    }
}
