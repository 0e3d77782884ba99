//! How spans get to the collector.

use std::time::Duration;

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::ConfigureError;
use serde_json::Value;

use crate::collector::{Collector, Patience};
use crate::config_error;

/// Where spans are sent; nowhere where the configuration names nobody.
pub(super) fn collector(config: &Value) -> Result<Option<Collector>, ConfigureError> {
    config_error::read(config, |config| {
        let Some(endpoint) = config.optional_text("http_endpoint")? else { return Ok(None) };
        let headers = vec![(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"))];
        Ok(Some(Collector::new(endpoint, headers, patience(config)?)))
    })
}

fn patience(config: Body<'_>) -> Result<Patience, BodyError> {
    let millis = |field, usual| Ok(Duration::from_millis(config.integer::<u64>(field, usual)?));
    Ok(Patience {
        connect: millis("connect_timeout", 2000)?,
        send: millis("send_timeout", 5000)?,
        read: millis("read_timeout", 5000)?,
    })
}

/// Sends spans, each of which is JSON, as one array.
pub(super) fn send(collector: &Collector, batch: &[Vec<u8>]) -> Result<(), String> {
    let body = [b"[".as_slice(), &batch.join(&b','), b"]"].concat();
    collector.post(body)
}
