//! How much waits, plugin by plugin, for whoever looks at the metrics.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use gibbon_plugin_api::{Exposition, Kind, Measured, Names};

/// A place where something waits.
pub(super) trait Depth: Send + Sync {
    /// How many entries wait there.
    fn depth(&self) -> usize;
}

/// All places of a node, with the names of the plugins that they belong to.
#[derive(Default)]
pub(super) struct Depths(Mutex<Vec<(&'static str, Weak<dyn Depth>)>>);

impl Depths {
    /// Adds a place. It is forgotten when it is gone.
    pub(super) fn add(&self, plugin: &'static str, place: &Arc<impl Depth + 'static>) {
        let place = Arc::downgrade(place);
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        places.retain(|(_, place)| place.strong_count() > 0);
        places.push((plugin, place));
    }

    fn sums(&self) -> BTreeMap<&'static str, usize> {
        let places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sums = BTreeMap::new();
        for (plugin, place) in places.iter().filter_map(|(plugin, place)| Some((*plugin, place.upgrade()?))) {
            *sums.entry(plugin).or_default() += place.depth();
        }
        sums
    }
}

impl Measured for Depths {
    fn write(&self, _: &dyn Names, exposition: &mut Exposition) {
        let help = "Entries of plugins that log that wait to be sent";
        let mut samples = exposition.family("gibbon_log_queue_entries", Kind::Gauge, help);
        for (plugin, sum) in self.sums() {
            samples.add(&[("plugin", plugin)], sum);
        }
    }
}
