//! `/plugins/enabled` and `/plugins/schema/<name>`: what older clients ask of plugins.

use serde_json::{Value, json};

use super::schemas::no_plugin;
use crate::answer::Answer;
use crate::api::AdminApi;
use crate::error::ApiError;
use crate::request::Request;

/// `GET /plugins/enabled`
pub(crate) async fn enabled(api: &AdminApi, _request: &Request) -> Result<Answer, ApiError> {
    let mut names: Vec<_> = api.configuration.registry().iter().map(|plugin| plugin.name).collect();
    names.sort_unstable();
    Ok(Answer::ok(json!({ "enabled_plugins": names })))
}

/// `GET /plugins/schema/<name>`: only what the plugin can be told.
pub(crate) async fn schema(api: &AdminApi, _request: &Request, name: &str) -> Result<Answer, ApiError> {
    let Some(schema) = api.configuration.definitions().plugin_schema(name) else { return Ok(no_plugin(name)) };
    let document = schema.to_json();
    let fields = document["fields"].as_array().into_iter().flatten();
    let config = fields.filter_map(|field| field.get("config")).next().and_then(Value::as_object);
    let kept = ["entity_checks", "fields", "shorthand_fields"].into_iter();
    let kept = kept.filter_map(|name| Some((name.to_owned(), config?.get(name)?.clone())));
    Ok(Answer::ok(kept.collect::<gibbon_schema::Object>()))
}
