//! `/upstreams/<upstream>/health`: how the targets of an upstream are. `/upstreams/<upstream>/targets/<target>/healthy`
//! and `…/unhealthy`: saying so.

use std::net::{IpAddr, SocketAddr};

use gibbon_balancer::health::Health;
use gibbon_entities::target::TargetAddress;
use gibbon_runtime::live::NoChecks;
use gibbon_store::{Filter, PageRequest};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::answer::Answer;
use crate::api::AdminApi;
use crate::crud::{Place, Reader, require, require_below};
use crate::error::ApiError;
use crate::health::Seen;
use crate::paging;
use crate::references::id_of;
use crate::request::Request;

/// The targets of an upstream.
pub(crate) const TARGETS: Place = Place::Children { parent: "upstreams", field: "upstream", kind: "targets" };

/// One of them.
const TARGET: Place = Place::Child { parent: "upstreams", field: "upstream", kind: "targets" };

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

/// `PUT …/targets/<target>[/<address>]/healthy` and `…/unhealthy`: sets the verdict on the addresses of a target, or on
/// one, on this node.
pub(crate) async fn set_health(
    api: &AdminApi,
    request: &Request,
    parameters: &[String],
    health: Health,
) -> Result<Answer, ApiError> {
    let [upstream, target, address @ ..] = parameters else { return Err(ApiError::NotFound) };
    if request.method != Method::PUT {
        return Err(ApiError::MethodNotAllowed);
    }
    let mut reader = Reader::Store(&**api.configuration.store());
    let definitions = api.configuration.definitions();
    let (_, id, record) = require(&mut reader, definitions, "upstreams", upstream).await?;
    let target = require_below(&mut reader, definitions, TARGET, &[upstream.clone(), target.clone()]).await?;
    let address = address.first().map(|text| socket_address(text)).transpose()?.flatten();
    let pool = api.configuration.snapshot().pools.get(id).cloned().ok_or(ApiError::NotFound)?;
    let target = id_of(&target).ok_or(ApiError::NotFound)?;
    let name = record.get("name").and_then(Value::as_str).unwrap_or_default();
    Ok(match pool.force(target, address, health) {
        Ok(()) => Answer::no_content(),
        Err(NoChecks) => Answer::message(StatusCode::BAD_REQUEST, format!("no healthchecker found for {name}")),
    })
}

/// The address that a path names; none where it names a host, which all addresses of a target have in common.
fn socket_address(text: &str) -> Result<Option<SocketAddr>, ApiError> {
    let address: TargetAddress = text.parse().map_err(|error| ApiError::BadRequest(format!("{error}")))?;
    Ok(address.host.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, address.port)))
}
