//! What waits to be sent to a server: gathered into batches, and tried again where it could not be.
//!
//! A queue has two ends: plugins put something in, which never waits, and one task beside the workers takes it out. A
//! server that is slow or away costs what there is no room for, and no request any time.

mod fields;
mod limits;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gibbon_plugin_api::Node;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, sleep, timeout_at};

pub(crate) use fields::{FormerNames, queue_field};
pub(crate) use limits::{Concurrency, Limits};

use crate::overflow::Overflow;

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

/// Sends a batch; it may take its time.
pub(crate) type Deliver<E> = Arc<dyn Fn(&[E]) -> Result<(), String> + Send + Sync>;

/// The entrance of a queue. Its task ends when the entrance is gone and nothing waits any more.
pub(crate) struct Queue<E> {
    entrance: Option<Sender<E>>,
    waiting: Arc<AtomicUsize>,
    limits: Limits,
    overflow: Overflow,
}

impl<E: Waits> Queue<E> {
    /// A queue whose batches `send` delivers, on a thread where it may take its time. Without a runtime beside the
    /// workers nothing is delivered.
    pub(crate) fn start(node: &Node, limits: Limits, send: Deliver<E>) -> Self {
        let waiting = Arc::<AtomicUsize>::default();
        let entrance = node.runtime.as_ref().map(|runtime| {
            let (entrance, exit) = channel(limits.entries.max(1));
            runtime.spawn(empty(exit, limits.clone(), send, Arc::clone(&waiting)));
            entrance
        });
        Self { entrance, waiting, limits, overflow: Overflow::default() }
    }

    /// Never waits: what there is no room for is lost, and named in the log.
    pub(crate) fn push(&self, entry: E) {
        let Some(entrance) = &self.entrance else { return };
        let length = if self.limits.bytes.is_some() { entry.length() } else { 0 };
        let waiting = self.waiting.fetch_add(length, Ordering::Relaxed) + length;
        let is_over = self.limits.bytes.is_some_and(|most| waiting > most);
        if is_over || entrance.try_send(entry).is_err() {
            self.waiting.fetch_sub(length, Ordering::Relaxed);
            if self.overflow.begins() {
                tracing::error!("too much waits to be sent to a server: what comes is lost until there is room again");
            }
            return;
        }
        self.overflow.is_over();
    }
}

async fn empty<E: Waits>(mut exit: Receiver<E>, limits: Limits, send: Deliver<E>, waiting: Arc<AtomicUsize>) {
    while let Some(first) = exit.recv().await {
        let batch = gather(first, &mut exit, &limits).await;
        if limits.bytes.is_some() {
            waiting.fetch_sub(batch.iter().map(Waits::length).sum(), Ordering::Relaxed);
        }
        let sending = deliver(batch, limits.clone(), Arc::clone(&send));
        match limits.concurrency {
            Concurrency::OneByOne => sending.await,
            Concurrency::AllAtOnce => drop(tokio::spawn(sending)),
        }
    }
}

async fn gather<E>(first: E, exit: &mut Receiver<E>, limits: &Limits) -> Vec<E> {
    let (mut batch, until) = (vec![first], Instant::now() + limits.coalescing);
    while batch.len() < limits.batch {
        match timeout_at(until, exit.recv()).await {
            Ok(Some(entry)) => batch.push(entry),
            Ok(None) | Err(_) => break,
        }
    }
    batch
}

async fn deliver<E: Waits>(batch: Vec<E>, limits: Limits, send: Deliver<E>) {
    let (begun, mut delay, batch) = (Instant::now(), limits.first_delay, Arc::new(batch));
    loop {
        let (send, sent) = (Arc::clone(&send), Arc::clone(&batch));
        let outcome = tokio::task::spawn_blocking(move || send(&sent)).await;
        match outcome.unwrap_or_else(|error| Err(error.to_string())) {
            Ok(()) => return,
            Err(error) if begun.elapsed() + delay > limits.retry_time => {
                return tracing::error!(entries = batch.len(), %error, "what was to be sent to a server is given up");
            }
            Err(error) => tracing::warn!(%error, "what could not be sent to a server is sent again"),
        }
        sleep(delay).await;
        delay = (delay * 2).min(limits.longest_delay);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use tokio::runtime::Builder;

    use super::*;

    fn limits(batch: usize) -> Limits {
        Limits {
            batch,
            coalescing: Duration::from_millis(20),
            entries: 4,
            bytes: None,
            retry_time: Duration::from_secs(60),
            first_delay: Duration::from_millis(1),
            longest_delay: Duration::from_millis(2),
            concurrency: Concurrency::OneByOne,
        }
    }

    /// What is sent of four entries where the first attempts fail.
    fn sent(limits: Limits, failures: usize) -> Vec<Vec<String>> {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let sent = Arc::new(Mutex::new(Vec::new()));
        let failed = AtomicUsize::new(0);
        let keep = Arc::clone(&sent);
        let send: Deliver<Vec<u8>> = Arc::new(move |batch| {
            if failed.fetch_add(1, Ordering::Relaxed) < failures {
                return Err("away".to_owned());
            }
            let texts = batch.iter().map(|entry| String::from_utf8(entry.clone()).unwrap()).collect();
            keep.lock().unwrap().push(texts);
            Ok(())
        });
        runtime.block_on(async {
            let (entrance, exit) = channel(8);
            for entry in ["a", "b", "c", "d"] {
                entrance.send(entry.into()).await.unwrap();
            }
            drop(entrance);
            empty(exit, limits, send, Arc::new(AtomicUsize::new(4))).await;
        });
        std::mem::take(&mut *sent.lock().unwrap())
    }

    #[test]
    fn entries_are_sent_in_batches_and_in_order() {
        assert_eq!(sent(limits(1), 0), [["a"], ["b"], ["c"], ["d"]]);
        assert_eq!(sent(limits(3), 0), [vec!["a", "b", "c"], vec!["d"]]);
    }

    #[test]
    fn a_batch_is_sent_again_until_it_has_arrived_or_time_is_up() {
        assert_eq!(sent(limits(4), 3), [["a", "b", "c", "d"]]);
        let impatient = Limits { retry_time: Duration::ZERO, ..limits(2) };
        assert_eq!(sent(impatient, 1), [["c", "d"]]);
    }

    #[test]
    fn what_there_is_no_room_for_is_lost() {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let node = Node { runtime: Some(runtime.handle().clone()), ..Node::default() };
        let bounded = Limits { bytes: Some(3), ..limits(1) };
        let queue = Queue::<Vec<u8>>::start(&node, bounded, Arc::new(|_| Ok(())));
        // Nothing is taken out as long as the runtime does not run.
        for entry in ["ab", "cd", "e"] {
            queue.push(entry.into());
        }
        assert_eq!(queue.waiting.load(Ordering::Relaxed), 3);
    }
}
