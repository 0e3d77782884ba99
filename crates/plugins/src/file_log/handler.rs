//! What the plugin does when an exchange is over.

use std::fs::{File, OpenOptions};
use std::io::Write as _;

use gibbon_plugin_api::{ConfigureError, Handler, LogCx, Phases, Settings, StreamLogCx};
use gibbon_schema::Object;
use serde_json::Value;
use tokio::sync::mpsc::Receiver;

use super::config::{Config, Opening};
use crate::custom_fields::CustomFields;
use crate::delivery::Delivery;
use crate::log_document;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let custom = CustomFields::read(config, settings)?;
    let config = Config::read(config)?;
    Ok(Box::new(FileLog { custom, delivery: Delivery::start(&settings.node, |lines| write_all(config, lines)) }))
}

struct FileLog {
    custom: CustomFields,
    delivery: Delivery,
}

impl Handler for FileLog {
    fn log(&self, cx: &LogCx<'_>) {
        self.write(log_document::of(cx), Some(cx));
    }

    fn stream_log(&self, cx: &StreamLogCx<'_>) {
        self.write(log_document::of_stream(cx), None);
    }

    fn phases(&self) -> Phases {
        Phases::LOG.and(Phases::STREAM_LOG)
    }
}

impl FileLog {
    fn write(&self, mut document: Object, cx: Option<&LogCx<'_>>) {
        self.custom.apply(&mut document, cx);
        self.delivery.send((Value::Object(document).to_string() + "\n").into_bytes());
    }
}

/// What waits is written at once, on a thread where a slow disk holds up nothing else.
async fn write_all(config: Config, mut lines: Receiver<Vec<u8>>) {
    let mut file = None;
    while let Some(mut batch) = lines.recv().await {
        while let Ok(line) = lines.try_recv() {
            batch.extend(line);
        }
        let (path, opening, open) = (config.path.clone(), config.opening, file.take());
        let writing = tokio::task::spawn_blocking(move || write(&path, opening, open, &batch));
        match writing.await {
            Ok(Ok(open)) => file = open,
            Ok(Err(error)) => tracing::error!(path = &*config.path, %error, "a log cannot be written"),
            Err(error) => tracing::error!(%error, "a log cannot be written"),
        }
    }
}

/// The file, if it stays open.
fn write(path: &str, opening: Opening, open: Option<File>, lines: &[u8]) -> std::io::Result<Option<File>> {
    let mut file = match open {
        Some(file) => file,
        None => OpenOptions::new().create(true).append(true).open(path)?,
    };
    file.write_all(lines)?;
    Ok((opening == Opening::Once).then_some(file))
}
