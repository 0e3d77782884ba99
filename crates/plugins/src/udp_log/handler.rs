//! What the plugin does when an exchange is over.

use gibbon_plugin_api::{ConfigureError, Handler, Settings};
use serde_json::Value;

use super::config;
use crate::custom_fields::CustomFields;
use crate::datagrams;
use crate::delivery::Delivery;
use crate::document_log::DocumentLog;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let custom = CustomFields::read(config, settings)?;
    let place = config::read(config)?;
    let delivery = Delivery::start(&settings.node, "udp-log", |lines| datagrams::send_all(place, lines));
    Ok(Box::new(DocumentLog::new(custom, move |document| delivery.send(document))))
}
