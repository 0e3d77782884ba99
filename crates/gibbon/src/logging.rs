//! The logs of this process: messages through `tracing`, and access lines, each to where the settings say.
//!
//! Nothing that logs ever waits for a disk or a terminal: lines go to a thread of their own through a bounded queue
//! (`sink`), and when that is full they are dropped and counted.

mod level;
mod line;
mod relay;
mod sink;

use gibbon_conf::{LogLevel, LogTarget, Logs};
use gibbon_plugin_api::LogFeed;
pub(crate) use level::Level;
use line::PlainLines;
use relay::Relay;
pub(crate) use sink::Sink;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use tracing::level_filters::LevelFilter;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, reload};

/// The logs while the process lives. Dropping it writes out what is still queued.
#[derive(Debug)]
pub(crate) struct Logging {
    level: Level,
    sinks: HashMap<LogTarget, Sink>,
    proxy_access: Option<Sink>,
    stream_access: Option<Sink>,
    admin_access: Option<Sink>,
    manager_access: Option<Sink>,
    status_access: Option<Sink>,
    admin_audit: Option<Sink>,
    feed: Feed,
}

/// Those who are told of lines.
#[derive(Clone, Default)]
struct Feed(Arc<LogFeed>);

impl std::fmt::Debug for Feed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Feed").finish_non_exhaustive()
    }
}

impl Logging {
    /// Opens all logs and makes them those of the process. Files and their folders are made if they are not there.
    ///
    /// # Errors
    /// When a file cannot be opened; the error names it.
    pub(crate) fn start(logs: &Logs) -> io::Result<Self> {
        let mut sinks = HashMap::new();
        let writers = ErrorLogs {
            proxy: open(&mut sinks, &logs.proxy_error)?,
            streams: open(&mut sinks, &logs.stream_error)?,
            admin: open(&mut sinks, &logs.admin_error)?,
        };
        let proxy_access = open(&mut sinks, &logs.proxy_access)?;
        let stream_access = open(&mut sinks, &logs.stream_access)?;
        let admin_access = open(&mut sinks, &logs.admin_access)?;
        let manager_access = open(&mut sinks, &logs.manager_access)?;
        let status_access = open(&mut sinks, &logs.status_access)?;
        let admin_audit = open(&mut sinks, &logs.admin_audit)?;
        let (filter, handle) = reload::Layer::new(filter(logs.level));
        // A second subscriber can only be asked for by a second gateway in one process, as tests have it.
        let feed = Feed::default();
        let relay = Relay(Arc::clone(&feed.0));
        let _ = tracing_subscriber::registry().with(lines(writers).and_then(relay).with_filter(filter)).try_init();
        std::panic::set_hook(Box::new(log_panic));
        let level = Level::new(handle, logs.level);
        Ok(Self {
            level,
            sinks,
            proxy_access,
            stream_access,
            admin_access,
            manager_access,
            status_access,
            admin_audit,
            feed,
        })
    }

    /// Where plugins may listen to lines.
    pub(crate) fn feed(&self) -> Arc<LogFeed> {
        Arc::clone(&self.feed.0)
    }

    /// Changes how much is logged, from the next message on.
    pub(crate) fn set_level(&self, level: LogLevel) {
        self.level.configure(level);
    }

    /// How much is logged, for whoever changes it while the process runs.
    pub(crate) fn level(&self) -> &Level {
        &self.level
    }

    /// Opens every log file again under its name.
    pub(crate) fn reopen(&self) {
        self.sinks.values().for_each(Sink::reopen);
    }

    /// Where a line goes for each request to the proxy; `None` when that is off.
    pub(crate) fn proxy_access(&self) -> Option<Sink> {
        self.proxy_access.clone()
    }

    /// Where a line goes for each stream; `None` when that is off.
    pub(crate) fn stream_access(&self) -> Option<Sink> {
        self.stream_access.clone()
    }

    /// Where a line goes for each request to the Admin API; `None` when that is off.
    pub(crate) fn admin_access(&self) -> Option<Sink> {
        self.admin_access.clone()
    }

    /// Where a line goes for each request to the manager; `None` when that is off.
    pub(crate) fn manager_access(&self) -> Option<Sink> {
        self.manager_access.clone()
    }

    /// Where a line goes for each request to the Status API; `None` when that is off.
    pub(crate) fn status_access(&self) -> Option<Sink> {
        self.status_access.clone()
    }

    /// Where a line goes for each write that the Admin API is asked for; `None` when that is off.
    pub(crate) fn admin_audit(&self) -> Option<Sink> {
        self.admin_audit.clone()
    }
}

impl Drop for Logging {
    fn drop(&mut self) {
        self.sinks.values().for_each(Sink::flush);
    }
}

/// Two logs of one name are one: their lines must not be mixed within a line.
fn open(sinks: &mut HashMap<LogTarget, Sink>, target: &LogTarget) -> io::Result<Option<Sink>> {
    if let Some(sink) = sinks.get(target) {
        return Ok(Some(sink.clone()));
    }
    let sink = Sink::open(target)?;
    sinks.extend(sink.clone().map(|sink| (target.clone(), sink)));
    Ok(sink)
}

fn lines<S>(writers: ErrorLogs) -> impl Layer<S>
where
    S: Subscriber + for<'s> tracing_subscriber::registry::LookupSpan<'s>,
{
    tracing_subscriber::fmt::layer().event_format(PlainLines).with_ansi(false).with_writer(writers)
}

/// Our own messages down to the level, and those of other crates only where something is wrong: what these find worth
/// noticing is the inside of a connection or a statement.
fn filter(level: LogLevel) -> Targets {
    let level = match level {
        LogLevel::Emerg | LogLevel::Alert | LogLevel::Crit | LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Notice => LevelFilter::INFO,
        LogLevel::Info => LevelFilter::DEBUG,
        LogLevel::Debug => LevelFilter::TRACE,
    };
    Targets::new().with_default(level.min(LevelFilter::WARN)).with_target("gibbon", level)
}

/// A panic is a fault of ours; it must be in the log also when standard error is gone.
fn log_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let message = panic.payload_as_str().unwrap_or("no message");
    tracing::error!(place, "panic: {message}");
}

/// Chooses the log of a message by the crate that it comes from.
struct ErrorLogs {
    proxy: Option<Sink>,
    streams: Option<Sink>,
    admin: Option<Sink>,
}

impl<'w> MakeWriter<'w> for ErrorLogs {
    type Writer = sink::Line<'w>;

    fn make_writer(&'w self) -> Self::Writer {
        sink::Line::to(self.proxy.as_ref())
    }

    fn make_writer_for(&'w self, metadata: &Metadata<'_>) -> Self::Writer {
        let is_from = |place: &str| metadata.target().starts_with(place);
        sink::Line::to(match () {
            () if is_from("gibbon_admin") => self.admin.as_ref(),
            () if is_from("gibbon_proxy::stream") => self.streams.as_ref(),
            () => self.proxy.as_ref(),
        })
    }
}

#[cfg(test)]
mod tests;
