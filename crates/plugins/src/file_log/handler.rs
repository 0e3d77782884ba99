//! What the plugin does when an exchange is over.

use std::fs::{File, OpenOptions};
use std::io::Write as _;

use gibbon_plugin_api::{ConfigureError, Handler, Settings};
use serde_json::Value;

use super::config::{Config, Opening};
use crate::custom_fields::CustomFields;
use crate::delivery::{Delivery, GATHERING, Lines};
use crate::document_log::DocumentLog;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let custom = CustomFields::read(config, settings)?;
    let config = Config::read(config)?;
    let delivery = Delivery::start(&settings.node, "file-log", |lines| write_all(config, lines));
    Ok(Box::new(DocumentLog::new(custom, move |mut document| {
        document.push(b'\n');
        delivery.send(document);
    })))
}

/// What waits is written at once, on a thread where a slow disk holds up nothing else.
async fn write_all(config: Config, lines: Lines) {
    let mut file = None;
    while let Some(mut batch) = lines.next().await {
        while let Some(line) = lines.take() {
            batch.extend(line);
        }
        let (path, opening, open) = (config.path.clone(), config.opening, file.take());
        let writing = tokio::task::spawn_blocking(move || write(&path, opening, open, &batch));
        match writing.await {
            Ok(Ok(open)) => file = open,
            Ok(Err(error)) => tracing::error!(path = &*config.path, %error, "a log cannot be written"),
            Err(error) => tracing::error!(%error, "a log cannot be written"),
        }
        tokio::time::sleep(GATHERING).await;
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
