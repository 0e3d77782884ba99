//! How much is logged, and how that is changed while the process runs.

use super::filter;
use gibbon_conf::LogLevel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::{Registry, reload};

/// The level of the error logs. All clones are one.
#[derive(Debug, Clone)]
pub(crate) struct Level {
    handle: reload::Handle<Targets, Registry>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    /// What the settings say.
    configured: LogLevel,
    /// What holds.
    current: LogLevel,
    /// Grows with each change, so that the end of one does not end the next.
    change: u64,
}

impl Level {
    pub(super) fn new(handle: reload::Handle<Targets, Registry>, configured: LogLevel) -> Self {
        let state = State { configured, current: configured, change: 0 };
        Self { handle, state: Arc::new(Mutex::new(state)) }
    }

    /// Takes over what the settings say; what was changed by hand ends.
    pub(super) fn configure(&self, level: LogLevel) {
        self.state().configured = level;
        self.apply(level);
    }

    /// Makes a level hold, and tells which change that was.
    fn apply(&self, level: LogLevel) -> u64 {
        let mut state = self.state();
        state.current = level;
        state.change += 1;
        // It fails only when the subscriber is gone, and then nothing is logged at all.
        let _ = self.handle.reload(filter(level));
        state.change
    }

    /// Goes back to the settings, unless something else was changed since.
    fn revert(&self, change: u64) {
        let configured = {
            let state = self.state();
            (state.change == change).then_some(state.configured)
        };
        if let Some(level) = configured {
            self.apply(level);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl gibbon_admin::LogLevels for Level {
    fn current(&self) -> LogLevel {
        self.state().current
    }

    /// Has to be called on a tokio runtime, as the Admin API does.
    fn change(&self, level: LogLevel, time: Option<Duration>) {
        let change = self.apply(level);
        let (Some(time), Ok(runtime)) = (time, Handle::try_current()) else { return };
        let this = self.clone();
        // It ends by itself, or with the runtime; a later change makes it do nothing.
        runtime.spawn(async move {
            tokio::time::sleep(time).await;
            this.revert(change);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{Level, LogLevel, filter};
    use gibbon_admin::LogLevels as _;
    use tracing_subscriber::reload;

    /// A level of no log. The layer has to live, as it does in a process.
    fn level() -> (Level, reload::Layer<tracing_subscriber::filter::Targets, tracing_subscriber::Registry>) {
        let (layer, handle) = reload::Layer::new(filter(LogLevel::Notice));
        (Level::new(handle, LogLevel::Notice), layer)
    }

    #[test]
    fn a_change_ends_with_what_the_settings_say() {
        let (level, _layer) = level();
        let change = level.apply(LogLevel::Debug);
        assert_eq!(level.current(), LogLevel::Debug);
        level.revert(change);
        assert_eq!(level.current(), LogLevel::Notice);
    }

    #[test]
    fn the_end_of_one_change_does_not_end_the_next() {
        let (level, _layer) = level();
        let first = level.apply(LogLevel::Debug);
        level.change(LogLevel::Info, None);
        level.revert(first);
        assert_eq!(level.current(), LogLevel::Info);
        level.configure(LogLevel::Warn);
        assert_eq!(level.current(), LogLevel::Warn);
    }
}
