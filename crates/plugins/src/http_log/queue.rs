//! Exchanges that wait to be sent: gathered into batches, and tried again where they could not be.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gibbon_plugin_api::Node;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, sleep, timeout_at};

/// What a queue may hold, and how it is emptied.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    pub(super) batch: usize,
    pub(super) coalescing: Duration,
    pub(super) entries: usize,
    pub(super) bytes: Option<usize>,
    pub(super) retry_time: Duration,
    pub(super) first_delay: Duration,
    pub(super) longest_delay: Duration,
    pub(super) concurrency: Concurrency,
}

/// How many batches are under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Concurrency {
    OneByOne,
    AllAtOnce,
}

/// Sends a batch; it may take its time.
pub(super) type Send = Arc<dyn Fn(&[Vec<u8>]) -> Result<(), String> + std::marker::Send + Sync>;

/// The entrance of a queue.
pub(super) struct Queue {
    entrance: Option<Sender<Vec<u8>>>,
    waiting: Arc<AtomicUsize>,
    limits: Limits,
}

impl Queue {
    pub(super) fn start(node: &Node, limits: Limits, send: Send) -> Self {
        let waiting = Arc::<AtomicUsize>::default();
        let entrance = node.runtime.as_ref().map(|runtime| {
            let (entrance, exit) = channel(limits.entries.max(1));
            runtime.spawn(empty(exit, limits.clone(), send, Arc::clone(&waiting)));
            entrance
        });
        Self { entrance, waiting, limits }
    }

    /// Never waits: what there is no room for is lost, and named in the log.
    pub(super) fn push(&self, entry: Vec<u8>) {
        let Some(entrance) = &self.entrance else { return };
        let length = entry.len();
        let waiting = self.waiting.fetch_add(length, Ordering::Relaxed) + length;
        let is_over = self.limits.bytes.is_some_and(|most| waiting > most);
        if is_over || entrance.try_send(entry).is_err() {
            self.waiting.fetch_sub(length, Ordering::Relaxed);
            tracing::error!("an exchange is not logged, since too many are waiting");
        }
    }
}

async fn empty(mut exit: Receiver<Vec<u8>>, limits: Limits, send: Send, waiting: Arc<AtomicUsize>) {
    while let Some(first) = exit.recv().await {
        let batch = gather(first, &mut exit, &limits).await;
        waiting.fetch_sub(batch.iter().map(Vec::len).sum(), Ordering::Relaxed);
        let sending = deliver(batch, limits.clone(), Arc::clone(&send));
        match limits.concurrency {
            Concurrency::OneByOne => sending.await,
            Concurrency::AllAtOnce => drop(tokio::spawn(sending)),
        }
    }
}

async fn gather(first: Vec<u8>, exit: &mut Receiver<Vec<u8>>, limits: &Limits) -> Vec<Vec<u8>> {
    let (mut batch, until) = (vec![first], Instant::now() + limits.coalescing);
    while batch.len() < limits.batch {
        match timeout_at(until, exit.recv()).await {
            Ok(Some(entry)) => batch.push(entry),
            Ok(None) | Err(_) => break,
        }
    }
    batch
}

async fn deliver(batch: Vec<Vec<u8>>, limits: Limits, send: Send) {
    let (begun, mut delay, batch) = (Instant::now(), limits.first_delay, Arc::new(batch));
    loop {
        let (send, sent) = (Arc::clone(&send), Arc::clone(&batch));
        let outcome = tokio::task::spawn_blocking(move || send(&sent)).await;
        match outcome.unwrap_or_else(|error| Err(error.to_string())) {
            Ok(()) => return,
            Err(error) if begun.elapsed() + delay > limits.retry_time => {
                return tracing::error!(exchanges = batch.len(), %error, "exchanges could not be logged");
            }
            Err(error) => tracing::warn!(%error, "exchanges are sent to a log again"),
        }
        sleep(delay).await;
        delay = (delay * 2).min(limits.longest_delay);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

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
        let send: Send = Arc::new(move |batch| {
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
        let queue = Queue::start(&node, bounded, Arc::new(|_| Ok(())));
        // Nothing is taken out as long as the runtime does not run.
        for entry in ["ab", "cd", "e"] {
            queue.push(entry.into());
        }
        assert_eq!(queue.waiting.load(Ordering::Relaxed), 3);
    }
}
