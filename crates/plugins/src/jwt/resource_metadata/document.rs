//! The document itself (RFC 9728 section 2), made of what the plugin demands of tokens.

use gibbon_entities::{Body, BodyError};
use gibbon_jose::Algorithm;
use serde_json::{Map, Value, json};

use crate::jwt::binding::PROOF_ALGORITHMS;
use crate::jwt::issuers::check_url;

/// The argument that holds a token in a query (RFC 6750 section 2.3).
const QUERY_ARGUMENT: &str = "access_token";

/// Writes what a configuration says of its resource.
pub(super) fn write(config: Body<'_>) -> Result<Value, BodyError> {
    let record = config.record("resource_metadata")?;
    let mut document = Map::new();
    let mut add = |name: &str, value: Value| {
        let is_nothing = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if !is_nothing {
            document.insert(name.to_owned(), value);
        }
    };
    add("resource", record.text("resource")?.into());
    add("resource_name", json!(record.optional_text("name")?));
    add("resource_documentation", json!(record.optional_text("documentation")?));
    add("authorization_servers", json!(issuers(config)?));
    add("scopes_supported", json!(scopes(config)?));
    if config.optional_text("bound_tokens")?.is_some() {
        add("tls_client_certificate_bound_access_tokens", true.into());
        add("dpop_signing_alg_values_supported", json!(PROOF_ALGORITHMS.map(Algorithm::as_str)));
    }
    // That there is no way to send a bearer token would be said as well.
    document.insert("bearer_methods_supported".to_owned(), json!(methods(config)?));
    Ok(document.into())
}

/// Those among the issuers that a client can find: by a URL.
fn issuers(config: Body<'_>) -> Result<Vec<Box<str>>, BodyError> {
    let named = config.elements("issuers")?.iter().filter_map(|issuer| issuer.get("issuer").and_then(Value::as_str));
    let all = named.map(Box::from).chain(config.texts("allowed_issuers")?);
    Ok(distinct(all.filter(|issuer| check_url(issuer).is_ok())))
}

/// The scopes of which tokens need some, where they are scopes and not the elements of some other claim.
fn scopes(config: Body<'_>) -> Result<Vec<Box<str>>, BodyError> {
    if config.get("scopes").is_none() {
        return Ok(Vec::new());
    }
    let scopes = config.record("scopes")?;
    let are_scopes = scopes.texts("claims")?.iter().any(|claim| matches!(&**claim, "scope" | "scp"));
    let all = scopes.texts("any")?.into_iter().chain(scopes.texts("all")?);
    Ok(distinct(all.filter(|_| are_scopes)))
}

/// How a bearer token may be sent (RFC 6750 section 2).
fn methods(config: Body<'_>) -> Result<Vec<&'static str>, BodyError> {
    let has = |field, wanted: &str| -> Result<bool, BodyError> {
        Ok(config.texts(field)?.iter().any(|name| name.eq_ignore_ascii_case(wanted)))
    };
    let ways = [("header", has("header_names", "authorization")?), ("query", has("uri_param_names", QUERY_ARGUMENT)?)];
    Ok(ways.into_iter().filter(|(_, is_one)| *is_one).map(|(name, _)| name).collect())
}

fn distinct(all: impl Iterator<Item = Box<str>>) -> Vec<Box<str>> {
    let mut distinct: Vec<Box<str>> = Vec::new();
    for text in all {
        if !distinct.contains(&text) {
            distinct.push(text);
        }
    }
    distinct
}
