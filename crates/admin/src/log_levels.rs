use std::time::Duration;

use gibbon_conf::LogLevel;

/// How much the node logs, and how that is changed while it runs.
pub trait LogLevels: Send + Sync {
    /// The level that holds now.
    fn current(&self) -> LogLevel;

    /// Makes another one hold: for that long, after which the one of the settings comes back, or until the settings are
    /// read again.
    fn change(&self, level: LogLevel, time: Option<Duration>);
}
