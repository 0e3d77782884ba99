//! Lines that wait to be written one behind the other: kept as one text, so that a line takes no memory of its own that
//! another thread would have to give back.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gibbon_plugin_api::Node;
use tokio::sync::Notify;

use super::Room;
use super::depths::{Depth, Depths};

/// How much memory is kept for the next lines once some were written, in bytes.
const KEPT: usize = 1 << 20;

/// See the module. Anybody may put a line in, behind a lock that is held for as long as it takes to copy it; one task
/// takes them out.
pub(crate) struct WaitingText {
    lines: Mutex<Lines>,
    most: usize,
    comes: Notify,
}

#[derive(Default)]
struct Lines {
    text: Vec<u8>,
    /// Where the first line begins: those before it have made room.
    begin: usize,
    /// How many bytes each of them has.
    lengths: VecDeque<usize>,
    is_closed: bool,
}

impl Depth for WaitingText {
    fn depth(&self) -> usize {
        self.lock().lengths.len()
    }
}

impl WaitingText {
    /// Room for what a plugin writes, which is among the metrics of the node.
    pub(crate) fn start(node: &Node, plugin: &'static str, most: usize) -> Arc<Self> {
        let waiting = Arc::new(Self::new(most));
        node.live.measured::<Depths>().add(plugin, &waiting);
        waiting
    }

    /// Room for that many lines.
    fn new(most: usize) -> Self {
        Self { lines: Mutex::default(), most: most.max(1), comes: Notify::new() }
    }

    /// Puts a line in, instead of the oldest one where there is no room.
    pub(crate) fn push(&self, line: &[u8]) -> Room {
        let mut lines = self.lock();
        lines.text.extend_from_slice(line);
        lines.lengths.push_back(line.len());
        let is_first = lines.lengths.len() == 1;
        let room = if lines.lengths.len() > self.most { lines.lose_first() } else { Room::Enough };
        drop(lines);
        if is_first {
            self.comes.notify_one();
        }
        room
    }

    /// All lines that wait, in `before`, whose own have been written; `None` at the end.
    pub(crate) async fn next(&self, mut before: Vec<u8>) -> Option<Vec<u8>> {
        before.clear();
        before.shrink_to(KEPT);
        loop {
            match self.take(before) {
                Taken::Text(text) => return Some(text),
                Taken::Nothing(empty) => before = empty,
                Taken::End => return None,
            }
            self.comes.notified().await;
        }
    }

    fn take(&self, empty: Vec<u8>) -> Taken {
        let mut lines = self.lock();
        if lines.lengths.is_empty() {
            return if lines.is_closed { Taken::End } else { Taken::Nothing(empty) };
        }
        let mut text = std::mem::replace(&mut lines.text, empty);
        let begin = std::mem::take(&mut lines.begin);
        lines.lengths.clear();
        drop(lines);
        text.drain(..begin);
        Taken::Text(text)
    }

    /// Nothing comes any more.
    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.comes.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What there was to take.
enum Taken {
    Text(Vec<u8>),
    Nothing(Vec<u8>),
    End,
}

impl Lines {
    /// The first line makes room. Its bytes go when there are more of such than of others.
    fn lose_first(&mut self) -> Room {
        self.begin += self.lengths.pop_front().unwrap_or_default();
        if self.begin > self.text.len() / 2 {
            self.text.drain(..std::mem::take(&mut self.begin));
        }
        Room::TooLittle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(waiting: &WaitingText) -> Option<String> {
        match waiting.take(Vec::new()) {
            Taken::Text(text) => Some(String::from_utf8(text).unwrap()),
            Taken::Nothing(_) | Taken::End => None,
        }
    }

    #[test]
    fn lines_that_wait_are_one_text() {
        let waiting = WaitingText::new(9);
        assert_eq!(text(&waiting), None);
        for line in ["a\n", "", "bc\n"] {
            assert_eq!(waiting.push(line.as_bytes()), Room::Enough);
        }
        assert_eq!((waiting.depth(), text(&waiting)), (3, Some("a\nbc\n".to_owned())));
        assert_eq!((waiting.depth(), text(&waiting)), (0, None));
    }

    #[test]
    fn what_has_waited_longest_makes_room_however_often() {
        let waiting = WaitingText::new(3);
        for number in 0..100 {
            let room = if number < 3 { Room::Enough } else { Room::TooLittle };
            assert_eq!(waiting.push(format!("{number},").as_bytes()), room, "{number}");
        }
        assert!(waiting.lock().text.len() < 20, "what is lost does not stay in memory");
        assert_eq!((waiting.depth(), text(&waiting)), (3, Some("97,98,99,".to_owned())));
    }

    #[tokio::test]
    async fn the_end_comes_when_all_was_taken() {
        let waiting = Arc::new(WaitingText::new(9));
        let taking = tokio::spawn({
            let waiting = Arc::clone(&waiting);
            async move {
                let mut all = Vec::new();
                let mut batch = Vec::new();
                while let Some(next) = waiting.next(batch).await {
                    all.extend_from_slice(&next);
                    batch = next;
                }
                String::from_utf8(all).unwrap()
            }
        });
        for line in ["a", "b", "c"] {
            waiting.push(line.as_bytes());
            tokio::task::yield_now().await;
        }
        waiting.close();
        assert_eq!(taking.await.unwrap(), "abc");
    }
}
