//! Lines of the gateway's own log, as they are written, for plugins that send them elsewhere.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::SystemTime;

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// For whoever looks for a fault.
    Debug,
    /// What is as it should be.
    Info,
    /// What somebody should look at.
    Warn,
    /// What has failed.
    Error,
}

/// One line.
#[derive(Debug, Clone)]
pub struct LogLine {
    /// When it was written.
    pub at: SystemTime,
    /// How much it matters.
    pub level: LogLevel,
    /// What it says.
    pub message: String,
    /// The id of the request that it is about, where it is about one.
    pub request_id: Option<String>,
    /// The part of the program that says it.
    pub source: &'static str,
    /// Where in that part.
    pub line: Option<u32>,
}

/// Somebody who is told of each line. It must neither wait nor write to the log itself.
pub type Listener = dyn Fn(&LogLine) + Send + Sync;

/// Those who listen. Without any, nobody makes a [`LogLine`].
#[derive(Default)]
pub struct LogFeed {
    is_heard: AtomicBool,
    listeners: Mutex<Vec<Weak<Listener>>>,
}

impl LogFeed {
    /// Tells `listener` of each line for as long as somebody holds it.
    pub fn listen(&self, listener: &Arc<Listener>) {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|known| known.strong_count() > 0);
        listeners.push(Arc::downgrade(listener));
        self.is_heard.store(true, Ordering::Relaxed);
    }

    /// Whether anybody listens.
    pub fn is_heard(&self) -> bool {
        self.is_heard.load(Ordering::Relaxed)
    }

    /// Tells all who listen.
    pub fn tell(&self, line: &LogLine) {
        let listeners: Vec<_> = {
            let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
            listeners.retain(|known| known.strong_count() > 0);
            self.is_heard.store(!listeners.is_empty(), Ordering::Relaxed);
            listeners.iter().filter_map(Weak::upgrade).collect()
        };
        listeners.iter().for_each(|listener| listener(line));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    fn line() -> LogLine {
        LogLine {
            at: SystemTime::now(),
            level: LogLevel::Warn,
            message: "m".into(),
            request_id: None,
            source: "s",
            line: None,
        }
    }

    #[test]
    fn a_listener_is_told_until_nobody_holds_it() {
        let feed = LogFeed::default();
        assert!(!feed.is_heard());
        let heard = Arc::<AtomicUsize>::default();
        let count = Arc::clone(&heard);
        let listener: Arc<Listener> = Arc::new(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
        });
        feed.listen(&listener);
        feed.tell(&line());
        assert!(feed.is_heard());
        drop(listener);
        feed.tell(&line());
        assert_eq!((heard.load(Ordering::Relaxed), feed.is_heard()), (1, false));
    }
}
