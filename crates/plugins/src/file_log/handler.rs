//! What the plugin does when an exchange is over.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::sync::Arc;

use gibbon_plugin_api::{ConfigureError, Handler, Settings};
use serde_json::Value;

use super::config::{Config, Opening};
use crate::custom_fields::CustomFields;
use crate::delivery::{Delivery, GATHERING};
use crate::document_log::DocumentLog;
use crate::waiting::WaitingText;

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
async fn write_all(config: Config, lines: Arc<WaitingText>) {
    let (mut file, mut written) = (None, Vec::new());
    while let Some(batch) = lines.next(std::mem::take(&mut written)).await {
        let (path, opening, open) = (config.path.clone(), config.opening, file.take());
        let writing = tokio::task::spawn_blocking(move || (write(&path, opening, open, &batch), batch));
        match writing.await {
            Ok((outcome, batch)) => {
                written = batch;
                match outcome {
                    Ok(open) => file = open,
                    Err(error) => tracing::error!(path = &*config.path, %error, "a log cannot be written"),
                }
            }
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
