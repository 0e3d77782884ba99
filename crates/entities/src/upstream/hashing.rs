//! What of a request is hashed.

use crate::body::{Body, BodyError};

/// What of a request is hashed to find its target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HashInput {
    /// Nothing.
    None,
    /// The consumer, or the credential where there is none.
    Consumer,
    /// The address of the client.
    Ip,
    /// The value of a header.
    Header(Box<str>),
    /// The value of a cookie, which the gateway makes where there is none.
    Cookie {
        /// Its name.
        name: Box<str>,
        /// The path that it is made for.
        path: Box<str>,
    },
    /// The path.
    Path,
    /// The value of a parameter of the query.
    QueryArg(Box<str>),
    /// What a named part of the route's regular expression has matched.
    UriCapture(Box<str>),
}

/// The names by which a body can ask for an input.
pub(super) const NAMES: [&str; 8] = ["none", "consumer", "ip", "header", "cookie", "path", "query_arg", "uri_capture"];

/// The fields that say more about an input. There is only one cookie, whichever of the two it is for.
pub(super) struct Details {
    header: &'static str,
    query_arg: &'static str,
    uri_capture: &'static str,
}

/// Those of `hash_on`.
pub(super) const FIRST: Details =
    Details { header: "hash_on_header", query_arg: "hash_on_query_arg", uri_capture: "hash_on_uri_capture" };

/// Those of `hash_fallback`.
pub(super) const SECOND: Details = Details {
    header: "hash_fallback_header",
    query_arg: "hash_fallback_query_arg",
    uri_capture: "hash_fallback_uri_capture",
};

/// Where a cookie is sent unless the body says.
const COOKIE_PATH: &str = "/";

pub(super) fn read(body: Body<'_>, field: &'static str, details: &Details) -> Result<HashInput, BodyError> {
    let text = |field| body.text(field).map(Box::from);
    Ok(match body.optional_text(field)?.unwrap_or("none") {
        "none" => HashInput::None,
        "consumer" => HashInput::Consumer,
        "ip" => HashInput::Ip,
        "path" => HashInput::Path,
        "header" => HashInput::Header(text(details.header)?),
        "query_arg" => HashInput::QueryArg(text(details.query_arg)?),
        "uri_capture" => HashInput::UriCapture(text(details.uri_capture)?),
        "cookie" => {
            let path = body.optional_text("hash_on_cookie_path")?.unwrap_or(COOKIE_PATH);
            HashInput::Cookie { name: text("hash_on_cookie")?, path: path.into() }
        }
        other => return Err(BodyError::Value { field, value: other.to_owned() }),
    })
}
