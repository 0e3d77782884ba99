//! What the plugin can be told.

use gibbon_entities::typedefs::{no_consumer, protocols_http};
use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::{Field, Subschema, conditional, field, matching, string};
use serde_json::Value;

use super::pkce::Pkce;
use crate::authentication::{AuthenticationRule, Visibility};
use crate::config_error;
use crate::field_name::FieldName;
use crate::schema_of::switch;

/// Seconds: two hours, and two weeks.
const TOKEN_EXPIRATION: u32 = 7200;
const REFRESH_TOKEN_TTL: u32 = 1_209_600;

const AUTH_HEADER: &str = "authorization";

const NO_GRANT: &str = "at least one of these fields must be true: enable_authorization_code, enable_implicit_grant, \
    enable_client_credentials, enable_password_grant";

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let scopes_needed = conditional("mandatory_scope", matching().eq(true), "scopes", matching().required());
    let config = field("config").record(config_fields()).required().check(check_grants);
    let fields = [
        field("consumer").of(no_consumer()),
        field("protocols").of(protocols_http()),
        config.entity_checks([scopes_needed]),
    ];
    Subschema::new("oauth2", fields)
}

fn config_fields() -> Vec<Field> {
    vec![
        field("scopes").array_of(string()).describe("What users can agree to."),
        switch("mandatory_scope", false).describe("Whether a token must be for something of these."),
        field("provision_key")
            .string()
            .required()
            .unique()
            .auto()
            .encrypted()
            .describe("What proves that a user has agreed: only who asks users may know it."),
        field("token_expiration")
            .number()
            .required()
            .default(TOKEN_EXPIRATION)
            .describe("For how many seconds a token can be used; 0 for ever."),
        switch("enable_authorization_code", false).describe("Whether users' browsers are given codes (RFC 6749, 4.1)."),
        switch("enable_implicit_grant", false).describe("Whether users' browsers are given tokens (4.2)."),
        switch("enable_client_credentials", false)
            .describe("Whether applications are given tokens of their own (4.4)."),
        switch("enable_password_grant", false).describe("Whether those that know a user's password are (4.3)."),
        switch("hide_credentials", false).describe("Whether the token is taken out of what the upstream gets."),
        switch("accept_http_if_already_terminated", false)
            .describe("Whether HTTPS may have ended at a proxy that is trusted."),
        field("anonymous")
            .string()
            .describe("The id or username of the consumer that unauthenticated requests go on as."),
        switch("global_credentials", false).describe("Whether tokens are for all services that say the same."),
        field("auth_header_name").string().default(AUTH_HEADER).describe("The header that holds the token."),
        field("refresh_token_ttl")
            .number()
            .required()
            .default(REFRESH_TOKEN_TTL)
            .between(0, 100_000_000)
            .describe("For how many seconds a new token can be had for an old one; 0 for ever."),
        switch("reuse_refresh_token", false).describe("Whether a refresh token stays the same when it is used."),
        field("pkce").string().optional().default("lax").one_of(["none", "lax", "strict"]).describe(
            "Who has to bind codes to a secret of the moment (RFC 7636): nobody, public applications, or all.",
        ),
        field("realm").string().optional().describe("The realm that `WWW-Authenticate` names."),
    ]
}

fn check_grants(config: &Value) -> Result<(), String> {
    let grants = ["authorization_code", "implicit_grant", "client_credentials", "password_grant"];
    let is_on = |grant: &&str| config.get(format!("enable_{grant}")) == Some(&Value::Bool(true));
    if grants.iter().any(is_on) { Ok(()) } else { Err(NO_GRANT.to_owned()) }
}

/// A configuration, ready to be used.
pub(super) struct Config {
    /// None where anything may be asked for and nothing is.
    pub(super) scopes: Option<Vec<Box<str>>>,
    pub(super) scope_rule: ScopeRule,
    pub(super) provision_key: Box<str>,
    /// In seconds; zero means for ever.
    pub(super) token_expiration: i64,
    pub(super) grants: Grants,
    pub(super) visibility: Visibility,
    pub(super) termination: Termination,
    pub(super) reach: Reach,
    pub(super) header: FieldName,
    /// In seconds; zero means for ever.
    pub(super) refresh_token_ttl: i64,
    pub(super) refreshing: Refreshing,
    pub(super) pkce: Pkce,
    pub(super) rule: AuthenticationRule,
    pub(super) realm: Option<Box<str>>,
}

/// Whether a token must be for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScopeRule {
    Mandatory,
    Optional,
}

/// A way to a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grant {
    AuthorizationCode,
    Implicit,
    ClientCredentials,
    Password,
}

/// The ways that are open.
pub(super) struct Grants(Vec<Grant>);

/// Where HTTPS may have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Termination {
    Here,
    HereOrBefore,
}

/// What tokens are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    OneService,
    AllServices,
}

/// What becomes of a refresh token that is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refreshing {
    /// There is another one instead, and the old token is gone.
    Replaced,
    /// It stays, with another token.
    Kept,
}

impl Grants {
    pub(super) fn allow(&self, grant: Grant) -> bool {
        self.0.contains(&grant)
    }

    fn read(config: Body<'_>) -> Result<Self, BodyError> {
        let all = [
            ("enable_authorization_code", Grant::AuthorizationCode),
            ("enable_implicit_grant", Grant::Implicit),
            ("enable_client_credentials", Grant::ClientCredentials),
            ("enable_password_grant", Grant::Password),
        ];
        let mut open = Vec::new();
        for (name, grant) in all {
            if config.boolean(name, Switch::Off)? {
                open.push(grant);
            }
        }
        Ok(Self(open))
    }
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        let header = config.optional_text("auth_header_name")?.unwrap_or(AUTH_HEADER);
        let unnameable = || BodyError::Value { field: "auth_header_name", value: header.to_owned() };
        let choose = |name, on, off| Ok::<_, BodyError>(if config.boolean(name, Switch::Off)? { on } else { off });
        let scope_rule = match config.boolean("mandatory_scope", Switch::Off)? {
            true => ScopeRule::Mandatory,
            false => ScopeRule::Optional,
        };
        let termination = match config.boolean("accept_http_if_already_terminated", Switch::Off)? {
            true => Termination::HereOrBefore,
            false => Termination::Here,
        };
        let refreshing = match config.boolean("reuse_refresh_token", Switch::Off)? {
            true => Refreshing::Kept,
            false => Refreshing::Replaced,
        };
        Ok(Self {
            scopes: config.get("scopes").is_some().then(|| config.texts("scopes")).transpose()?,
            scope_rule,
            provision_key: config.text("provision_key")?.into(),
            token_expiration: config.number("token_expiration", TOKEN_EXPIRATION.into())? as i64,
            grants: Grants::read(config)?,
            visibility: Visibility::read(config)?,
            termination,
            reach: choose("global_credentials", Reach::AllServices, Reach::OneService)?,
            header: FieldName::parse(header).ok_or_else(unnameable)?,
            refresh_token_ttl: config.number("refresh_token_ttl", REFRESH_TOKEN_TTL.into())? as i64,
            refreshing,
            pkce: config.parsed_or("pkce", Pkce::Lax)?,
            rule: AuthenticationRule::read(config)?,
            realm: config.boxed("realm")?,
        })
    }
}
