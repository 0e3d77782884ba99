//! How ids are made.

use std::cell::Cell;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use gibbon_entities::UnknownName;
use gibbon_plugin_api::{Connection, WorkerLocals};
use uuid::Uuid;

/// A way of making ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Generator {
    /// A random id each time.
    Uuid,
    /// A random id of the worker, and a number that grows.
    UuidAndCounter,
    /// Where and when: address, port, process, connection, request of that connection, time.
    Tracker,
}

/// What a worker counts.
struct Counter {
    /// What all its ids begin with.
    worker: String,
    last: Cell<u64>,
}

impl Generator {
    pub(super) const ALL: [Self; 3] = [Self::Uuid, Self::UuidAndCounter, Self::Tracker];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::UuidAndCounter => "uuid#counter",
            Self::Tracker => "tracker",
        }
    }

    /// The next id for a request on `connection`.
    pub(super) fn next(self, worker: &WorkerLocals, connection: &Connection) -> String {
        match self {
            Self::Uuid => Uuid::new_v4().to_string(),
            Self::UuidAndCounter => {
                let counter = worker.get(|| Counter { worker: format!("{}#", Uuid::new_v4()), last: Cell::new(0) });
                counter.last.set(counter.last.get() + 1);
                [&*counter.worker, itoa::Buffer::new().format(counter.last.get())].concat()
            }
            Self::Tracker => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                format!(
                    "{}-{}-{}-{}-{}-{:.3}",
                    connection.local_ip,
                    connection.local_port,
                    std::process::id(),
                    connection.serial,
                    connection.requests.get(),
                    now.as_secs_f64()
                )
            }
        }
    }
}

impl FromStr for Generator {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|generator| generator.as_str() == name).ok_or(UnknownName)
    }
}
