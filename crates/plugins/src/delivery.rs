//! Lines on their way out of the gateway: a bounded place to wait, and a task beside the workers that empties it.

use std::sync::Arc;
use std::time::Duration;

use gibbon_plugin_api::Node;

use crate::overflow::Overflow;
use crate::waiting::{Room, Waiting, WaitingText};

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

/// Where lines wait.
pub(crate) trait Place: Send + Sync + 'static {
    /// A place for what a plugin sends.
    fn start(node: &Node, plugin: &'static str) -> Arc<Self>;

    /// Puts a line in, instead of the oldest one where there is no room.
    fn put(&self, line: Vec<u8>) -> Room;

    /// Nothing comes any more.
    fn close(&self);
}

impl Place for Waiting<Vec<u8>> {
    fn start(node: &Node, plugin: &'static str) -> Arc<Self> {
        Self::start(node, plugin, ROOM, None)
    }

    fn put(&self, line: Vec<u8>) -> Room {
        self.push(line)
    }

    fn close(&self) {
        self.close();
    }
}

impl Place for WaitingText {
    fn start(node: &Node, plugin: &'static str) -> Arc<Self> {
        Self::start(node, plugin, ROOM)
    }

    fn put(&self, line: Vec<u8>) -> Room {
        self.push(&line)
    }

    fn close(&self) {
        self.close();
    }
}

/// The entrance. The task ends when the entrance is gone and nothing waits any more.
pub(crate) struct Delivery<P: Place = Waiting<Vec<u8>>> {
    /// None where nothing is delivered.
    place: Option<Arc<P>>,
    overflow: Overflow,
}

impl<P: Place> Delivery<P> {
    /// Lines that `deliver` takes out. Where there is no runtime, nothing is delivered.
    pub(crate) fn start<F>(node: &Node, plugin: &'static str, deliver: impl FnOnce(Arc<P>) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let place = node.runtime.as_ref().map(|runtime| {
            let place = P::start(node, plugin);
            runtime.spawn(deliver(Arc::clone(&place)));
            place
        });
        Self { place, overflow: Overflow::default() }
    }

    /// Never waits: where there is no room, the line that has waited longest is lost, which the log is told.
    pub(crate) fn send(&self, line: Vec<u8>) {
        let Some(place) = &self.place else { return };
        match place.put(line) {
            Room::Enough => self.overflow.is_over(),
            Room::TooLittle if self.overflow.begins() => {
                tracing::error!("too many lines of a log are waiting: the oldest are lost until there is room again");
            }
            Room::TooLittle => {}
        }
    }
}

impl<P: Place> Drop for Delivery<P> {
    fn drop(&mut self) {
        if let Some(place) = &self.place {
            place.close();
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
