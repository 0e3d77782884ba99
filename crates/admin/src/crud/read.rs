//! Showing records.

use gibbon_schema::{EntityDef, Object};
use gibbon_store::{Filter, PageRequest};
use http::StatusCode;
use serde_json::Value;
use uuid::Uuid;

use super::by_value;
use super::names::Names;
use super::place::Place;
use super::reader::Reader;
use super::subject::{Subject, definition, require};
use crate::answer::Answer;
use crate::api::AdminApi;
use crate::error::ApiError;
use crate::precondition::{Precondition, entity_tag};
use crate::request::Request;
use crate::{paging, tags};

/// A page of a collection.
pub(crate) async fn list(
    api: &AdminApi,
    place: Place,
    parameters: &[String],
    request: &Request,
) -> Result<Answer, ApiError> {
    let Listing { kind, relation, path } = Listing::find(api, place, parameters).await?;
    let definitions = api.configuration.definitions();
    let def = definition(definitions, kind)?;
    if relation.is_none()
        && let Some(answer) = by_value::answer(api, def, request).await?
    {
        return Ok(answer);
    }
    let tags = if def.has_field("tags") { tags::filter(request)? } else { None };
    let wanted = PageRequest { size: paging::size(request)?, after: paging::after(request, paging::read_id)? };
    let page = api.configuration.store().page(kind, &Filter { relation, tags }, wanted).await?;
    let mut data: Vec<Value> = Vec::with_capacity(page.records.len());
    for record in &page.records {
        data.push(view(api, def, record).await?.into());
    }
    let next = page.next.map(|id| paging::offset(&[&id.to_string()]));
    Ok(Answer::ok(paging::body(data, next, &path, request)))
}

/// What a collection lists.
struct Listing {
    kind: &'static str,
    /// The foreign field and what it must refer to.
    relation: Option<(String, Uuid)>,
    /// The path of the collection, for the link to the next page.
    path: String,
}

impl Listing {
    async fn find(api: &AdminApi, place: Place, parameters: &[String]) -> Result<Self, ApiError> {
        let definitions = api.configuration.definitions();
        match (place, parameters) {
            (Place::Collection { kind }, _) => {
                let path = format!("/{}", definition(definitions, kind)?.collection);
                Ok(Self { kind, relation: None, path })
            }
            (Place::Children { parent, field, kind }, [name]) => {
                let mut reader = Reader::Store(&**api.configuration.store());
                let (parent, id, _) = require(&mut reader, definitions, parent, name).await?;
                let nested = definition(definitions, kind)?.nested;
                let path = format!("/{}/{}/{nested}", parent.collection, paging::escape(name));
                Ok(Self { kind, relation: Some((field.to_owned(), id)), path })
            }
            _ => Err(ApiError::NotFound),
        }
    }
}

/// One record.
pub(super) async fn show(
    api: &AdminApi,
    place: Place,
    parameters: &[String],
    request: &Request,
) -> Result<Answer, ApiError> {
    let definitions = api.configuration.definitions();
    let mut reader = Reader::Store(&**api.configuration.store());
    let subject = Subject::find(&mut reader, definitions, place, parameters).await?;
    let view = view(api, subject.def, subject.shown()?).await?;
    let tag = entity_tag(&view);
    let answer = match Precondition::of(&request.headers) {
        seen if seen.is_known(Some(&tag)) => Answer::empty(StatusCode::NOT_MODIFIED),
        wanted => {
            wanted.check(Some(&tag))?;
            Answer::ok(view)
        }
    };
    Ok(answer.tagged(&tag))
}

/// A record as answers show it.
async fn view(api: &AdminApi, def: &EntityDef, record: &Object) -> Result<Object, ApiError> {
    let mut view = def.view(record, api.configuration.definitions());
    if let Some(names) = Names::of(def.name) {
        names.show(&**api.configuration.store(), &mut view).await?;
    }
    Ok(view)
}
