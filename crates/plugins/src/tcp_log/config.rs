//! What the plugin can be told.

use std::time::Duration;

use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::typedefs::{host, port};
use gibbon_schema::{Subschema, field};
use serde_json::Value;

use crate::config_error;
use crate::custom_fields::custom_fields_by_lua;
use crate::schema_of::{self, switch};

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let config = [
        field("host").of(host()).required().describe("The host that lines are sent to."),
        field("port").of(port()).required().describe("Its port."),
        field("timeout").number().default(10_000).describe("How many milliseconds connecting and sending may take."),
        field("keepalive").number().default(60_000).describe("How many milliseconds an idle connection is kept."),
        switch("tls", false).describe("Whether lines are sent over TLS."),
        field("tls_sni").string().describe("The server name that TLS asks for."),
        custom_fields_by_lua(),
    ];
    schema_of::requests_and_streams("tcp-log", config)
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) host: Box<str>,
    pub(super) port: u16,
    pub(super) timeout: Duration,
    /// `None` for as long as the server likes.
    pub(super) keepalive: Option<Duration>,
    pub(super) tls: Option<Tls>,
}

/// How TLS is spoken.
pub(super) struct Tls {
    /// The name that is asked for, where one is.
    pub(super) name: Option<Box<str>>,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        let millis = |field, default| Ok(Duration::from_millis(config.number(field, default)?.max(0.0) as u64));
        let keepalive: Duration = millis("keepalive", 60_000.0)?;
        let speaks_tls = config.boolean("tls", Switch::Off)?;
        let tls = Tls { name: config.boxed("tls_sni")? };
        Ok(Self {
            host: config.text("host")?.into(),
            port: config.integer("port", 0)?,
            timeout: millis("timeout", 10_000.0)?,
            keepalive: (!keepalive.is_zero()).then_some(keepalive),
            tls: speaks_tls.then_some(tls),
        })
    }
}
