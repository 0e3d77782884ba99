//! Lines on their way out of the gateway: a bounded queue, and a task beside the workers that empties it.

use gibbon_plugin_api::Node;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// How many lines may wait.
const ROOM: usize = 10_000;

/// The entrance of a queue. The task ends when the entrance is gone and the queue is empty.
pub(crate) struct Delivery {
    entrance: Option<Sender<Vec<u8>>>,
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
        Self { entrance }
    }

    /// Never waits: what there is no room for is lost, and named in the log.
    pub(crate) fn send(&self, line: Vec<u8>) {
        if let Some(entrance) = &self.entrance
            && entrance.try_send(line).is_err()
        {
            tracing::error!("a line of a log is lost, since too many are waiting");
        }
    }
}
