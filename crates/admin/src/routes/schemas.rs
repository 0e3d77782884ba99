//! `/schemas`: what entities and plugins look like, and whether a body would do.

use http::StatusCode;

use crate::answer::Answer;
use crate::api::AdminApi;
use crate::body::{self, PayloadKind};
use crate::error::ApiError;
use crate::request::Request;

/// `GET /schemas/<entity>`
pub(crate) async fn entity(api: &AdminApi, _request: &Request, name: &str) -> Result<Answer, ApiError> {
    let definition = api.configuration.definitions().described(name);
    Ok(definition.map_or_else(|| no_entity(name), |definition| Answer::ok(definition.to_json())))
}

/// `GET /schemas/plugins/<name>`
pub(crate) async fn plugin(api: &AdminApi, _request: &Request, name: &str) -> Result<Answer, ApiError> {
    let schema = api.configuration.definitions().plugin_schema(name);
    Ok(schema.map_or_else(|| no_plugin(name), |schema| Answer::ok(schema.to_json())))
}

/// `GET /schemas/vaults/<name>`
pub(crate) async fn vault(api: &AdminApi, _request: &Request, name: &str) -> Result<Answer, ApiError> {
    let vaults = api.configuration.definitions().get("vaults");
    let schema = vaults.and_then(|vaults| vaults.subschema(name));
    Ok(match schema {
        Some(schema) => Answer::ok(schema.to_json()),
        None => Answer::message(StatusCode::NOT_FOUND, format!("No vault named '{name}'")),
    })
}

/// `POST /schemas/<entity>/validate`
pub(crate) async fn validate(api: &AdminApi, request: &Request, name: &str) -> Result<Answer, ApiError> {
    let payload = body::parse(&request.headers, request.body.clone()).await?;
    let env = api.configuration.definitions();
    let Some(definition) = env.described(name) else { return Ok(no_entity(name)) };
    let values = match payload.kind {
        PayloadKind::Json => payload.values,
        PayloadKind::Form => definition.coerce_form(payload.values, env),
    };
    definition.validate(values, env)?;
    Ok(Answer::message(StatusCode::OK, "schema validation successful"))
}

fn no_entity(name: &str) -> Answer {
    Answer::message(StatusCode::NOT_FOUND, format!("No entity named '{name}'"))
}

pub(super) fn no_plugin(name: &str) -> Answer {
    Answer::message(StatusCode::NOT_FOUND, format!("No plugin named '{name}'"))
}
