//! What a message looks like: `2026-11-23T03:34:01.123456Z [notice] the sentence field=value`.

use std::fmt::{self, Write as _};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// One line a message, whatever is in it.
pub(super) struct PlainLines;

impl<S, N> FormatEvent<S, N> for PlainLines
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut line = String::with_capacity(160);
        SystemTime.format_time(&mut Writer::new(&mut line))?;
        write!(line, " [{}] ", word(*event.metadata().level()))?;
        // Our own crates write sentences that speak for themselves; of others one has to know who is speaking.
        if !event.metadata().target().starts_with("gibbon") {
            write!(line, "{}: ", event.metadata().target())?;
        }
        context.format_fields(Writer::new(&mut line), event)?;
        for span in context.event_scope().into_iter().flatten() {
            if let Some(fields) = span.extensions().get::<FormattedFields<N>>().filter(|fields| !fields.is_empty()) {
                write!(line, " {fields}")?;
            }
        }
        write_in_one_line(&mut out, &line)
    }
}

/// Five levels of `tracing`, and the five words of nginx that operators filter by.
fn word(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "notice",
        Level::DEBUG => "info",
        Level::TRACE => "debug",
    }
}

/// Values come from clients: with a line feed in them they could write messages of their own, and with an escape
/// character repaint the terminal of whoever reads the log.
fn write_in_one_line(out: &mut Writer<'_>, line: &str) -> fmt::Result {
    for character in line.chars() {
        if character.is_control() {
            write!(out, "{}", character.escape_default())?;
        } else {
            out.write_char(character)?;
        }
    }
    out.write_char('\n')
}
