//! Lines on their way out of the gateway: a bounded place to wait, and a task beside the workers that empties it.

use std::sync::Arc;
use std::time::Duration;

use gibbon_plugin_api::Node;

use crate::overflow::Overflow;
use crate::waiting::{Room, Waiting};

/// How many lines may wait.
const ROOM: usize = 10_000;

/// How long lines are gathered once all that waited have left. Whoever waits for the next one at once is woken for each,
/// which costs a worker more than the line.
pub(crate) const GATHERING: Duration = Duration::from_millis(5);

/// Lines that wait.
pub(crate) type Lines = Arc<Waiting<Vec<u8>>>;

impl Waiting<Vec<u8>> {
    /// Appends lines that wait to a text until it has that length or nothing waits, since many at once cost hardly more
    /// than one.
    pub(crate) fn append_to(&self, text: &mut Vec<u8>, most: usize) {
        while text.len() < most
            && let Some(line) = self.take()
        {
            text.extend_from_slice(&line);
        }
    }
}

/// The entrance. The task ends when the entrance is gone and nothing waits any more.
pub(crate) struct Delivery {
    /// None where nothing is delivered.
    lines: Option<Lines>,
    overflow: Overflow,
}

impl Delivery {
    /// Lines that `deliver` takes out. Where there is no runtime, nothing is delivered.
    pub(crate) fn start<F>(node: &Node, plugin: &'static str, deliver: impl FnOnce(Lines) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let lines = node.runtime.as_ref().map(|runtime| {
            let lines = Waiting::start(node, plugin, ROOM, None);
            runtime.spawn(deliver(Arc::clone(&lines)));
            lines
        });
        Self { lines, overflow: Overflow::default() }
    }

    /// Never waits: where there is no room, the line that has waited longest is lost, which the log is told.
    pub(crate) fn send(&self, line: Vec<u8>) {
        let Some(lines) = &self.lines else { return };
        match lines.push(line) {
            Room::Enough => self.overflow.is_over(),
            Room::TooLittle if self.overflow.begins() => {
                tracing::error!("too many lines of a log are waiting: the oldest are lost until there is room again");
            }
            Room::TooLittle => {}
        }
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if let Some(lines) = &self.lines {
            lines.close();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_wait_are_appended_until_there_are_enough() {
        let lines = Waiting::new(9, None);
        ["b\n", "c\n", "d\n"].into_iter().for_each(|line| assert_eq!(lines.push(line.into()), Room::Enough));
        let mut text = b"a\n".to_vec();
        lines.append_to(&mut text, 5);
        assert_eq!(text, b"a\nb\nc\n");
        lines.append_to(&mut text, 100);
        assert_eq!(text, b"a\nb\nc\nd\n");
    }
}
