//! What clients are told of a resource that needs tokens, so that they find out by themselves where to get one (RFC 9728).

mod document;

use bytes::Bytes;
use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::{ConfigureError, Reply, ReplyBody, RequestCx};
use gibbon_schema::{Field, field as named, record, string};
use http::{Method, StatusCode, Uri};
use serde_json::Value;

use super::issuers::check_url;
use super::steps::{Outcome, Step};
use crate::config_error;

/// What is put between the host and the path of a resource (RFC 9728 section 3).
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// See the module.
pub(super) struct ResourceMetadata {
    /// Where it is told: the path, and the whole URL.
    path: Box<str>,
    url: Box<str>,
    document: Bytes,
}

/// The field `resource_metadata` of the plugin.
pub(super) fn config_field() -> Field {
    let url = || string().check_str(check_url);
    let fields = [
        named("resource")
            .of(string().check_str(check_resource))
            .required()
            .describe("The URL of what tokens are for, as clients know it."),
        named("name").string().len_max(256).describe("What people call it."),
        named("documentation").of(url()).describe("The URL of a page about it."),
    ];
    named("resource_metadata").of(record(fields)).absent_while_unset().describe(
        "What clients are told of the resource (RFC 9728), at a path of the route that begins with /.well-known.",
    )
}

/// Whether a text may name a resource: what is told of it is below its own host and path.
fn check_resource(text: &str) -> Result<(), String> {
    check_url(text)?;
    if text.contains('?') { Err("must be a URL without a query".to_owned()) } else { Ok(()) }
}

impl ResourceMetadata {
    /// `None` where nothing is told.
    pub(super) fn read(config: &Value) -> Result<Option<Self>, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Option<Self>, BodyError> {
        if config.get("resource_metadata").is_none() {
            return Ok(None);
        }
        let resource = config.record("resource_metadata")?.text("resource")?;
        let no_url = || BodyError::Value { field: "resource_metadata", value: resource.to_owned() };
        let uri: Uri = resource.parse().map_err(|_| no_url())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(no_url()) };
        // A slash that ends the host goes, one that ends a path does not.
        let own = if uri.path() == "/" { "" } else { uri.path() };
        let path = format!("{WELL_KNOWN}{own}");
        let url = format!("{scheme}://{authority}{path}").into();
        let document = document::write(config)?.to_string().into();
        Ok(Some(Self { path: path.into(), url, document }))
    }

    /// Where it is told.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The answer to whoever asks for it. Nobody needs a token for that.
    pub(super) fn answer(&self, cx: &RequestCx<'_>) -> Option<Reply> {
        let asks = matches!(cx.head.method, Method::GET | Method::HEAD) && *cx.path == *self.path;
        asks.then(|| Reply {
            status: StatusCode::OK,
            headers: Vec::new(),
            body: ReplyBody::Json(self.document.clone()),
        })
    }

    /// What an explanation tells of such an answer.
    pub(super) fn step(&self) -> Step {
        let remark = "the request asks for what is told of the resource, and needs no token";
        Step::judged("`resource_metadata`", Outcome::of(None)).found(&*self.path).remark(remark)
    }
}
