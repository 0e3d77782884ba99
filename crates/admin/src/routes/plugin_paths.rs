//! Paths that plugins bring along.

use std::sync::Arc;

use gibbon_plugin_api::{AdminAnswer, AdminCall, AdminPath, Configured};
use gibbon_runtime::Configuration;
use gibbon_schema::Object;
use gibbon_store::{Filter, PageRequest, StoreError};
use http::Method;

use crate::answer::Answer;
use crate::api::AdminApi;
use crate::body;
use crate::error::ApiError;
use crate::references::id_of;
use crate::request::Request;

/// Plugin records that are read at once.
const PAGE: usize = 1000;

/// What begins a word about a path that plugins bring along.
const TOPIC: &str = "plugin_path ";

/// Lets the plugin answer.
pub(crate) async fn answer(
    api: &AdminApi,
    path: &'static AdminPath,
    parameters: Vec<String>,
    request: &Request,
) -> Result<Answer, ApiError> {
    let method = if request.method == Method::HEAD { Method::GET } else { request.method.clone() };
    if !path.methods.contains(&method.as_str()) {
        return Err(ApiError::MethodNotAllowed);
    }
    let told = path.on_every_node.contains(&method.as_str()).then(|| word(path, &method, &parameters));
    let answer = ask(&api.configuration, path, method, parameters, values(request).await?).await?;
    if let Some(word) = told.filter(|_| answer.status.is_success()) {
        api.configuration.store().tell(&word).await?;
    }
    Ok(match answer.body {
        Some(body) => Answer::with(answer.status, body),
        None => Answer::empty(answer.status),
    })
}

async fn ask(
    configuration: &Configuration,
    path: &'static AdminPath,
    method: Method,
    parameters: Vec<String>,
    values: Object,
) -> Result<AdminAnswer, StoreError> {
    let configured = configured(configuration, path.plugin).await?;
    let node = configuration.node().clone();
    Ok((path.answer)(AdminCall { method, parameters, values, configured, node }).await)
}

/// What the other nodes are told, as JSON behind the topic: parameters may hold anything.
fn word(path: &AdminPath, method: &Method, parameters: &[String]) -> String {
    format!("{TOPIC}{}", serde_json::json!([method.as_str(), path.template, parameters]))
}

/// Does what has been done on another node, if it is about such a path.
pub(crate) fn hear(configuration: &Arc<Configuration>, word: &str) {
    let Some((path, method, parameters)) = heard(configuration, word) else { return };
    let Some(runtime) = &configuration.node().runtime else { return };
    let configuration = Arc::clone(configuration);
    runtime.spawn(async move {
        if let Err(error) = ask(&configuration, path, method, parameters, Object::new()).await {
            tracing::warn!(path = path.template, %error, "what holds on every node does not on this one");
        }
    });
}

fn heard(configuration: &Configuration, word: &str) -> Option<(&'static AdminPath, Method, Vec<String>)> {
    let told = word.strip_prefix(TOPIC)?;
    let (method, template, parameters): (String, String, Vec<String>) = serde_json::from_str(told).ok()?;
    let mut paths = configuration.registry().admin_paths();
    let path = paths.find(|path| path.template == template && path.on_every_node.contains(&method.as_str()))?;
    Some((path, method.parse().ok()?, parameters))
}

/// What the query and the body say.
async fn values(request: &Request) -> Result<Object, ApiError> {
    let mut values: Object = request.query.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    if matches!(request.method, Method::PATCH | Method::POST | Method::PUT) {
        values.extend(body::parse(&request.headers, request.body.clone()).await?.values);
    }
    Ok(values)
}

/// The records of one plugin.
async fn configured(configuration: &Configuration, plugin: &str) -> Result<Vec<Configured>, StoreError> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let request = PageRequest { size: PAGE, after };
        let page = configuration.store().page("plugins", &Filter::default(), request).await?;
        let is_meant = |record: &Object| record.get("name").and_then(|name| name.as_str()) == Some(plugin);
        let read = |mut record: Object| {
            Some(Configured { id: id_of(&record)?, config: record.remove("config").unwrap_or_default() })
        };
        all.extend(page.records.into_iter().filter(is_meant).filter_map(read));
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(all),
        }
    }
}
