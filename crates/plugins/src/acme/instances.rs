//! The configurations of the plugin that are live, for the Admin API.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::issuer::Issuer;

/// See the module.
#[derive(Default)]
pub(super) struct Instances(Mutex<Vec<Weak<Issuer>>>);

impl Instances {
    pub(super) fn add(&self, issuer: &Arc<Issuer>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|issuer| issuer.strong_count() > 0);
        all.push(Arc::downgrade(issuer));
    }

    /// The newest that is still there: of a configuration that was tried and not taken nothing is left.
    pub(super) fn newest(&self) -> Option<Arc<Issuer>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().rev().find_map(Weak::upgrade)
    }
}
