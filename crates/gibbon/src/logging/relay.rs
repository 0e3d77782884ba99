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

/// How lines name the request that they are about.
const REQUEST_ID: &str = "request_id";

/// See the module.
pub(super) struct Relay(pub(super) Arc<LogFeed>);

impl<S: Subscriber> Layer<S> for Relay {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        if !self.0.is_heard() || SENDERS.iter().any(|sender| metadata.target().starts_with(sender)) {
            return;
        }
        let mut text = Text::default();
        event.record(&mut text);
        let level = match *metadata.level() {
            Level::ERROR => LogLevel::Error,
            Level::WARN => LogLevel::Warn,
            Level::INFO => LogLevel::Info,
            _ => LogLevel::Debug,
        };
        let source = metadata.module_path().unwrap_or_default();
        let Text { message, request_id } = text;
        self.0.tell(&LogLine { at: SystemTime::now(), level, message, request_id, source, line: metadata.line() });
    }
}

/// The message, and behind it names and values.
#[derive(Default)]
struct Text {
    message: String,
    request_id: Option<String>,
}

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == REQUEST_ID {
            self.request_id = Some(value.to_owned());
        }
        self.record_debug(field, &value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to memory cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.message, " {name}={value:?}"),
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
        let heard = Arc::<Mutex<Vec<(String, Option<String>)>>>::default();
        let kept = Arc::clone(&heard);
        let listener: Arc<Listener> =
            Arc::new(move |line| kept.lock().unwrap().push((line.message.clone(), line.request_id.clone())));
        feed.listen(&listener);
        let subscriber = tracing_subscriber::registry().with(Relay(feed));
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(host = "a", "away");
            tracing::warn!(request_id = "7", "away");
            tracing::error!(target: "gibbon_plugins::queue", "given up");
        });
        let about_seven = ("away request_id=\"7\"".to_owned(), Some("7".to_owned()));
        assert_eq!(*heard.lock().unwrap(), [("away host=\"a\"".to_owned(), None), about_seven]);
    }
}
