//! What the plugin can be told.

use std::sync::Arc;

use gibbon_entities::typedefs::protocols;
use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::{ConfigureError, Settings};
use gibbon_schema::{Field, Object, Subschema, custom_check, field, integer, record, string};
use http::{HeaderName, Method};
use serde_json::Value;

use super::content_type::ContentType;
use super::dictionary::{Dictionaries, Dictionary};
use crate::config_error;
use crate::schema_of::switch;

/// The dictionary that is used unless another one is named.
pub(super) const DEFAULT_DICTIONARY: &str = "kong_db_cache";

const METHODS: [&str; 5] = ["HEAD", "GET", "POST", "PATCH", "PUT"];

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let config = field("config").record(fields()).required();
    Subschema::new("proxy-cache", [field("protocols").of(protocols()), config])
        .entity_checks([custom_check(["config"], check_dictionary)])
}

fn fields() -> [Field; 12] {
    let names = |name, words| field(name).array_of(string()).describe(words);
    let told = |name| field(name).boolean().default(true).describe("Whether clients get this field.");
    [
        field("response_code")
            .array_of(integer().between(100, 900))
            .default([200, 301, 404])
            .len_min(1)
            .required()
            .describe("The statuses of answers that are kept."),
        field("request_method")
            .array_of(string().one_of(METHODS))
            .default(["GET", "HEAD"])
            .required()
            .describe("The methods of requests whose answers are kept."),
        names("content_type", "The media types of answers that are kept, with the parameters that they have.")
            .default(["text/plain", "application/json"])
            .required(),
        field("cache_ttl").integer().default(300).gt(0).describe("For how many seconds an answer is given again."),
        field("strategy").string().one_of(["memory"]).required().describe("Where answers are kept."),
        switch("cache_control", false)
            .describe("Whether `Cache-Control` and `Expires` say what is kept, and for how long (RFC 9111)."),
        field("ignore_uri_case")
            .boolean()
            .optional()
            .default(false)
            .describe("Whether paths in other case are the same."),
        field("storage_ttl")
            .integer()
            .describe("For how many seconds an answer is kept, also when it is too old to be given to everybody."),
        field("memory").of(record([dictionary_name()])).required().describe("Where in memory."),
        names("vary_query_params", "The arguments of the query that tell requests apart; all of them unless set."),
        names("vary_headers", "The header fields that tell requests apart; none of them unless set."),
        field("response_headers")
            .of(record([told("age"), told("X-Cache-Status"), told("X-Cache-Key")]))
            .required()
            .describe("What clients are told."),
    ]
}

fn dictionary_name() -> Field {
    field("dictionary_name")
        .string()
        .default(DEFAULT_DICTIONARY)
        .required()
        .describe("The name of the memory; plugins that name the same one share it.")
}

/// A name that no dictionary of Kong's could have, since its configuration could not declare it.
fn check_dictionary(plugin: &Object) -> Result<(), String> {
    let name = plugin.get("config").and_then(|config| config["memory"]["dictionary_name"].as_str()).unwrap_or("");
    match name.contains(|c: char| c.is_whitespace() || c.is_control() || ";{}\"'\\".contains(c)) {
        true => Err(format!("missing shared dict '{name}'")),
        false => Ok(()),
    }
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) statuses: Vec<u16>,
    pub(super) methods: Vec<Method>,
    pub(super) content_types: Vec<ContentType>,
    /// Seconds.
    pub(super) ttl: i64,
    pub(super) rules: Rules,
    pub(super) paths: Paths,
    /// Seconds; none where the age of an answer decides.
    pub(super) storage_ttl: Option<i64>,
    pub(super) dictionary: Arc<Dictionary>,
    /// All of them where there is none.
    pub(super) query_params: Vec<Box<str>>,
    /// As they are written, and as they are looked for.
    pub(super) headers: Vec<(Box<str>, HeaderName)>,
    pub(super) told: Told,
}

/// Who says what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rules {
    /// The configuration alone.
    Configured,
    /// `Cache-Control` as well.
    CacheControl,
}

/// Whether the case of a path matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paths {
    AsWritten,
    InAnyCase,
}

/// What clients are told.
pub(super) struct Told {
    pub(super) age: bool,
    pub(super) status: bool,
    pub(super) key: bool,
}

impl Config {
    pub(super) fn read(config: &Value, settings: &Settings) -> Result<Self, ConfigureError> {
        config_error::read(config, |config| Self::of(config, settings))
    }

    fn of(config: Body<'_>, settings: &Settings) -> Result<Self, BodyError> {
        let dictionaries: Arc<Dictionaries> = settings.node.live.get();
        let name = config.record("memory")?.text("dictionary_name")?;
        let told = config.record("response_headers")?;
        let statuses = config.elements("response_code")?.iter();
        let headers = config.texts("vary_headers")?.into_iter();
        Ok(Self {
            statuses: statuses.filter_map(|status| u16::try_from(status.as_u64()?).ok()).collect(),
            methods: config.texts("request_method")?.iter().filter_map(|method| method.parse().ok()).collect(),
            content_types: config.texts("content_type")?.iter().filter_map(|text| ContentType::parse(text)).collect(),
            ttl: config.integer("cache_ttl", 300)?,
            rules: if config.boolean("cache_control", Switch::Off)? { Rules::CacheControl } else { Rules::Configured },
            paths: if config.boolean("ignore_uri_case", Switch::Off)? { Paths::InAnyCase } else { Paths::AsWritten },
            storage_ttl: config.get("storage_ttl").map(|_| config.integer("storage_ttl", 0)).transpose()?,
            dictionary: dictionaries.named(name, settings.stored_answers_bytes),
            query_params: config.texts("vary_query_params")?,
            // What is no name of a field is found in no request.
            headers: headers.filter_map(|name| Some((name.clone(), name.parse().ok()?))).collect(),
            told: Told {
                age: told.boolean("age", Switch::On)?,
                status: told.boolean("X-Cache-Status", Switch::On)?,
                key: told.boolean("X-Cache-Key", Switch::On)?,
            },
        })
    }
}
