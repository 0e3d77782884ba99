//! What the plugin does when an exchange is over.

use std::path::Path;
use std::time::SystemTime;

use gibbon_plugin_api::{ConfigureError, Handler, LogCx, Phases, Settings, StreamLogCx};
use serde_json::Value;

use super::config::Config;
use super::socket;
use crate::custom_fields::CustomFields;
use crate::delivery::Delivery;
use crate::severity::Severity;
use crate::{log_document, timestamp};

/// Who messages are from, as whoever reads logs of Kong expects it.
const SENDER: &str = "kong";

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let custom = CustomFields::read(config, settings)?;
    let config = Config::read(config)?;
    let delivery =
        Delivery::start(&settings.node, "syslog", |messages| socket::write_all(Path::new(socket::PATH), messages));
    Ok(Box::new(Syslog { config, custom, delivery }))
}

struct Syslog {
    config: Config,
    custom: CustomFields,
    delivery: Delivery,
}

impl Handler for Syslog {
    fn log(&self, cx: &LogCx<'_>) {
        if let Some(severity) = self.config.severities.of(cx.response.status) {
            self.write(severity, &log_document::text(cx, &self.custom));
        }
    }

    fn stream_log(&self, cx: &StreamLogCx<'_>) {
        if let Some(severity) = self.config.severities.of_stream() {
            self.write(severity, &log_document::text_of_stream(cx, &self.custom));
        }
    }

    fn phases(&self) -> Phases {
        Phases::LOG.and(Phases::STREAM_LOG)
    }
}

impl Syslog {
    fn write(&self, severity: Severity, document: &[u8]) {
        let priority = severity.priority(self.config.facility);
        self.delivery.send(message(priority, SystemTime::now(), document));
    }
}

/// A message as the C library leaves it for the daemon.
fn message(priority: u8, now: SystemTime, text: &[u8]) -> Vec<u8> {
    let head = format!("<{priority}>{} {SENDER}[{}]: ", timestamp::local_log(now), std::process::id());
    [head.as_bytes(), text].concat()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use serde_json::json;

    use super::*;

    fn priority(config: Value, status: u16) -> Option<u8> {
        let config = Config::read(&config).unwrap();
        let status = http::StatusCode::from_u16(status).unwrap();
        config.severities.of(status).map(|severity| severity.priority(config.facility))
    }

    #[test]
    fn a_message_begins_as_the_daemon_expects_it() {
        let at = UNIX_EPOCH + Duration::from_secs(1_795_683_962);
        let expected = format!("<14>Nov 26 09:06:02 kong[{}]: {{}}", std::process::id());
        assert_eq!(message(14, at, b"{}"), expected.as_bytes());
    }

    #[test]
    fn facility_and_severity_are_one_number() {
        assert_eq!(priority(json!({}), 200), Some(14));
        let config = json!({ "facility": "local7", "server_errors_severity": "alert" });
        assert_eq!((priority(config.clone(), 503), priority(config, 404)), (Some(185), Some(190)));
        assert_eq!(priority(json!({ "facility": "kern", "client_errors_severity": "debug" }), 404), None);
    }
}
