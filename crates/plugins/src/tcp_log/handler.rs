//! What the plugin does when an exchange is over.

use std::io;
use std::time::Duration;

use gibbon_plugin_api::{ConfigureError, Handler, Settings};
use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::config::Config;
use super::connection::Connection;
use crate::custom_fields::CustomFields;
use crate::delivery::{Delivery, GATHERING, Lines};
use crate::document_log::DocumentLog;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let custom = CustomFields::read(config, settings)?;
    let config = Config::read(config)?;
    let delivery = Delivery::start(&settings.node, "tcp-log", |lines| send_all(config, lines));
    Ok(Box::new(DocumentLog::new(custom, move |mut document| {
        document.push(b'\n');
        delivery.send(document);
    })))
}

/// How many bytes are written at once, if each line is shorter.
const WRITTEN_AT_ONCE: usize = 64 * 1024;

/// One line after the other, on one connection for as long as that lasts.
async fn send_all(config: Config, lines: Lines) {
    let mut kept: Option<Connection> = None;
    loop {
        let line = match (&kept, config.keepalive) {
            (Some(_), Some(keepalive)) => timeout(keepalive, lines.next()).await,
            (None, _) | (_, None) => Ok(lines.next().await),
        };
        let Ok(line) = line else {
            close(kept.take(), config.timeout).await;
            continue;
        };
        let Some(mut text) = line else { return close(kept, config.timeout).await };
        lines.append_to(&mut text, WRITTEN_AT_ONCE);
        let is_all = text.len() < WRITTEN_AT_ONCE;
        let open = kept.take().filter(Connection::is_open);
        match timeout(config.timeout, send(&config, open, &text)).await {
            Ok(Ok(connection)) => kept = Some(connection),
            Ok(Err(error)) => complain(&config, &error),
            Err(_) => complain(&config, &io::ErrorKind::TimedOut.into()),
        }
        if is_all {
            sleep(GATHERING).await;
        }
    }
}

async fn send(config: &Config, open: Option<Connection>, text: &[u8]) -> io::Result<Connection> {
    let mut connection = match open {
        Some(connection) => connection,
        None => Connection::open(config).await?,
    };
    connection.send(text).await?;
    Ok(connection)
}

async fn close(connection: Option<Connection>, patience: Duration) {
    if let Some(connection) = connection {
        // A server that does not listen any more need not be told for ever.
        let _ = timeout(patience, connection.close()).await;
    }
}

fn complain(config: &Config, error: &io::Error) {
    tracing::error!(host = &*config.host, port = config.port, %error, "lines of a log cannot be sent");
}
