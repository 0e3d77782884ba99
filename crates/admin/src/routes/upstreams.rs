//! `/upstreams/<upstream>/health`: how the targets of an upstream are.

use gibbon_store::{Filter, PageRequest};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::answer::Answer;
use crate::api::AdminApi;
use crate::crud::{Place, Reader, require};
use crate::error::ApiError;
use crate::health::Seen;
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
    let pool = api.configuration.snapshot().pools.get(id).cloned().ok_or(ApiError::NotFound)?;
    let seen = Seen::of(&pool).await;
    let mut body = match request.query_value("balancer_health") {
        Some("1" | "true") => json!({ "data": seen.whole(id), "next": null }),
        _ => targets(api, request, name, id, &seen).await?,
    };
    body["node_id"] = json!(api.about.node_id);
    Ok(Answer::ok(body))
}

async fn targets(
    api: &AdminApi,
    request: &Request,
    name: &str,
    upstream: Uuid,
    seen: &Seen,
) -> Result<Value, ApiError> {
    let filter = Filter { relation: Some(("upstream".to_owned(), upstream)), tags: None };
    let wanted = PageRequest { size: paging::size(request)?, after: paging::after(request, paging::read_id)? };
    let page = api.configuration.store().page("targets", &filter, wanted).await?;
    let shown = page.records.into_iter().map(|mut target| {
        if let Some(id) = id_of(&target) {
            target.insert("health".to_owned(), seen.word(id).into());
            target.extend(seen.data(id).map(|data| ("data".to_owned(), data)));
        }
        Value::Object(target)
    });
    let next = page.next.map(|id| paging::offset(&[&id.to_string()]));
    Ok(paging::body(shown.collect(), next, &format!("/upstreams/{}/health", paging::escape(name)), request))
}
