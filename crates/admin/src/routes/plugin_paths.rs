//! Paths that plugins bring along.

use gibbon_plugin_api::{AdminCall, AdminPath, Configured};
use gibbon_schema::Object;
use gibbon_store::{Filter, PageRequest};
use http::Method;

use crate::answer::Answer;
use crate::api::AdminApi;
use crate::body;
use crate::error::ApiError;
use crate::references::id_of;
use crate::request::Request;

/// Plugin records that are read at once.
const PAGE: usize = 1000;

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
    let configured = configured(api, path.plugin).await?;
    let node = api.configuration.node().clone();
    let values = values(request).await?;
    let answer = (path.answer)(AdminCall { method, parameters, values, configured, node }).await;
    Ok(match answer.body {
        Some(body) => Answer::with(answer.status, body),
        None => Answer::empty(answer.status),
    })
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
async fn configured(api: &AdminApi, plugin: &str) -> Result<Vec<Configured>, ApiError> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let request = PageRequest { size: PAGE, after };
        let page = api.configuration.store().page("plugins", &Filter::default(), request).await?;
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
