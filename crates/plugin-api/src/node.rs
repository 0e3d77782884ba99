//! What the plugins of a node have beside a request.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;
use uuid::Uuid;

use crate::counters::SharedCounters;
use crate::exposition::Exposition;
use crate::log_feed::LogFeed;
use crate::meter::{Measured, Names};
use crate::records::PluginRecords;

/// What is there for all instances of all plugins, for as long as the node runs. A command that only looks at a
/// configuration has nothing of it.
#[derive(Clone, Default)]
pub struct Node {
    /// Its id, as `GET /` of the Admin API tells it.
    pub id: Uuid,
    /// The name of the machine.
    pub hostname: Arc<str>,
    /// What plugins keep in memory.
    pub live: Arc<Live>,
    /// Counts that nodes with the same database share.
    pub counters: Option<Arc<dyn SharedCounters>>,
    /// The records that plugins keep.
    pub records: Option<Arc<dyn PluginRecords>>,
    /// The lines of its log.
    pub log: Arc<LogFeed>,
    /// A runtime beside the workers, for work that outlives a request.
    pub runtime: Option<Handle>,
}

/// Values of plugins, one of each type. They outlive every change of the configuration: an instance asks for its value
/// when it is configured, never on a request.
#[derive(Default)]
pub struct Live {
    values: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
    /// Those of the values that count something.
    measured: Mutex<Vec<Arc<dyn Measured>>>,
}

impl Live {
    /// The value of type `T`, made when it is first asked for.
    pub fn get<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        self.get_or(|| Arc::new(T::default()))
    }

    /// The value of type `T`, which is among those that [`Live::write_metrics`] asks.
    pub fn measured<T: Default + Measured>(&self) -> Arc<T> {
        self.get_or(|| {
            let value = Arc::new(T::default());
            let mut measured = self.measured.lock().unwrap_or_else(PoisonError::into_inner);
            measured.push(Arc::clone(&value) as _);
            value
        })
    }

    /// Writes what all values have counted.
    pub fn write_metrics(&self, names: &dyn Names, exposition: &mut Exposition) {
        let measured = self.measured.lock().unwrap_or_else(PoisonError::into_inner).clone();
        measured.iter().for_each(|value| value.write(names, exposition));
    }

    fn get_or<T: Default + Send + Sync + 'static>(&self, make: impl FnOnce() -> Arc<T>) -> Arc<T> {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        let value = values.entry(TypeId::of::<T>()).or_insert_with(|| make() as _);
        // A value of another type cannot stand under this one.
        Arc::clone(value).downcast().unwrap_or_default()
    }
}

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Node").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use gibbon_entities::{Consumer, Route, Service};
    use uuid::Uuid;

    use super::*;
    use crate::exposition::Kind;
    use crate::meter::TargetState;

    #[test]
    fn a_value_is_there_for_as_long_as_the_node() {
        let live = Live::default();
        live.get::<AtomicU8>().store(7, Ordering::Relaxed);
        assert_eq!(live.get::<AtomicU8>().load(Ordering::Relaxed), 7);
        assert_eq!(*live.get::<String>(), "");
    }

    #[derive(Default)]
    struct Counted(AtomicU8);

    impl Measured for Counted {
        fn write(&self, _: &dyn Names, exposition: &mut Exposition) {
            exposition.family("counted", Kind::Gauge, "It.").add(&[], self.0.load(Ordering::Relaxed));
        }
    }

    struct Nothing;

    impl Names for Nothing {
        fn route(&self, _: Uuid) -> Option<&Route> {
            None
        }

        fn service(&self, _: Uuid) -> Option<&Service> {
            None
        }

        fn consumer(&self, _: Uuid) -> Option<&Arc<Consumer>> {
            None
        }

        fn targets(&self, _: &mut dyn FnMut(TargetState<'_>)) {}
    }

    #[test]
    fn what_is_counted_is_asked_once_however_many_count() {
        let live = Live::default();
        live.measured::<Counted>().0.store(7, Ordering::Relaxed);
        live.measured::<Counted>().0.fetch_add(1, Ordering::Relaxed);
        let mut exposition = Exposition::default();
        live.write_metrics(&Nothing, &mut exposition);
        assert!(exposition.into_text().ends_with("\ncounted 8\n"));
    }
}
