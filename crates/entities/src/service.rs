//! A service: an upstream API, where it is and how it is reached.

use std::time::Duration;

use gibbon_schema::address::UrlParts;
use gibbon_schema::typedefs::{auto_timestamp_s, host, path, port, tags, utf8_name, uuid};
use gibbon_schema::{
    EntityCheck, EntityDef, Field, Object, Schema, Shorthand, conditional, field, integer, matching, shorthand, string,
};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::body::{Body, BodyError, Switch};
use crate::document::{self, Rendered};
use crate::{Protocol, typedefs};

/// How often a request is tried again where the body does not say.
const RETRIES: u32 = 5;

/// The timeouts in milliseconds where the body does not say.
const TIMEOUT: u32 = 60_000;

/// The largest number of milliseconds, 2^31 - 2.
const LONGEST: i64 = 2_147_483_646;

/// The declaration of `services`.
pub fn definition() -> EntityDef {
    EntityDef {
        name: "services",
        collection: "services",
        nested: "services",
        endpoint_key: Some("name"),
        version: 1,
        schema: Schema::new(fields()).entity_checks(checks()).shorthands([url()]),
    }
}

fn fields() -> Vec<Field> {
    vec![
        field("id").of(uuid()).len_min(1),
        field("created_at").of(auto_timestamp_s()),
        field("updated_at").of(auto_timestamp_s()),
        field("name").of(utf8_name()).len_min(1),
        field("retries")
            .integer()
            .default(RETRIES)
            .between(0, 32767)
            .describe("How often a failed attempt to reach the upstream is repeated."),
        field("protocol")
            .of(typedefs::protocol())
            .required()
            .default("http")
            .len_min(1)
            .describe("The protocol that the upstream speaks."),
        field("host").of(host()).required().len_min(1).describe("The host name or IP address of the upstream."),
        field("port").of(port()).required().default(80).describe("The port of the upstream."),
        field("path").of(path()).describe("What stands before the path of each request to the upstream."),
        timeout("connect_timeout", "Milliseconds that a connection to the upstream may take to be made."),
        timeout("write_timeout", "Milliseconds between two successful writes to the upstream."),
        timeout("read_timeout", "Milliseconds between two successful reads from the upstream."),
        field("tags").of(tags()),
        field("client_certificate")
            .foreign("certificates")
            .describe("The certificate that the upstream is shown in the TLS handshake."),
        field("tls_verify").boolean().describe(
            "Whether the certificate of the upstream is verified; null leaves it to the gateway's configuration.",
        ),
        field("tls_verify_depth")
            .integer()
            .default(Value::Null)
            .between(0, 64)
            .describe("The longest chain of certificates of the upstream that is verified."),
        field("ca_certificates")
            .array_of(string().uuid())
            .elements_refer_to("ca_certificates")
            .describe("The ids of the CA certificates that the certificate of the upstream is verified against."),
        field("enabled")
            .boolean()
            .required()
            .default(true)
            .describe("Whether the service takes part in routing; requests to one that does not find no route."),
    ]
}

fn timeout(name: &'static str, description: &'static str) -> Field {
    field(name).of(integer()).default(TIMEOUT).between(1, LONGEST).describe(description)
}

/// Fields that mean something for some protocols only.
fn checks() -> Vec<EntityCheck> {
    let without_path = matching().one_of(["tcp", "tls", "udp", "grpc", "grpcs"]);
    let without_tls = || matching().not_one_of(["https", "tls"]);
    let unset = || matching().eq(Value::Null);
    vec![
        conditional("protocol", without_path, "path", unset()),
        conditional("protocol", without_tls(), "client_certificate", unset()),
        conditional("protocol", without_tls(), "tls_verify", unset()),
        conditional("protocol", without_tls(), "tls_verify_depth", unset()),
        conditional("protocol", without_tls(), "ca_certificates", unset()),
    ]
}

/// `url` stands for protocol, host, port and path.
fn url() -> Shorthand {
    shorthand(field("url").string().describe("Protocol, host, port and path in one."), expand_url)
}

/// What a URL does not say is set too, so that a changed URL leaves nothing of the former one behind.
fn expand_url(url: &Value) -> Object {
    let parts = UrlParts::split(url.as_str().unwrap_or_default());
    let number = parts.port.and_then(|port| port.parse::<u32>().ok());
    let protocol = parts.scheme.unwrap_or(if number == Some(443) { "https" } else { "http" });
    let port = match (number, parts.port) {
        (Some(number), _) => Value::from(number),
        (None, Some(text)) => Value::from(text),
        (None, None) => Value::from(if protocol == "https" { 443 } else { 80 }),
    };
    let mut values = Object::new();
    values.insert("protocol".to_owned(), protocol.into());
    values.insert("host".to_owned(), parts.host.into());
    values.insert("port".to_owned(), port);
    values.insert("path".to_owned(), parts.path.into());
    values
}

/// A service as the data plane keeps it. As JSON it has the names of its fields, without those that are empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Service {
    /// Its id.
    pub id: Uuid,
    /// When it was created, in seconds since 1970.
    pub created_at: i64,
    /// When it was changed last, in seconds since 1970.
    pub updated_at: i64,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Box<str>>,
    /// What the upstream speaks.
    pub protocol: Protocol,
    /// A host name, an IP address, or the name of an upstream.
    pub host: Box<str>,
    /// The port.
    pub port: u16,
    /// What stands before the path of each request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Box<str>>,
    /// How often a failed attempt is repeated.
    pub retries: u32,
    /// How long a connection may take to be made.
    #[serde(serialize_with = "document::millis")]
    pub connect_timeout: Duration,
    /// How long may pass between two writes.
    #[serde(serialize_with = "document::millis")]
    pub write_timeout: Duration,
    /// How long may pass between two reads.
    #[serde(serialize_with = "document::millis")]
    pub read_timeout: Duration,
    /// Whether its routes take part in routing.
    pub enabled: bool,
    /// Whether the upstream's certificate is verified, if the service says so itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_verify: Option<bool>,
    /// The longest chain of certificates that is verified, if the service says so itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_verify_depth: Option<u8>,
    /// The CA certificates that it is verified against.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ca_certificates: Vec<Uuid>,
    /// The certificate that the upstream is shown.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "document::reference")]
    pub client_certificate: Option<Uuid>,
    /// Its tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Box<str>>,
    #[serde(skip)]
    json: Rendered,
}

impl Service {
    /// The service as JSON, which is written when it is asked for first.
    pub fn json(&self) -> &str {
        self.json.get(self)
    }

    /// Reads a prepared body.
    ///
    /// # Errors
    /// If the body is not one that [`definition`] prepared.
    pub fn from_body(body: &Object) -> Result<Self, BodyError> {
        let body = Body::new(body);
        Ok(Self {
            id: body.id()?,
            created_at: body.integer("created_at", 0)?,
            updated_at: body.integer("updated_at", 0)?,
            name: body.boxed("name")?,
            protocol: body.parsed("protocol")?,
            host: body.text("host")?.into(),
            port: body.integer("port", 80)?,
            path: body.boxed("path")?,
            retries: body.integer("retries", RETRIES)?,
            connect_timeout: millis(body, "connect_timeout")?,
            write_timeout: millis(body, "write_timeout")?,
            read_timeout: millis(body, "read_timeout")?,
            enabled: body.boolean("enabled", Switch::On)?,
            tls_verify: body.optional_boolean("tls_verify")?,
            tls_verify_depth: match body.get("tls_verify_depth") {
                None => None,
                Some(_) => Some(body.integer("tls_verify_depth", 0)?),
            },
            ca_certificates: ids(body, "ca_certificates")?,
            client_certificate: body.reference("client_certificate")?,
            tags: body.texts("tags")?,
            json: Rendered::default(),
        })
    }
}

fn millis(body: Body<'_>, field: &'static str) -> Result<Duration, BodyError> {
    Ok(Duration::from_millis(body.integer::<u32>(field, TIMEOUT)?.into()))
}

fn ids(body: Body<'_>, field: &'static str) -> Result<Vec<Uuid>, BodyError> {
    let parse = |value: &Value| value.as_str()?.parse().ok();
    let ids: Option<Vec<Uuid>> = body.elements(field)?.iter().map(parse).collect();
    ids.ok_or(BodyError::Type { field, expected: "an array of ids" })
}

#[cfg(test)]
mod tests;
