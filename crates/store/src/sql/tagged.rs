//! A page of tags, in the order of the primary key of their table, where digests stand for long ones.

use serde_json::Value;

use super::statement::limit;
use super::{Connection, Parameter, Row, Statement, Syntax};
use crate::unique_key::{MARK, unique_key};
use crate::{StoreError, TagPage, TagPageRequest, TagRow};

pub(super) async fn page<C: Connection>(
    connection: &mut C,
    now: i64,
    tag: Option<&str>,
    request: TagPageRequest,
) -> Result<TagPage, StoreError> {
    let size = request.size.max(1);
    let statement = statement(&C::SYNTAX, now, tag, request.after.as_ref(), size);
    let mut rows = connection.fetch(statement, tag_row).await?;
    let next = (rows.len() > size).then(|| rows[size - 1].clone());
    rows.truncate(size);
    Ok(TagPage { rows, next })
}

fn statement<'a>(
    Syntax { join, .. }: &Syntax,
    now: i64,
    tag: Option<&'a str>,
    after: Option<&'a TagRow>,
    size: usize,
) -> Statement<'a> {
    let mut statement = Statement::new(format!(
        "SELECT t.tag, t.kind, t.id, CASE WHEN substr(t.tag, 1, {}) = $2 THEN e.body END
         FROM tags t {join} entities e ON e.kind = t.kind AND e.id = t.id
         WHERE (e.expires_at IS NULL OR e.expires_at > $1)",
        MARK.len()
    ))
    .number(now)
    .exact(MARK.into());
    if let Some(tag) = tag {
        let tag = statement.add(Parameter::Exact(unique_key(tag)));
        statement.push(&format!(" AND t.tag = {tag}"));
    }
    if let Some(after) = after {
        let kind = statement.add(Parameter::Text(&after.entity_name));
        let id = statement.add(Parameter::Id(after.entity_id));
        let behind = match tag {
            Some(_) => format!("(t.kind, t.id) > ({kind}, {id})"),
            None => {
                let tag = statement.add(Parameter::Exact(unique_key(&after.tag)));
                format!("(t.tag, t.kind, t.id) > ({tag}, {kind}, {id})")
            }
        };
        statement.push(&format!(" AND {behind}"));
    }
    // One more than is shown tells whether there is a next page.
    let limit = statement.add(Parameter::Number(Some(limit(size).saturating_add(1))));
    statement.push(&format!(" ORDER BY t.tag, t.kind, t.id LIMIT {limit}"));
    statement
}

fn tag_row(row: &impl Row) -> Result<TagRow, StoreError> {
    let key = row.exact(0)?;
    let tag = match row.optional_text(3)? {
        Some(body) => long_tag(&key, body)?,
        None => key,
    };
    Ok(TagRow { tag, entity_name: row.text(1)?.to_owned(), entity_id: row.id(2)? })
}

/// The tag of a record for which a digest stands.
fn long_tag(key: &str, body: &str) -> Result<String, StoreError> {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let mut tags = body["tags"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let tag = tags.find(|tag| unique_key(tag) == key).map(str::to_owned);
    tag.ok_or_else(|| StoreError::Corrupt("a record does not have the tag under which it is listed".to_owned()))
}
