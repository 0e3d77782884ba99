//! How much an exchange matters, in the words of syslog (RFC 5424 section 6.2.1).

use std::str::FromStr;

use gibbon_entities::{Body, BodyError};
use gibbon_schema::{Field, field};
use http::StatusCode;

/// From `emerg` (0) to `debug` (7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Severity(u8);

/// The names, by their numbers.
const NAMES: [&str; 8] = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

/// The names as the schemas of Kong list them.
const LISTED: [&str; 8] = ["debug", "info", "notice", "warning", "err", "crit", "alert", "emerg"];

impl Severity {
    /// What is said of most things.
    const INFO: Self = Self(6);

    /// The priority of a message of that facility.
    pub(crate) fn priority(self, facility: u8) -> u8 {
        facility * 8 + self.0
    }
}

impl FromStr for Severity {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        let number = NAMES.iter().position(|known| *known == name).and_then(|number| u8::try_from(number).ok());
        number.map(Self).ok_or(())
    }
}

/// The fields of a configuration, with the description of each.
pub(crate) fn fields() -> [Field; 4] {
    [
        ("log_level", "What matters less than this is not logged."),
        ("successful_severity", "How much exchanges with a status below 400 matter."),
        ("client_errors_severity", "How much those with a status from 400 to 499 matter."),
        ("server_errors_severity", "How much those with a status from 500 on matter."),
    ]
    .map(|(name, description)| field(name).string().default("info").one_of(LISTED).describe(description))
}

/// What a configuration says of severities.
#[derive(Debug)]
pub(crate) struct Severities {
    least: Severity,
    successful: Severity,
    client_errors: Severity,
    server_errors: Severity,
}

impl Severities {
    /// Those of the fields.
    pub(crate) fn read(config: Body<'_>) -> Result<Self, BodyError> {
        let read = |field| config.parsed_or(field, Severity::INFO);
        Ok(Self {
            least: read("log_level")?,
            successful: read("successful_severity")?,
            client_errors: read("client_errors_severity")?,
            server_errors: read("server_errors_severity")?,
        })
    }

    /// How much an exchange with that answer matters; `None` where it is not logged.
    pub(crate) fn of(&self, status: StatusCode) -> Option<Severity> {
        self.if_logged(match status.as_u16() {
            500.. => self.server_errors,
            400.. => self.client_errors,
            _ => self.successful,
        })
    }

    /// The same for a stream, which as in Kong counts as successful however it has ended.
    pub(crate) fn of_stream(&self) -> Option<Severity> {
        self.if_logged(self.successful)
    }

    fn if_logged(&self, severity: Severity) -> Option<Severity> {
        (severity <= self.least).then_some(severity)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn severity_of(config: serde_json::Value, status: u16) -> Option<u8> {
        let severities = Severities::read(Body::new(config.as_object().unwrap())).unwrap();
        severities.of(StatusCode::from_u16(status).unwrap()).map(|severity| severity.priority(1))
    }

    #[test]
    fn the_status_decides_how_much_an_exchange_matters() {
        let config = json!({
            "log_level": "debug", "successful_severity": "debug", "client_errors_severity": "warning",
            "server_errors_severity": "crit",
        });
        for (status, priority) in [(101, 15), (200, 15), (399, 15), (400, 12), (499, 12), (500, 10), (599, 10)] {
            assert_eq!(severity_of(config.clone(), status), Some(priority), "{status}");
        }
    }

    #[test]
    fn what_matters_less_than_the_level_is_not_logged() {
        let config = json!({ "log_level": "err", "successful_severity": "info", "server_errors_severity": "err" });
        assert_eq!((severity_of(config.clone(), 200), severity_of(config, 500)), (None, Some(11)));
        assert_eq!(severity_of(json!({}), 200), Some(14));
    }
}
