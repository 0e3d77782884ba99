//! What the plugin can be told.

use std::sync::Arc;
use std::time::Duration;

use gibbon_entities::typedefs::{no_consumer, protocols_http};
use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::{ConfigureError, Settings};
use gibbon_schema::{Field, Subschema, conditional, field, matching};
use gibbon_tls::TlsError;
use gibbon_tls::client::{self, Spoken, Terms, Usual, Verification};
use rustls::ClientConfig;
use serde_json::Value;

use crate::authentication::{AuthenticationRule, Visibility};
use crate::config_error;
use crate::schema_of::switch;

/// The port of LDAP, the seconds for which answers are believed, and times in milliseconds, unless said.
const DEFAULT_PORT: u16 = 389;
const DEFAULT_CACHE_TTL: u32 = 60;
const DEFAULT_TIMEOUT: u32 = 10_000;
const DEFAULT_KEEPALIVE: u32 = 60_000;
const DEFAULT_SCHEME: &str = "ldap";

/// How many certificates may stand between a server's and an authority's.
const DEPTH: u8 = 8;

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let one_way = conditional("ldaps", matching().eq(true), "start_tls", matching().eq(false))
        .then_err("'ldaps' and 'start_tls' cannot be enabled simultaneously");
    let fields = [
        field("consumer").of(no_consumer()),
        field("protocols").of(protocols_http()),
        field("config").record(config_fields()).required().entity_checks([one_way]),
    ];
    Subschema::new("ldap-auth", fields)
}

fn config_fields() -> Vec<Field> {
    vec![
        field("ldap_host").string().required().describe("The host of the server."),
        field("ldap_port").integer().required().default(DEFAULT_PORT).between(0, 65535).describe("The server's port."),
        switch("ldaps", false).describe("Whether TLS is spoken from the first byte on."),
        switch("start_tls", false).describe("Whether TLS is begun on a plain connection."),
        switch("verify_ldap_host", false)
            .describe("Whether the server has to prove that it is the host, to an authority that is trusted."),
        field("base_dn").string().required().describe("The name of the entry below which users are."),
        field("attribute").string().required().describe("The attribute that is the user's name."),
        field("cache_ttl")
            .number()
            .required()
            .default(DEFAULT_CACHE_TTL)
            .describe("For how many seconds an answer of the server is believed."),
        switch("hide_credentials", false).describe("Whether the password is taken out of what the upstream gets."),
        field("timeout")
            .number()
            .default(DEFAULT_TIMEOUT)
            .describe("The milliseconds that a request waits for the server."),
        field("keepalive")
            .number()
            .default(DEFAULT_KEEPALIVE)
            .describe("For how many milliseconds an idle connection is kept."),
        field("anonymous")
            .string()
            .describe("The id or username of the consumer that unauthenticated requests go on as."),
        field("header_type").string().default(DEFAULT_SCHEME).describe("The scheme of `Authorization`."),
        field("realm").string().optional().describe("The realm that `WWW-Authenticate` names."),
    ]
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) address: Address,
    protection: Protection,
    verification: Verification,
    pub(super) base: Box<str>,
    pub(super) attribute: Box<str>,
    /// In seconds.
    pub(super) cache_ttl: i64,
    pub(super) visibility: Visibility,
    pub(super) timeout: Duration,
    pub(super) keepalive: Duration,
    pub(super) rule: AuthenticationRule,
    pub(super) scheme: Box<str>,
    pub(super) realm: Option<Box<str>>,
}

/// Where a server is.
#[derive(Debug, Clone)]
pub(super) struct Address {
    pub(super) host: Box<str>,
    pub(super) port: u16,
}

/// Whether and how TLS is spoken.
#[derive(Clone)]
pub(super) enum Security {
    None,
    /// From the first byte on.
    Tls(Arc<ClientConfig>),
    /// After the plain connection was asked for it.
    StartTls(Arc<ClientConfig>),
}

/// What the configuration says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protection {
    None,
    Tls,
    StartTls,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        let address =
            Address { host: config.text("ldap_host")?.into(), port: config.integer("ldap_port", DEFAULT_PORT)? };
        let verification = match config.boolean("verify_ldap_host", Switch::Off)? {
            true => Verification::Required { depth: DEPTH },
            false => Verification::Skipped,
        };
        Ok(Self {
            address,
            protection: Protection::read(config)?,
            verification,
            base: config.text("base_dn")?.into(),
            attribute: config.text("attribute")?.into(),
            cache_ttl: config.number("cache_ttl", DEFAULT_CACHE_TTL.into())?.ceil().max(0.0) as i64,
            visibility: Visibility::read(config)?,
            timeout: milliseconds(config, "timeout", DEFAULT_TIMEOUT)?,
            keepalive: milliseconds(config, "keepalive", DEFAULT_KEEPALIVE)?,
            rule: AuthenticationRule::read(config)?,
            scheme: config.optional_text("header_type")?.unwrap_or(DEFAULT_SCHEME).into(),
            realm: config.boxed("realm")?,
        })
    }

    /// How connections are protected, with the authorities that the gateway trusts.
    pub(super) fn security(&self, settings: &Settings) -> Result<Security, ConfigureError> {
        let secured = match self.protection {
            Protection::None => return Ok(Security::None),
            Protection::Tls => Security::Tls,
            Protection::StartTls => Security::StartTls,
        };
        let terms = Terms { spoken: Spoken::Anything, ..Terms::usual(self.verification) };
        let usual = Usual { trusted: Arc::clone(&settings.trusted), shown: None };
        let config = client::config(&terms, &usual);
        let failed = |error: TlsError| ConfigureError { field: "verify_ldap_host", reason: error.to_string() };
        config.map(secured).map_err(failed)
    }
}

impl Protection {
    fn read(config: Body<'_>) -> Result<Self, BodyError> {
        Ok(match (config.boolean("ldaps", Switch::Off)?, config.boolean("start_tls", Switch::Off)?) {
            (true, _) => Self::Tls,
            (false, true) => Self::StartTls,
            (false, false) => Self::None,
        })
    }
}

/// A time of at most a day; what is below zero is none.
fn milliseconds(config: Body<'_>, field: &'static str, default: u32) -> Result<Duration, BodyError> {
    const DAY: f64 = 86_400_000.0;
    Ok(Duration::from_secs_f64(config.number(field, default.into())?.clamp(0.0, DAY) / 1000.0))
}
