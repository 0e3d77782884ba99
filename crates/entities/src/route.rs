//! A route: which requests it takes, and what it does to them on their way to its service.

mod buildable;
mod endpoint;
mod fields;
mod flavor;
mod former_path;
mod normal_path;
mod subschema;

use gibbon_schema::{EntityCheck, EntityDef, Object, Schema, conditional, custom_check, matching, string};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use buildable::buildable;
pub use endpoint::{Endpoint, IpRange};
pub use flavor::Flavor;

use crate::Protocols;
use crate::body::{Body, BodyError, Switch, texts};
use crate::document::{self, Rendered};

/// The declaration of `routes`, as they are where routes are matched in this way.
pub fn definition(flavor: Flavor) -> EntityDef {
    let mut checks = vec![snis_need_tls(), path_handling()];
    checks.extend((flavor != Flavor::Traditional).then(|| buildable(flavor)));
    let schema = Schema::new(fields::fields(flavor))
        .entity_checks(checks)
        .subschemas("protocols", subschema::all(flavor))
        .former_files(former_path::rewrite);
    EntityDef { name: "routes", collection: "routes", nested: "routes", endpoint_key: Some("name"), version: 1, schema }
}

fn snis_need_tls() -> EntityCheck {
    let in_the_clear = string().not_one_of(["grpcs", "https", "tls", "tls_passthrough"]);
    conditional("protocols", matching().elements(in_the_clear), "snis", matching().len_eq(0))
        .then_err("'snis' can only be set when 'protocols' is 'grpcs', 'https', 'tls' or 'tls_passthrough'")
}

/// Kong warns here of `v1`, which one flavour honours and the others do not look at. Both values are right in all of
/// them; the check is declared because `/schemas` shows it.
fn path_handling() -> EntityCheck {
    custom_check(["path_handling"], |_| Ok(()))
}

/// The name of a header and the values of which a request must have one.
pub type HeaderMatch = (Box<str>, Vec<Box<str>>);

/// How the paths of service, route and request are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PathHandling {
    /// With exactly one slash between service path and the rest.
    V0,
    /// One after the other.
    V1,
}

/// A route as the data plane keeps it. As JSON it has the names of its fields, without those that are empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Route {
    /// Its id.
    pub id: Uuid,
    /// When it was created, in seconds since 1970.
    pub created_at: i64,
    /// When it was changed last, in seconds since 1970.
    pub updated_at: i64,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Box<str>>,
    /// The protocols of its requests.
    pub protocols: Protocols,
    /// Methods of its requests; any if empty, as for what follows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<Box<str>>,
    /// Hosts of its requests, with at most one wildcard each, with or without a port.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<Box<str>>,
    /// Prefixes of paths, and regular expressions of paths after a `~`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<Box<str>>,
    /// Headers with the values of which a request must have one.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "document::members")]
    pub headers: Vec<HeaderMatch>,
    /// Server names of TLS connections.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub snis: Vec<Box<str>>,
    /// Where a stream comes from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Endpoint>,
    /// Where a stream goes to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destinations: Vec<Endpoint>,
    /// What must be true of its requests, in the place of all these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<Box<str>>,
    /// Which of several matching expressions is taken: the highest.
    #[serde(skip)]
    pub priority: u64,
    /// What a request in the clear is answered if the route wants TLS.
    pub https_redirect_status_code: u16,
    /// Which of several matching regular expressions is taken: the highest.
    pub regex_priority: i64,
    /// Whether the matched prefix is left out of the path to the upstream.
    pub strip_path: bool,
    /// How paths are put together.
    pub path_handling: PathHandling,
    /// Whether the upstream sees the client's `Host`.
    pub preserve_host: bool,
    /// Whether request bodies are buffered.
    pub request_buffering: bool,
    /// Whether response bodies are buffered.
    pub response_buffering: bool,
    /// The service that its requests go to.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "document::reference")]
    pub service: Option<Uuid>,
    /// Its tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Box<str>>,
    #[serde(skip)]
    json: Rendered,
}

impl Route {
    /// The route as JSON, which is written when it is asked for first.
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
            protocols: protocols_of(body)?,
            methods: body.texts("methods")?,
            hosts: body.texts("hosts")?,
            paths: body.texts("paths")?,
            headers: headers(body)?,
            snis: body.texts("snis")?,
            sources: endpoint::read(body, "sources")?,
            destinations: endpoint::read(body, "destinations")?,
            expression: body.boxed("expression")?,
            priority: body.integer("priority", 0)?,
            https_redirect_status_code: body.integer("https_redirect_status_code", 426)?,
            regex_priority: body.integer("regex_priority", 0)?,
            strip_path: body.boolean("strip_path", Switch::On)?,
            path_handling: path_handling_of(body)?,
            preserve_host: body.boolean("preserve_host", Switch::Off)?,
            request_buffering: body.boolean("request_buffering", Switch::On)?,
            response_buffering: body.boolean("response_buffering", Switch::On)?,
            service: body.reference("service")?,
            tags: body.texts("tags")?,
            json: Rendered::default(),
        })
    }
}

/// The protocols of a route or plugin.
pub(crate) fn protocols_of(body: Body<'_>) -> Result<Protocols, BodyError> {
    let field = "protocols";
    let parse = |name: &str| name.parse().map_err(|_| BodyError::Value { field, value: name.to_owned() });
    body.texts(field)?.iter().map(|name| parse(name)).collect()
}

fn headers(body: Body<'_>) -> Result<Vec<HeaderMatch>, BodyError> {
    let field = "headers";
    let Some(headers) = body.get(field) else { return Ok(Vec::new()) };
    let headers = headers.as_object().ok_or(BodyError::Type { field, expected: "a map" })?;
    let read = |(name, values): (&String, &Value)| Some((name.as_str().into(), texts(values.as_array()?)?));
    let headers: Option<Vec<_>> = headers.iter().map(read).collect();
    headers.ok_or(BodyError::Type { field, expected: "a map of arrays of strings" })
}

fn path_handling_of(body: Body<'_>) -> Result<PathHandling, BodyError> {
    let field = "path_handling";
    match body.optional_text(field)? {
        None | Some("v0") => Ok(PathHandling::V0),
        Some("v1") => Ok(PathHandling::V1),
        Some(other) => Err(BodyError::Value { field, value: other.to_owned() }),
    }
}

#[cfg(test)]
mod tests;
