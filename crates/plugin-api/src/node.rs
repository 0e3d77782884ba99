//! What the plugins of a node have beside a request.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;

use crate::counters::SharedCounters;

/// What is there for all instances of all plugins, for as long as the node runs. A command that only looks at a
/// configuration has nothing of it.
#[derive(Clone, Default)]
pub struct Node {
    /// What plugins keep in memory.
    pub live: Arc<Live>,
    /// Counts that nodes with the same database share.
    pub counters: Option<Arc<dyn SharedCounters>>,
    /// A runtime beside the workers, for work that outlives a request.
    pub runtime: Option<Handle>,
}

/// Values of plugins, one of each type. They outlive every change of the configuration: an instance asks for its value
/// when it is configured, never on a request.
#[derive(Default)]
pub struct Live {
    values: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl Live {
    /// The value of type `T`, made when it is first asked for.
    pub fn get<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        let value = values.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default()));
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

    use super::*;

    #[test]
    fn a_value_is_there_for_as_long_as_the_node() {
        let live = Live::default();
        live.get::<AtomicU8>().store(7, Ordering::Relaxed);
        assert_eq!(live.get::<AtomicU8>().load(Ordering::Relaxed), 7);
        assert_eq!(*live.get::<String>(), "");
    }
}
