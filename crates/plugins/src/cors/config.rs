//! What the plugin can be told.

use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::{Field, Subschema, field, string};
use http::HeaderValue;
use serde_json::Value;

use super::origins::{self, Origins};
use crate::config_error;
use crate::schema_of::{self, switch};

const METHODS: [&str; 9] = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS", "TRACE", "CONNECT"];

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let config = [
        field("origins").array_of(string().check_str(origins::check)).describe(
            "The origins whose pages may read answers, as they stand or as regular expressions; `*` for all.",
        ),
        names("headers", "The headers that a page may send; those that it asks for unless set."),
        names("exposed_headers", "The headers of answers that a page may read."),
        field("methods")
            .array_of(string().one_of(METHODS))
            .default(METHODS.to_vec())
            .describe("The methods that a page may use."),
        field("max_age").number().describe("For how many seconds a browser may remember what it was told."),
        switch("credentials", false).describe("Whether a page may send cookies and the like."),
        switch("private_network", false).describe("Whether pages of public networks may ask private ones."),
        switch("preflight_continue", false).describe("Whether preflights are the upstream's to answer."),
        switch("allow_origin_absent", true).describe("Whether requests without `Origin` are answered the same way."),
    ];
    schema_of::requests_of_all("cors", config)
}

fn names(name: &'static str, description: &'static str) -> Field {
    field(name).array_of(string()).describe(description)
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) origins: Origins,
    /// `None` where whatever is asked for is allowed.
    pub(super) headers: Option<HeaderValue>,
    pub(super) exposed_headers: Option<HeaderValue>,
    pub(super) methods: HeaderValue,
    pub(super) max_age: Option<HeaderValue>,
    pub(super) credentials: bool,
    pub(super) private_network: bool,
    pub(super) preflights: Preflights,
    pub(super) allow_origin_absent: bool,
}

/// Who answers a preflight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Preflights {
    AnsweredHere,
    LeftToUpstream,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        let origins = config_error::read(config, |config| config.texts("origins"))?;
        let origins = Origins::new(&origins)?;
        config_error::read(config, |config| Self::of(config, origins))
    }

    fn of(config: Body<'_>, origins: Origins) -> Result<Self, BodyError> {
        let preflights = match config.boolean("preflight_continue", Switch::Off)? {
            true => Preflights::LeftToUpstream,
            false => Preflights::AnsweredHere,
        };
        let methods = list(config, "methods")?.unwrap_or_else(|| HeaderValue::from_static(ALL_METHODS));
        let max_age = config.get("max_age").map(|_| config.number("max_age", 0.0)).transpose()?;
        Ok(Self {
            origins,
            headers: list(config, "headers")?,
            exposed_headers: list(config, "exposed_headers")?,
            methods,
            max_age: max_age.map(|seconds| value("max_age", &seconds.to_string())).transpose()?,
            credentials: config.boolean("credentials", Switch::Off)?,
            private_network: config.boolean("private_network", Switch::Off)?,
            preflights,
            allow_origin_absent: config.boolean("allow_origin_absent", Switch::On)?,
        })
    }
}

const ALL_METHODS: &str = "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT";

/// The texts of a list as one value; `None` for an empty one.
fn list(config: Body<'_>, field: &'static str) -> Result<Option<HeaderValue>, BodyError> {
    let texts = config.texts(field)?;
    if texts.is_empty() { Ok(None) } else { value(field, &texts.join(",")).map(Some) }
}

fn value(field: &'static str, text: &str) -> Result<HeaderValue, BodyError> {
    HeaderValue::from_str(text).map_err(|_| BodyError::Value { field, value: text.to_owned() })
}
