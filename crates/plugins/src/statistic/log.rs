//! A log that sends lines about each exchange and each stream to a server of StatsD, and nothing else.

use std::sync::Arc;

use gibbon_plugin_api::{Handler, LogCx, Node, Phases, StreamLogCx};

use super::{Place, Sender, Subject};
use crate::queue::{Limits, Queue};

/// Sends lines, those of an exchange as one entry.
pub(crate) struct StatisticLog<L> {
    lines: L,
    queue: Queue<Vec<u8>>,
}

impl<L: Fn(&Subject<'_>) -> Vec<String>> StatisticLog<L> {
    /// `lines` says what is sent of an exchange. Without a place, nothing can be.
    pub(crate) fn start(node: &Node, plugin: &'static str, place: Option<Place>, limits: Limits, lines: L) -> Self {
        let sender = place.map(Sender::to);
        let send = Arc::new(move |batch: &[Vec<u8>]| match &sender {
            Some(sender) => sender.send(batch).map_err(|error| error.to_string()),
            None => Err("nobody says where the server is".to_owned()),
        });
        Self { lines, queue: Queue::start(node, plugin, limits, send) }
    }

    fn write(&self, subject: &Subject<'_>) {
        let lines = (self.lines)(subject);
        if !lines.is_empty() {
            self.queue.push(lines.join("\n").into_bytes());
        }
    }
}

impl<L: Fn(&Subject<'_>) -> Vec<String> + Send + Sync + 'static> Handler for StatisticLog<L> {
    fn log(&self, cx: &LogCx<'_>) {
        self.write(&Subject::of(cx));
    }

    fn stream_log(&self, cx: &StreamLogCx<'_>) {
        self.write(&Subject::of_stream(cx));
    }

    fn phases(&self) -> Phases {
        Phases::LOG.and(Phases::STREAM_LOG)
    }
}
