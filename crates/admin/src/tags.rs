//! Tags: the filter that every listing has, and the listing of the tags themselves.

use gibbon_store::{TagFilter, TagPageRequest, TagRow};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::answer::Answer;
use crate::api::AdminApi;
use crate::error::ApiError;
use crate::paging;
use crate::request::Request;

/// How many tags one filter may name.
const MAX_TAGS: usize = 5;

/// The records that `?tags=` asks for: `a,b` those with both, `a/b` those with either.
pub(crate) fn filter(request: &Request) -> Result<Option<TagFilter>, ApiError> {
    let Some(text) = request.query_value("tags") else { return Ok(None) };
    let refused = |reason| Err(ApiError::InvalidOption { option: "tags", reason });
    if text.is_empty() {
        return refused("cannot be null");
    }
    if text.chars().any(char::is_control) || (text.contains(',') && text.contains('/')) {
        return refused("invalid filter syntax");
    }
    let separator = if text.contains('/') { '/' } else { ',' };
    // As in Kong, a separator may stand at the end, but nowhere else without a tag before it.
    let tags: Vec<String> = text.strip_suffix(separator).unwrap_or(text).split(separator).map(str::to_owned).collect();
    if tags.iter().any(String::is_empty) {
        return refused("invalid filter syntax");
    }
    if tags.len() > MAX_TAGS {
        return refused("cannot query more than 5 tags");
    }
    Ok(Some(if separator == '/' { TagFilter::Any(tags) } else { TagFilter::All(tags) }))
}

/// `GET /tags` and `GET /tags/<tag>`: tags and the records that have them.
pub(crate) async fn list(api: &AdminApi, tag: Option<&str>, request: &Request) -> Result<Answer, ApiError> {
    let page = TagPageRequest { size: paging::size(request)?, after: paging::after(request, read_row)? };
    let page = api.configuration.store().tagged(tag, page).await?;
    let data = page.rows.iter().map(show).collect();
    let next = page.next.map(|row| paging::offset(&[&row.tag, &row.entity_name, &row.entity_id.to_string()]));
    let path = tag.map_or_else(|| "/tags".to_owned(), |tag| format!("/tags/{}", paging::escape(tag)));
    Ok(Answer::ok(paging::body(data, next, &path, request)))
}

fn show(row: &TagRow) -> Value {
    json!({ "tag": row.tag, "entity_name": row.entity_name, "entity_id": row.entity_id })
}

fn read_row(parts: &[&str]) -> Option<TagRow> {
    let [tag, entity_name, entity_id] = parts else { return None };
    let entity_id = Uuid::try_parse(entity_id).ok()?;
    Some(TagRow { tag: (*tag).to_owned(), entity_name: (*entity_name).to_owned(), entity_id })
}
