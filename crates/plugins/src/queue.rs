//! What waits to be sent to a server: gathered into batches, and tried again where it could not be.
//!
//! A queue has two ends: plugins put something in, which never waits, and one task beside the workers takes it out. A
//! server that is slow or away costs what has waited longest, and no request any time.

mod fields;
mod limits;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use gibbon_plugin_api::Node;
use tokio::time::{Instant, sleep, timeout_at};

pub(crate) use fields::{FormerNames, queue_field};
pub(crate) use limits::{Concurrency, Limits};

use crate::delivery::GATHERING;
use crate::overflow::Overflow;
use crate::waiting::{Room, Waiting, Waits};

/// Sends a batch; it may take its time.
pub(crate) type Deliver<E> = Arc<dyn Fn(&[E]) -> Result<(), String> + Send + Sync>;

/// The entrance of a queue. Its task ends when the entrance is gone and nothing waits any more.
pub(crate) struct Queue<E: Waits> {
    /// None where nothing is delivered.
    waiting: Option<Arc<Waiting<E>>>,
    overflow: Overflow,
}

impl<E: Waits> Queue<E> {
    /// A queue whose batches `send` delivers, on a thread where it may take its time. Without a runtime beside the
    /// workers nothing is delivered.
    pub(crate) fn start(node: &Node, plugin: &'static str, limits: Limits, send: Deliver<E>) -> Self {
        let waiting = node.runtime.as_ref().map(|runtime| {
            let waiting = Waiting::start(node, plugin, limits.entries, limits.bytes);
            runtime.spawn(empty(Arc::clone(&waiting), limits, send));
            waiting
        });
        Self { waiting, overflow: Overflow::default() }
    }

    /// Never waits: where there is no room, what has waited longest is lost, which the log is told.
    pub(crate) fn push(&self, entry: E) {
        let Some(waiting) = &self.waiting else { return };
        match waiting.push(entry) {
            Room::Enough => self.overflow.is_over(),
            Room::TooLittle if self.overflow.begins() => {
                tracing::error!("too much waits to be sent to a server: the oldest is lost until there is room again");
            }
            Room::TooLittle => {}
        }
    }
}

impl<E: Waits> Drop for Queue<E> {
    fn drop(&mut self) {
        if let Some(waiting) = &self.waiting {
            waiting.close();
        }
    }
}

/// Batches that are sent one after the other.
type Round<E> = VecDeque<Vec<E>>;

/// How many entries are taken to the thread that sends, where batches have fewer: every way there and back wakes two
/// threads.
const ENTRIES_OF_A_ROUND: usize = 64;

/// What a round leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// Less than a batch.
    Little,
    /// As much as there was no room for.
    More,
}

async fn empty<E: Waits>(waiting: Arc<Waiting<E>>, limits: Limits, send: Deliver<E>) {
    while let Some(first) = waiting.next().await {
        let mut round = Round::from([gather(first, &waiting, &limits).await]);
        match limits.concurrency {
            Concurrency::OneByOne => {
                let left = fill(&mut round, &waiting, limits.batch);
                deliver(round, &limits, &send).await;
                if left == Left::Little {
                    sleep(GATHERING).await;
                }
            }
            Concurrency::AllAtOnce => {
                let (limits, send) = (limits.clone(), Arc::clone(&send));
                tokio::spawn(async move { deliver(round, &limits, &send).await });
            }
        }
    }
}

/// Adds the batches that are full already, as far as there is room.
fn fill<E: Waits>(round: &mut Round<E>, waiting: &Waiting<E>, size: usize) -> Left {
    let most = (ENTRIES_OF_A_ROUND / size).max(1);
    let full = std::iter::from_fn(|| waiting.take_full(size));
    round.extend(full.take(most.saturating_sub(round.len())));
    let is_full = round.len() >= most && round.back().is_some_and(|last| last.len() >= size);
    if is_full { Left::More } else { Left::Little }
}

async fn gather<E: Waits>(first: E, waiting: &Waiting<E>, limits: &Limits) -> Vec<E> {
    let (mut batch, until) = (vec![first], Instant::now() + limits.coalescing);
    while batch.len() < limits.batch {
        match timeout_at(until, waiting.next()).await {
            Ok(Some(entry)) => batch.push(entry),
            Ok(None) | Err(_) => break,
        }
    }
    batch
}

async fn deliver<E: Waits>(mut round: Round<E>, limits: &Limits, send: &Deliver<E>) {
    let mut attempts = Attempts::begin(limits);
    while !round.is_empty() {
        let before = round.len();
        let outcome;
        (round, outcome) = send_in_turn(round, Arc::clone(send)).await;
        let Err(error) = outcome else { return };
        if round.len() < before {
            attempts = Attempts::begin(limits);
        }
        if attempts.are_over(limits) {
            let entries = round.pop_front().map_or(0, |batch| batch.len());
            tracing::error!(entries, %error, "what was to be sent to a server is given up");
            attempts = Attempts::begin(limits);
        } else {
            tracing::warn!(%error, "what could not be sent to a server is sent again");
            attempts.rest(limits).await;
        }
    }
}

/// Sends batches until one cannot be; gives those that are left, that one first.
async fn send_in_turn<E: Waits>(mut round: Round<E>, send: Deliver<E>) -> (Round<E>, Result<(), String>) {
    let sending = tokio::task::spawn_blocking(move || {
        let mut outcome = Ok(());
        while outcome.is_ok()
            && let Some(batch) = round.pop_front()
        {
            outcome = send(&batch);
            if outcome.is_err() {
                round.push_front(batch);
            }
        }
        (round, outcome)
    });
    sending.await.unwrap_or_else(|error| (Round::new(), Err(error.to_string())))
}

/// How often one batch has been tried.
struct Attempts {
    since: Instant,
    delay: Duration,
}

impl Attempts {
    fn begin(limits: &Limits) -> Self {
        Self { since: Instant::now(), delay: limits.first_delay }
    }

    fn are_over(&self, limits: &Limits) -> bool {
        self.since.elapsed() + self.delay > limits.retry_time
    }

    async fn rest(&mut self, limits: &Limits) {
        sleep(self.delay).await;
        self.delay = (self.delay * 2).min(limits.longest_delay);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

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

    /// What is sent of five entries, the first of which there is no room for, where the first attempts fail.
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
            let waiting = Arc::new(Waiting::new(limits.entries, limits.bytes));
            for entry in ["a", "b", "c", "d", "e"] {
                waiting.push(entry.into());
            }
            waiting.close();
            empty(waiting, limits, send).await;
        });
        std::mem::take(&mut *sent.lock().unwrap())
    }

    #[test]
    fn entries_are_sent_in_batches_and_in_order() {
        assert_eq!(sent(limits(1), 0), [["b"], ["c"], ["d"], ["e"]]);
        assert_eq!(sent(limits(3), 0), [vec!["b", "c", "d"], vec!["e"]]);
    }

    #[test]
    fn a_batch_is_sent_again_until_it_has_arrived_or_time_is_up() {
        assert_eq!(sent(limits(4), 3), [["b", "c", "d", "e"]]);
        let impatient = Limits { retry_time: Duration::ZERO, ..limits(2) };
        assert_eq!(sent(impatient, 1), [["d", "e"]]);
    }

    /// The sizes of the batches of a round whose first has so many entries, while so many more wait.
    fn filled(first: usize, waits: usize, size: usize) -> (Vec<usize>, Left) {
        let waiting = Waiting::new(waits, None);
        (0..waits).for_each(|_| assert_eq!(waiting.push(Vec::new()), Room::Enough));
        let mut round = Round::from([vec![Vec::new(); first]]);
        let left = fill(&mut round, &waiting, size);
        (round.iter().map(Vec::len).collect(), left)
    }

    #[test]
    fn a_round_that_is_full_is_followed_by_the_next_and_another_is_rested_after() {
        assert_eq!(filled(1, 10, 1), (vec![1; 11], Left::Little));
        assert_eq!(filled(1, 100, 1), (vec![1; 64], Left::More));
        assert_eq!(filled(20, 50, 20), (vec![20; 3], Left::More));
        assert_eq!(filled(20, 30, 20), (vec![20; 2], Left::Little));
        assert_eq!(filled(200, 500, 200), (vec![200], Left::More));
        assert_eq!(filled(150, 0, 200), (vec![150], Left::Little));
    }

    #[test]
    fn a_batch_that_is_given_up_does_not_take_those_behind_it_along() {
        let impatient = Limits { retry_time: Duration::ZERO, ..limits(1) };
        assert_eq!(sent(impatient, 2), [["d"], ["e"]]);
    }

    #[test]
    fn what_has_waited_longest_is_lost_and_the_rest_is_sent_when_the_entrance_is_gone() {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let node = Node { runtime: Some(runtime.handle().clone()), ..Node::default() };
        let (send, sent) = std::sync::mpsc::channel();
        let deliver: Deliver<Vec<u8>> =
            Arc::new(move |batch| send.send(batch.concat()).map_err(|error| error.to_string()));
        let queue = Queue::start(&node, "http-log", Limits { bytes: Some(3), ..limits(9) }, deliver);
        // Nothing is taken out as long as the runtime does not run.
        ["ab", "cd", "e"].into_iter().for_each(|entry| queue.push(entry.into()));
        drop(queue);
        let all = runtime.block_on(runtime.spawn_blocking(move || sent.iter().collect::<Vec<_>>())).unwrap();
        assert_eq!(all, [b"cde"]);
    }
}
