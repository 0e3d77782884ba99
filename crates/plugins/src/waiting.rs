//! The place where entries wait to be sent: those that come when it is full push out those that have waited longest.

mod depths;
mod text;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crossbeam_queue::SegQueue;
use gibbon_plugin_api::Node;
use tokio::sync::Notify;

use depths::{Depth, Depths};
pub(crate) use text::WaitingText;

/// Something that takes room while it waits.
pub(crate) trait Waits: Send + Sync + 'static {
    /// How many bytes it takes when it is sent.
    fn length(&self) -> usize;
}

impl Waits for Vec<u8> {
    fn length(&self) -> usize {
        self.len()
    }
}

/// See the module. Anybody may put something in, without a lock; one task takes it out.
pub(crate) struct Waiting<E> {
    entries: SegQueue<E>,
    /// How many there are.
    count: AtomicUsize,
    /// How many bytes they have, where that is bounded.
    bytes: AtomicUsize,
    most: usize,
    most_bytes: Option<usize>,
    comes: Notify,
    is_closed: AtomicBool,
}

/// Whether something was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    Enough,
    TooLittle,
}

impl<E: Waits> Depth for Waiting<E> {
    fn depth(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }
}

impl<E: Waits> Waiting<E> {
    /// Room for what a plugin sends, which is among the metrics of the node.
    pub(crate) fn start(node: &Node, plugin: &'static str, most: usize, most_bytes: Option<usize>) -> Arc<Self> {
        let waiting = Arc::new(Self::new(most, most_bytes));
        node.live.measured::<Depths>().add(plugin, &waiting);
        waiting
    }

    /// Room for that many entries, and that many bytes.
    pub(crate) fn new(most: usize, most_bytes: Option<usize>) -> Self {
        Self {
            entries: SegQueue::new(),
            count: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            most: most.max(1),
            most_bytes,
            comes: Notify::new(),
            is_closed: AtomicBool::new(false),
        }
    }

    /// Puts an entry in, instead of the oldest ones where there is no room. One that has more bytes than there is room
    /// for is lost itself.
    pub(crate) fn push(&self, entry: E) -> Room {
        let length = self.length(&entry);
        if self.most_bytes.is_some_and(|most| length > most) {
            return Room::TooLittle;
        }
        self.count.fetch_add(1, Ordering::AcqRel);
        self.bytes.fetch_add(length, Ordering::AcqRel);
        self.entries.push(entry);
        let mut room = Room::Enough;
        // Two that find it full at the same time may push out one more than they have to.
        while self.is_over() && self.take().is_some() {
            room = Room::TooLittle;
        }
        self.comes.notify_one();
        room
    }

    fn is_over(&self) -> bool {
        let is_long = self.most_bytes.is_some_and(|most| self.bytes.load(Ordering::Acquire) > most);
        is_long || self.depth() > self.most
    }

    /// The oldest entry; none at the end.
    pub(crate) async fn next(&self) -> Option<E> {
        loop {
            if let Some(entry) = self.take() {
                return Some(entry);
            }
            if self.is_closed.load(Ordering::Acquire) {
                return self.take();
            }
            self.comes.notified().await;
        }
    }

    /// The oldest entry that is there.
    pub(crate) fn take(&self) -> Option<E> {
        let entry = self.entries.pop()?;
        self.count.fetch_sub(1, Ordering::AcqRel);
        self.bytes.fetch_sub(self.length(&entry), Ordering::AcqRel);
        Some(entry)
    }

    /// The oldest entries, if there are that many.
    pub(crate) fn take_full(&self, size: usize) -> Option<Vec<E>> {
        let full = (self.depth() >= size).then(|| std::iter::from_fn(|| self.take()).take(size).collect());
        // Whoever finds it too full may have taken them meanwhile.
        full.filter(|entries: &Vec<E>| !entries.is_empty())
    }

    fn length(&self, entry: &E) -> usize {
        if self.most_bytes.is_some() { entry.length() } else { 0 }
    }

    /// Nothing comes any more.
    pub(crate) fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
        self.comes.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use gibbon_entities::{Consumer, Route, Service};
    use gibbon_plugin_api::{Exposition, Names, TargetState};
    use uuid::Uuid;

    use super::*;

    /// Nothing has a name.
    struct Nobody;

    impl Names for Nobody {
        fn route(&self, _: Uuid) -> Option<&Route> {
            None
        }

        fn service(&self, _: Uuid) -> Option<&Service> {
            None
        }

        fn consumer(&self, _: Uuid) -> Option<&Arc<Consumer>> {
            None
        }

        fn targets(&self, _: &mut dyn FnMut(TargetState<'_>)) {}
    }

    fn rest(waiting: &Waiting<Vec<u8>>) -> String {
        std::iter::from_fn(|| waiting.take())
            .map(|entry| String::from_utf8(entry).unwrap())
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn after(most: usize, most_bytes: Option<usize>, entries: &[&str]) -> (Vec<Room>, String) {
        let waiting = Waiting::new(most, most_bytes);
        let rooms = entries.iter().map(|entry| waiting.push(entry.as_bytes().to_vec())).collect();
        (rooms, rest(&waiting))
    }

    #[test]
    fn what_has_waited_longest_makes_room() {
        use Room::{Enough, TooLittle};
        let entries = ["a", "b", "c"];
        assert_eq!(after(2, None, &entries), (vec![Enough, Enough, TooLittle], "b c".to_owned()));
        let entries = ["ab", "cd", "efg"];
        assert_eq!(after(9, Some(4), &entries), (vec![Enough, Enough, TooLittle], "efg".to_owned()));
    }

    #[test]
    fn what_is_longer_than_all_room_pushes_nothing_out() {
        assert_eq!(after(9, Some(3), &["ab", "long"]), (vec![Room::Enough, Room::TooLittle], "ab".to_owned()));
    }

    #[test]
    fn however_many_come_at_once_no_more_than_there_is_room_for_wait() {
        let waiting = Arc::new(Waiting::new(10, Some(25)));
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let waiting = Arc::clone(&waiting);
                std::thread::spawn(move || {
                    for _ in 0..1000 {
                        waiting.push(vec![0; 3]);
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let count = waiting.depth();
        assert!((1..=8).contains(&count), "{count}");
        assert_eq!(std::iter::from_fn(|| waiting.take()).count(), count);
        assert_eq!((waiting.depth(), waiting.bytes.load(Ordering::Relaxed)), (0, 0));
    }

    #[test]
    fn what_waits_is_counted_plugin_by_plugin() {
        let node = Node::default();
        let one = Waiting::<Vec<u8>>::start(&node, "http-log", 9, None);
        let _other = Waiting::<Vec<u8>>::start(&node, "tcp-log", 9, None);
        let more = Waiting::start(&node, "http-log", 9, None);
        for (waiting, entry) in [(&one, "a"), (&one, "b"), (&more, "c")] {
            waiting.push(entry.into());
        }
        let lines = |node: &Node| {
            let mut exposition = Exposition::default();
            node.live.write_metrics(&Nobody, &mut exposition);
            let text = exposition.into_text();
            text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>()
        };
        let name = "gibbon_log_queue_entries";
        let of = |plugin, count| format!("{name}{{plugin=\"{plugin}\"}} {count}");
        assert_eq!(lines(&node), [of("http-log", 3), of("tcp-log", 0)]);
        drop(one);
        assert_eq!(lines(&node), [of("http-log", 1), of("tcp-log", 0)]);
    }
}
