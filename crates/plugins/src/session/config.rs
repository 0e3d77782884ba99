//! What the plugin can be told.

use gibbon_entities::typedefs::{no_consumer, protocols};
use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::{Field, Object, Shorthand, Subschema, field, shorthand, string};
use http::Method;
use serde_json::{Value, json};

use super::cookie::{Attributes, Jar};
use super::times::Limits;
use super::told::Fact;
use crate::config_error;

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let fields = [
        field("consumer").of(no_consumer()),
        field("protocols").of(protocols()),
        field("config").record(config_fields()).required().shorthands(former_names()),
    ];
    Subschema::new("session", fields)
}

fn config_fields() -> Vec<Field> {
    let mut fields = session_fields();
    fields.extend(cookie_fields());
    fields.extend(other_fields());
    fields
}

fn session_fields() -> Vec<Field> {
    let seconds = |name, default: u32| field(name).number().default(default);
    vec![
        field("secret")
            .string()
            .optional()
            .auto()
            .encrypted()
            .referenceable()
            .describe("What sessions are sealed with; made where none is given."),
        field("storage")
            .string()
            .default("cookie")
            .one_of(["cookie", "kong"])
            .describe("Where sessions are: in the cookie itself, or among the gateway's records."),
        field("audience").string().default("default").describe("Whom sessions are for."),
        seconds("idling_timeout", 900).describe("The seconds after which an unused session is over; 0: none."),
        seconds("rolling_timeout", 3600).describe("The seconds after which a session is replaced or over; 0: none."),
        seconds("absolute_timeout", 86400).describe("The seconds after which a session is over; 0: none."),
        seconds("stale_ttl", 10).describe("The seconds for which a stored session that was replaced is still good."),
    ]
}

fn cookie_fields() -> Vec<Field> {
    let seconds = |name, default: u32| field(name).number().default(default);
    let flag = |name, default: bool| field(name).boolean().default(default);
    vec![
        field("cookie_name").string().default("session").describe("The name of the cookie."),
        field("cookie_path").string().default("/").describe("The path that it is sent to."),
        field("cookie_domain").string().describe("The domain that it is sent to."),
        field("cookie_same_site")
            .string()
            .default("Strict")
            .one_of(["Strict", "Lax", "None", "Default"])
            .describe("Whether it is sent with requests that other sites cause."),
        flag("cookie_http_only", true).describe("Whether scripts cannot read it."),
        flag("cookie_secure", true).describe("Whether it is sent over TLS only."),
        flag("remember", false).describe("Whether a second cookie begins a new session when one is over."),
        field("remember_cookie_name").string().default("remember").describe("The name of that cookie."),
        seconds("remember_rolling_timeout", 604_800).describe("The seconds after which it is over if it is not used."),
        seconds("remember_absolute_timeout", 2_592_000).describe("The seconds after which it is over."),
    ]
}

fn other_fields() -> Vec<Field> {
    let facts = |name| field(name).set_of(string().one_of(Fact::ALL.map(Fact::as_str)));
    let flag = |name, default: bool| field(name).boolean().default(default);
    vec![
        facts("response_headers").describe("What clients are told of their session."),
        facts("request_headers").describe("What upstreams are told of it."),
        flag("read_body_for_logout", false).describe("Whether a body can say that a session is over."),
        field("logout_methods")
            .set_of(string().one_of(["GET", "POST", "DELETE"]))
            .default(json!(["POST", "DELETE"]))
            .describe("The methods of requests that can say so."),
        field("logout_query_arg").string().default("session_logout").describe("The argument of a query that says so."),
        field("logout_post_arg").string().default("session_logout").describe("The member of a body that says so."),
        flag("hash_subject", false).describe("Whether what is stored about a session names nobody."),
        flag("store_metadata", false).describe("Whether it is stored whose session one is."),
    ]
}

/// The names that Kong had before 3.2.
fn former_names() -> Vec<Shorthand> {
    vec![
        Shorthand::renamed(field("cookie_lifetime").number(), &["rolling_timeout"]),
        Shorthand::renamed(field("cookie_idletime").number(), &["idling_timeout"]),
        shorthand(field("cookie_renew").number(), |_| Object::new()),
        Shorthand::renamed(field("cookie_discard").number(), &["stale_ttl"]),
        shorthand(field("cookie_samesite").string(), |value| {
            let value = if value == "off" { json!("Lax") } else { value.clone() };
            Object::from_iter([("cookie_same_site".to_owned(), value)])
        }),
        Shorthand::renamed(field("cookie_httponly").boolean(), &["cookie_http_only"]),
        Shorthand::renamed(field("cookie_persistent").boolean(), &["remember"]),
    ]
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) secret: Box<str>,
    pub(super) storage: Storage,
    pub(super) audience: Box<str>,
    pub(super) session: Lasting,
    /// Where clients are remembered.
    pub(super) remember: Option<Lasting>,
    /// In seconds.
    pub(super) stale_ttl: i64,
    pub(super) response_facts: Vec<Fact>,
    pub(super) request_facts: Vec<Fact>,
    pub(super) logout: Logout,
    pub(super) metadata: Metadata,
}

/// A cookie, and for how long it is good.
pub(super) struct Lasting {
    pub(super) jar: Jar,
    pub(super) limits: Limits,
}

/// Where sessions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Storage {
    Cookie,
    Records,
}

/// What is stored about sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Metadata {
    Nothing,
    Subject,
    HashOfSubject,
}

/// How a client says that its session is over.
pub(super) struct Logout {
    pub(super) methods: Vec<Method>,
    pub(super) query_argument: Option<Box<str>>,
    /// None where bodies are not read.
    pub(super) body_member: Option<Box<str>>,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        let storage = match config.optional_text("storage")? {
            Some("kong") => Storage::Records,
            _ => Storage::Cookie,
        };
        let metadata =
            match (config.boolean("store_metadata", Switch::Off)?, config.boolean("hash_subject", Switch::Off)?) {
                (false, _) => Metadata::Nothing,
                (true, false) => Metadata::Subject,
                (true, true) => Metadata::HashOfSubject,
            };
        Ok(Self {
            secret: config.text("secret")?.into(),
            storage,
            audience: config.optional_text("audience")?.unwrap_or("default").into(),
            session: session(config)?,
            remember: config.boolean("remember", Switch::Off)?.then(|| remember(config)).transpose()?,
            stale_ttl: seconds(config, "stale_ttl", 10)?.unwrap_or(0),
            response_facts: facts(config, "response_headers")?,
            request_facts: facts(config, "request_headers")?,
            logout: Logout::read(config)?,
            metadata,
        })
    }
}

impl Logout {
    fn read(config: Body<'_>) -> Result<Self, BodyError> {
        let method = |name: Box<str>| {
            Method::from_bytes(name.as_bytes())
                .map_err(|_| BodyError::Value { field: "logout_methods", value: name.into() })
        };
        let reads_bodies = config.boolean("read_body_for_logout", Switch::Off)?;
        Ok(Self {
            methods: config.texts("logout_methods")?.into_iter().map(method).collect::<Result<_, _>>()?,
            query_argument: config.boxed("logout_query_arg")?,
            body_member: config.boxed("logout_post_arg")?.filter(|_| reads_bodies),
        })
    }
}

fn session(config: Body<'_>) -> Result<Lasting, BodyError> {
    let limits = Limits {
        idling: seconds(config, "idling_timeout", 900)?,
        rolling: seconds(config, "rolling_timeout", 3600)?,
        absolute: seconds(config, "absolute_timeout", 86400)?,
    };
    Ok(Lasting { jar: jar(config, "cookie_name", "session")?, limits })
}

fn remember(config: Body<'_>) -> Result<Lasting, BodyError> {
    let limits = Limits {
        idling: None,
        rolling: seconds(config, "remember_rolling_timeout", 604_800)?,
        absolute: seconds(config, "remember_absolute_timeout", 2_592_000)?,
    };
    Ok(Lasting { jar: jar(config, "remember_cookie_name", "remember")?, limits })
}

fn jar(config: Body<'_>, field: &'static str, default: &str) -> Result<Jar, BodyError> {
    let name = config.optional_text(field)?.unwrap_or(default);
    let attributes = Attributes {
        path: config.optional_text("cookie_path")?.unwrap_or("/"),
        domain: config.optional_text("cookie_domain")?,
        same_site: config.optional_text("cookie_same_site")?.unwrap_or("Strict"),
        flags: [("Secure", "cookie_secure"), ("HttpOnly", "cookie_http_only")]
            .into_iter()
            .filter_map(|(flag, field)| match config.boolean(field, Switch::On) {
                Ok(true) => Some(Ok(flag)),
                Ok(false) => None,
                Err(error) => Some(Err(error)),
            })
            .collect::<Result<_, _>>()?,
    };
    Jar::new(name, &attributes).ok_or_else(|| BodyError::Value { field, value: name.to_owned() })
}

/// Whole seconds; none where there is no limit.
fn seconds(config: Body<'_>, field: &'static str, default: u32) -> Result<Option<i64>, BodyError> {
    let seconds = config.number(field, default.into())? as i64;
    Ok((seconds > 0).then_some(seconds))
}

fn facts(config: Body<'_>, field: &'static str) -> Result<Vec<Fact>, BodyError> {
    let fact = |name: Box<str>| name.parse().map_err(|_| BodyError::Value { field, value: name.into() });
    config.texts(field)?.into_iter().map(fact).collect()
}
