//! What the plugin can be told.

use gibbon_entities::typedefs::{no_consumer, protocols_http};
use gibbon_entities::{Body, BodyError, Protocol, Switch};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::{Field, Subschema, conditional, field, matching, string};
use serde_json::{Value, json};

use super::binding::{self, Demanded};
use super::claims::ClaimRules;
use super::credential::SecretEncoding;
use super::enforcement::{self, Enforcement};
use super::introspection;
use super::issuers;
use super::resource_metadata;
use super::retrieval::TokenPlaces;
use super::rules::{self, Rules};
use super::single_use;
use super::upstream::{self, Upstream};
use crate::authentication::AuthenticationRule;
use crate::config_error;
use crate::field_name;

/// The claim that names the credential where `key_claim_name` is null.
const DEFAULT_KEY_CLAIM: &str = "iss";

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let fields = [
        field("consumer").of(no_consumer()),
        field("protocols").of(protocols_http()).set_of(protocol()),
        field("config").record(config_fields()).required(),
    ];
    // A bounded life means nothing where `exp` is listed among the claims to look at, and left out. Where nothing is
    // listed Kong does not ask, and the bound itself demands `exp`.
    let bound_needs_exp = conditional(
        "config.maximum_expiration",
        matching().gt(0),
        "config.claims_to_verify",
        matching().contains("exp"),
    );
    Subschema::new("jwt", fields).entity_checks([bound_needs_exp])
}

/// One protocol; more is said of it than in the schemas of other plugins, because it is so in Kong's.
fn protocol() -> Field {
    string().one_of(Protocol::HTTP_FAMILY.map(Protocol::as_str)).len_min(1).required()
}

fn config_fields() -> Vec<Field> {
    let header_name = string().check_str(field_name::check);
    let fields = [
        field("uri_param_names")
            .set_of(string())
            .default(json!(["jwt"]))
            .describe("The query arguments that may hold a token."),
        field("cookie_names").set_of(string()).default(json!([])).describe("The cookies that may hold a token."),
        field("key_claim_name")
            .string()
            .default(DEFAULT_KEY_CLAIM)
            .describe("The claim, or else the header parameter, that holds the key of the credential."),
        field("secret_is_base64")
            .boolean()
            .required()
            .default(false)
            .describe("Whether the secrets of credentials are base64url, to be decoded before use."),
        field("claims_to_verify")
            .set_of(string().one_of(["exp", "nbf"]))
            .describe("The claims of time that a token must have and that must hold."),
        field("anonymous")
            .string()
            .describe("The id or username of the consumer that unauthenticated requests go on as."),
        field("run_on_preflight")
            .boolean()
            .required()
            .default(true)
            .describe("Whether OPTIONS requests need a token as well."),
        field("maximum_expiration")
            .number()
            .default(0)
            .between(0, 31_536_000)
            .describe("How many seconds ahead `exp` may lie; 0 for no limit."),
        field("header_names")
            .set_of(header_name)
            .default(json!(["authorization"]))
            .describe("The headers that may hold a token behind `Bearer`."),
        field("realm").string().optional().describe("The realm that `WWW-Authenticate` names."),
    ];
    let own = [
        rules::fields(),
        upstream::fields(),
        enforcement::fields(),
        vec![
            issuers::config_field(),
            binding::config_field(),
            single_use::config_field(),
            introspection::config_field(),
            resource_metadata::config_field(),
        ],
    ];
    fields.into_iter().chain(own.into_iter().flatten()).collect()
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) places: TokenPlaces,
    pub(super) key_claim: Box<str>,
    pub(super) secret_encoding: SecretEncoding,
    pub(super) claims: ClaimRules,
    /// The same for tokens of issuers, which always expire.
    pub(super) claims_of_issuers: ClaimRules,
    /// Whether tokens are looked at that are bound to their holders.
    pub(super) bound: Option<Demanded>,
    /// Whether each token is for one request.
    pub(super) single_use: Option<single_use::Wanted>,
    /// Boxed, since most configurations have none.
    pub(super) rules: Option<Box<Rules>>,
    /// The same.
    pub(super) upstream: Option<Box<Upstream>>,
    pub(super) enforcement: Enforcement,
    /// Whether logs say what is decided.
    pub(super) log_decisions: bool,
    pub(super) rule: AuthenticationRule,
    pub(super) realm: Option<Box<str>>,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        let secret_encoding = match config.boolean("secret_is_base64", Switch::Off)? {
            true => SecretEncoding::Base64Url,
            false => SecretEncoding::Plain,
        };
        let single_use = single_use::Wanted::read(config)?;
        // What has expired is forgotten, so it must not be good any more.
        let claims = ClaimRules::read(config)?;
        Ok(Self {
            places: TokenPlaces::read(config)?,
            key_claim: config.optional_text("key_claim_name")?.unwrap_or(DEFAULT_KEY_CLAIM).into(),
            secret_encoding,
            claims: if single_use.is_some() { claims.with_exp() } else { claims },
            rules: Rules::read(config)?.map(Box::new),
            claims_of_issuers: ClaimRules::read(config)?.with_exp(),
            bound: Demanded::read(config)?,
            single_use,
            upstream: Upstream::read(config)?.map(Box::new),
            enforcement: Enforcement::read(config)?,
            log_decisions: config.boolean("log_decisions", Switch::Off)?,
            rule: AuthenticationRule::read(config)?,
            realm: config.boxed("realm")?,
        })
    }
}
