//! What the plugin does when an exchange is over.

use std::sync::Arc;
use std::time::SystemTime;

use gibbon_plugin_api::{ConfigureError, Handler, LogCx, Phases, Settings, StreamLogCx};
use serde_json::Value;

use super::config::Config;
use crate::custom_fields::CustomFields;
use crate::delivery::Delivery;
use crate::severity::{Severities, Severity};
use crate::{datagrams, log_document, timestamp};

/// Who messages are from, as whoever reads logs of Kong expects it.
const SENDER: &str = "kong";

/// The facility `user`.
const FACILITY: u8 = 1;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let custom = CustomFields::read(config, settings)?;
    let Config { place, data, severities } = Config::read(config)?;
    let delivery = Delivery::start(&settings.node, "loggly", |messages| datagrams::send_all(place, messages));
    let hostname = Arc::clone(&settings.node.hostname);
    Ok(Box::new(Loggly { custom, data, severities, hostname, delivery }))
}

struct Loggly {
    custom: CustomFields,
    data: String,
    severities: Severities,
    hostname: Arc<str>,
    delivery: Delivery,
}

impl Handler for Loggly {
    fn log(&self, cx: &LogCx<'_>) {
        if let Some(severity) = self.severities.of(cx.response.status) {
            self.write(severity, &log_document::text(cx, &self.custom));
        }
    }

    fn stream_log(&self, cx: &StreamLogCx<'_>) {
        if let Some(severity) = self.severities.of_stream() {
            self.write(severity, &log_document::text_of_stream(cx, &self.custom));
        }
    }

    fn phases(&self) -> Phases {
        Phases::LOG.and(Phases::STREAM_LOG)
    }
}

impl Loggly {
    fn write(&self, severity: Severity, document: &[u8]) {
        let (priority, now) = (severity.priority(FACILITY), timestamp::internet(SystemTime::now()));
        let (hostname, data) = (&self.hostname, &self.data);
        let head = format!("<{priority}>1 {now} {hostname} {SENDER} - - {data} ");
        self.delivery.send([head.as_bytes(), document].concat());
    }
}
