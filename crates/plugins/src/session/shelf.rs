//! Where sessions are stored: what is put there is there some moments later, and nobody waits for it.

use std::sync::Arc;

use gibbon_plugin_api::{Edit, Node, PluginRecords, Writing};
use tokio::runtime::Handle;

/// The gateway's records, and a runtime on which what became of a write is heard of.
pub(super) struct Shelf {
    records: Arc<dyn PluginRecords>,
    runtime: Handle,
}

impl Shelf {
    /// None where there is no running gateway.
    pub(super) fn of(node: &Node) -> Option<Self> {
        let (records, runtime) = (node.records.clone()?, node.runtime.clone()?);
        Some(Self { records, runtime })
    }

    /// Writes for somebody who waits.
    pub(super) fn write(&self, edits: Vec<Edit>) -> Writing {
        self.records.write(edits)
    }

    /// Writes for nobody.
    pub(super) fn put(&self, edits: Vec<Edit>) {
        let writing = self.records.write(edits);
        self.runtime.spawn(async move {
            if let Err(error) = writing.await {
                tracing::error!("a session is not stored: {error}");
            }
        });
    }
}
