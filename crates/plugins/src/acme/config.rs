//! What the plugin can be told.

use gibbon_entities::typedefs::{no_consumer, no_route, no_service, protocols_http};
use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::{ConfigureError, Keeping, Settings};
use gibbon_schema::{Field, Rule, Subschema, conditional, field, matching, record, string};
use rcgen::RsaKeySize;
use serde_json::Value;

use super::account::{AccountSettings, Binding, NamedKey};
use super::domains::{Domains, Ipv4};
use super::shelf::Shelf;
use super::storage_fields;
use crate::config_error;

const DEFAULT_API: &str = "https://acme-v02.api.letsencrypt.org/directory";
const DEFAULT_THRESHOLD_DAYS: u32 = 14;
const DEFAULT_BACKOFF_MINUTES: u32 = 5;
const DEFAULT_RSA_BITS: u32 = 4096;
const LETS_ENCRYPT: [&str; 2] =
    ["https://acme-v02.api.letsencrypt.org", "https://acme-staging-v02.api.letsencrypt.org"];
const TERMS: &str = "terms of service must be accepted, see https://letsencrypt.org/repository/";

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let terms =
        conditional("config.api_uri", matching().one_of(LETS_ENCRYPT), "config.tos_accepted", matching().eq(true));
    let fields = [
        field("consumer").of(no_consumer()),
        field("service").of(no_service()),
        field("route").of(no_route()),
        field("protocols").of(protocols_http()),
        field("config").record(config_fields()).required(),
    ];
    let checks = [terms.then_err(TERMS)].into_iter().chain(storage_fields::checks());
    Subschema::new("acme", fields).entity_checks(checks)
}

fn config_fields() -> Vec<Field> {
    let account_key = [
        field("key_id").string().required().describe("The `kid` of a key of the gateway."),
        field("key_set").string().describe("The name of the set that the key is in."),
    ];
    vec![
        field("account_email")
            .string()
            .required()
            .encrypted()
            .referenceable()
            .match_pattern("%w*%p*@+%w*%.?%w*")
            .describe("The address that the authority knows the account by."),
        field("account_key")
            .of(record(account_key))
            .optional()
            .describe("The key of the account; one is made without it."),
        field("api_uri").string().default(DEFAULT_API).describe("Where the directory of the authority is."),
        field("tos_accepted").boolean().default(false).describe("Whether the terms of the authority are agreed to."),
        field("eab_kid")
            .string()
            .encrypted()
            .referenceable()
            .describe("The name of the key that binds the account to one which the authority knows already."),
        field("eab_hmac_key").string().encrypted().referenceable().describe("That key, in base64url."),
        field("cert_type")
            .string()
            .default("rsa")
            .one_of(["rsa", "ecc"])
            .describe("The kind of the certificates' keys."),
        field("rsa_key_size")
            .number()
            .default(DEFAULT_RSA_BITS)
            .one_of([2048, 3072, 4096])
            .describe("The bits of a key of RSA."),
        field("renew_threshold_days")
            .number()
            .default(DEFAULT_THRESHOLD_DAYS)
            .describe("A certificate is renewed when it is valid for fewer days."),
        field("domains").array_of(domain()).describe("The names for which certificates may be got."),
        field("allow_any_domain").boolean().default(false).describe("Whether certificates may be got for all names."),
        field("fail_backoff_minutes")
            .number()
            .default(DEFAULT_BACKOFF_MINUTES)
            .describe("For how long a name is left alone for which no certificate could be got."),
        field("storage")
            .string()
            .default("shm")
            .one_of(["kong", "shm", "redis", "consul", "vault"])
            .describe("Where accounts, challenges and what is to be renewed are kept."),
        storage_fields::storage_config(),
        field("preferred_chain")
            .string()
            .describe("The common name of the issuer at the end of the chain to be taken."),
        field("enable_ipv4_common_name")
            .boolean()
            .default(true)
            .describe("Whether certificates may be got for addresses of IPv4."),
    ]
}

fn domain() -> Field {
    let one_star = Rule::new("^[^*]*%*?[^*]*$", "invalid wildcard: must have at most one wildcard");
    string().match_all([one_star]).match_any(
        ["^%*%.", "%.%*$", "^[^*]*$"],
        Some("invalid wildcard: must be placed at leftmost or rightmost label"),
    )
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) account: AccountSettings,
    /// Where the directory is.
    pub(super) directory: Box<str>,
    pub(super) key: KeySort,
    /// In seconds.
    pub(super) threshold: i64,
    /// In seconds.
    pub(super) backoff: i64,
    pub(super) domains: Domains,
    pub(super) preferred_chain: Option<Box<str>>,
    pub(super) shelf: Shelf,
    pub(super) keeping: Keeping,
}

/// The kind of a certificate's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeySort {
    Rsa(RsaKeySize),
    /// On P-256.
    Ecc,
}

impl Config {
    pub(super) fn read(config: &Value, settings: &Settings) -> Result<Self, ConfigureError> {
        let shelf = Shelf::read(config, settings)?;
        config_error::read(config, |body| Self::of(body, shelf, settings.keeping))
    }

    fn of(config: Body<'_>, shelf: Shelf, keeping: Keeping) -> Result<Self, BodyError> {
        let ipv4 = if config.boolean("enable_ipv4_common_name", Switch::On)? { Ipv4::Allowed } else { Ipv4::Refused };
        let domains = match config.boolean("allow_any_domain", Switch::Off)? {
            true => Domains::any(ipv4),
            false => Domains::listed(&config.texts("domains")?, ipv4),
        };
        let given = |text: Option<Box<str>>| text.filter(|text| !text.is_empty());
        Ok(Self {
            account: account(config)?,
            directory: directory(config.optional_text("api_uri")?.unwrap_or(DEFAULT_API)).into(),
            key: key_sort(config)?,
            threshold: seconds(config.number("renew_threshold_days", DEFAULT_THRESHOLD_DAYS.into())? * 86_400.0),
            backoff: seconds(config.number("fail_backoff_minutes", DEFAULT_BACKOFF_MINUTES.into())? * 60.0),
            domains,
            preferred_chain: given(config.boxed("preferred_chain")?),
            shelf,
            keeping,
        })
    }
}

fn account(config: Body<'_>) -> Result<AccountSettings, BodyError> {
    let given = |text: Option<Box<str>>| text.filter(|text| !text.is_empty());
    let key = match config.get("account_key") {
        None => None,
        Some(_) => {
            let key = config.record("account_key")?;
            Some(NamedKey { kid: key.text("key_id")?.into(), set: given(key.boxed("key_set")?) })
        }
    };
    Ok(AccountSettings {
        email: config.text("account_email")?.into(),
        key,
        agrees: config.boolean("tos_accepted", Switch::Off)?,
        binding: Binding { kid: given(config.boxed("eab_kid")?), key: given(config.boxed("eab_hmac_key")?) },
    })
}

/// As Kong has it, a URI that names no directory is that of the folder in which it is.
fn directory(uri: &str) -> String {
    if uri.ends_with("/directory") { uri.to_owned() } else { format!("{}/directory", uri.trim_end_matches('/')) }
}

fn key_sort(config: Body<'_>) -> Result<KeySort, BodyError> {
    if config.optional_text("cert_type")? == Some("ecc") {
        return Ok(KeySort::Ecc);
    }
    Ok(KeySort::Rsa(match config.number("rsa_key_size", DEFAULT_RSA_BITS.into())? {
        bits if bits <= 2048.0 => RsaKeySize::_2048,
        bits if bits <= 3072.0 => RsaKeySize::_3072,
        _ => RsaKeySize::_4096,
    }))
}

/// What is below zero is none.
fn seconds(seconds: f64) -> i64 {
    seconds.max(0.0) as i64
}

#[cfg(test)]
mod tests {
    use super::directory;

    #[test]
    fn a_uri_leads_to_a_directory() {
        let expected = "https://a.example/acme/directory";
        for uri in [expected, "https://a.example/acme", "https://a.example/acme/"] {
            assert_eq!(directory(uri), expected);
        }
    }
}
