//! Lines on their way out of the gateway: a bounded queue, and a task beside the workers that empties it.

use gibbon_plugin_api::Node;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::overflow::Overflow;

/// How many lines may wait.
const ROOM: usize = 10_000;

/// The entrance of a queue. The task ends when the entrance is gone and the queue is empty.
pub(crate) struct Delivery {
    entrance: Option<Sender<Vec<u8>>>,
    overflow: Overflow,
}

impl Delivery {
    /// A queue that `deliver` empties. Where there is no runtime, nothing is delivered.
    pub(crate) fn start<F>(node: &Node, deliver: impl FnOnce(Receiver<Vec<u8>>) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let entrance = node.runtime.as_ref().map(|runtime| {
            let (entrance, exit) = channel(ROOM);
            runtime.spawn(deliver(exit));
            entrance
        });
        Self { entrance, overflow: Overflow::default() }
    }

    /// Never waits: what there is no room for is lost, and named in the log.
    pub(crate) fn send(&self, line: Vec<u8>) {
        let Some(entrance) = &self.entrance else { return };
        if entrance.try_send(line).is_ok() {
            self.overflow.is_over();
        } else if self.overflow.begins() {
            tracing::error!("too many lines of a log are waiting: those that come are lost until there is room again");
        }
    }
}
