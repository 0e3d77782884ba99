//! Lines for plugins that send them elsewhere.

use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::time::SystemTime;

use gibbon_plugin_api::{LogFeed, LogLevel, LogLine};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// What plugins and the libraries that they send with say is not sent: each line would bring forth another one.
const SENDERS: [&str; 3] = ["gibbon_plugins", "ureq", "rustls"];

/// See the module.
pub(super) struct Relay(pub(super) Arc<LogFeed>);

impl<S: Subscriber> Layer<S> for Relay {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        if !self.0.is_heard() || SENDERS.iter().any(|sender| metadata.target().starts_with(sender)) {
            return;
        }
        let mut text = Text(String::new());
        event.record(&mut text);
        let level = match *metadata.level() {
            Level::ERROR => LogLevel::Error,
            Level::WARN => LogLevel::Warn,
            Level::INFO => LogLevel::Info,
            _ => LogLevel::Debug,
        };
        let source = metadata.module_path().unwrap_or_default();
        self.0.tell(&LogLine { at: SystemTime::now(), level, message: text.0, source, line: metadata.line() });
    }
}

/// The message, and behind it names and values.
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to memory cannot fail.
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use gibbon_plugin_api::log_feed::Listener;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[test]
    fn lines_are_told_but_not_those_of_whoever_sends_them() {
        let feed = Arc::<LogFeed>::default();
        let heard = Arc::<Mutex<Vec<String>>>::default();
        let kept = Arc::clone(&heard);
        let listener: Arc<Listener> = Arc::new(move |line| kept.lock().unwrap().push(line.message.clone()));
        feed.listen(&listener);
        let subscriber = tracing_subscriber::registry().with(Relay(feed));
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(host = "a", "away");
            tracing::error!(target: "gibbon_plugins::queue", "given up");
        });
        assert_eq!(*heard.lock().unwrap(), ["away host=\"a\""]);
    }
}
