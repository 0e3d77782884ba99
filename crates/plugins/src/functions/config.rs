//! What the plugins can be told: functions, for each phase a list.

use gibbon_entities::typedefs::{no_consumer, protocols_of};
use gibbon_entities::{Body, BodyError, Protocol};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::{Field, Subschema, at_least_one_of, field, string};
use serde_json::{Value, json};

use crate::config_error;
use crate::lua::{self, Code, Shape};

/// The schema of a plugin of this name.
pub(crate) fn schema(name: &'static str) -> Subschema {
    use Protocol::{Grpc, Grpcs, Http, Https};
    let fields = [
        field("consumer").of(no_consumer()),
        field("protocols").of(protocols_of(&Protocol::ALL, &[Grpc, Grpcs, Http, Https])),
        field("config").record(config_fields()).required(),
    ];
    Subschema::new(name, fields).entity_checks([at_least_one_of([
        "config.certificate",
        "config.rewrite",
        "config.access",
        "config.header_filter",
        "config.body_filter",
        "config.log",
    ])])
}

fn config_fields() -> [Field; 6] {
    [
        functions("certificate")
            .describe("Functions that run in a handshake of TLS, where the plugin is for all requests."),
        functions("rewrite").describe("Functions that run first, where the plugin is for all requests."),
        functions("access").describe("Functions that run before the upstream is asked."),
        functions("header_filter").describe("Functions that see the head of an answer."),
        functions("body_filter").describe("Functions that see the body of an answer."),
        functions("log").describe("Functions that run when an exchange is over."),
    ]
}

fn functions(phase: &'static str) -> Field {
    field(phase).array_of(string().optional().check_str(lua::check)).required().default(json!([]))
}

/// The functions of a configuration.
pub(super) struct Config {
    pub(super) certificate: Code,
    pub(super) rewrite: Code,
    pub(super) access: Code,
    pub(super) header_filter: Code,
    pub(super) body_filter: Code,
    pub(super) log: Code,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        let phase = |name| config.texts(name).map(|sources| Code::new(sources, Shape::Phase));
        Ok(Self {
            certificate: phase("certificate")?,
            rewrite: phase("rewrite")?,
            access: phase("access")?,
            header_filter: phase("header_filter")?,
            body_filter: Code::new(config.texts("body_filter")?, Shape::Filter),
            log: phase("log")?,
        })
    }
}
