//! `/upstreams/<upstream>/health`: how the targets of an upstream are.

use gibbon_store::{Filter, PageRequest};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::answer::Answer;
use crate::api::AdminApi;
use crate::crud::{Place, Reader, require};
use crate::error::ApiError;
use crate::health::{Health, UpstreamHealth};
use crate::paging;
use crate::references::id_of;
use crate::request::Request;

/// The targets of an upstream.
pub(crate) const TARGETS: Place = Place::Children { parent: "upstreams", field: "upstream", kind: "targets" };

/// `GET /upstreams/<upstream>/health`: a page of the targets with the health of each or, with `?balancer_health=1`, the
/// health of the whole.
pub(crate) async fn health(api: &AdminApi, request: &Request, name: &str) -> Result<Answer, ApiError> {
    let mut reader = Reader::Store(&**api.configuration.store());
    let (_, id, _) = require(&mut reader, api.configuration.definitions(), "upstreams", name).await?;
    let known = api.health.health(id);
    let mut body = match request.query_value("balancer_health") {
        Some("1" | "true") => {
            let whole = known.map_or(Health::Unchecked, |known| known.whole);
            json!({ "data": { "health": whole.as_str(), "id": id }, "next": null })
        }
        _ => targets(api, request, name, id, known.as_ref()).await?,
    };
    body["node_id"] = json!(api.about.node_id);
    Ok(Answer::ok(body))
}

async fn targets(
    api: &AdminApi,
    request: &Request,
    name: &str,
    upstream: Uuid,
    known: Option<&UpstreamHealth>,
) -> Result<Value, ApiError> {
    let filter = Filter { relation: Some(("upstream".to_owned(), upstream)), tags: None };
    let wanted = PageRequest { size: paging::size(request)?, after: paging::after(request, paging::read_id)? };
    let page = api.configuration.store().page("targets", &filter, wanted).await?;
    let shown = page.records.into_iter().map(|mut target| {
        let health = id_of(&target).and_then(|id| known?.targets.get(&id).copied());
        target.insert("health".to_owned(), health.unwrap_or(Health::Unchecked).as_str().into());
        Value::Object(target)
    });
    let next = page.next.map(|id| paging::offset(&[&id.to_string()]));
    Ok(paging::body(shown.collect(), next, &format!("/upstreams/{}/health", paging::escape(name)), request))
}
