//! Errors as Kong's clients know them: status, code, name, message, and the fields concerned.

use gibbon_schema::{Object, inline_table};
use http::header::{ETAG, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::{ApiError, Obstacle, OffsetFault, Unresolved};
use crate::answer::Answer;

impl From<ApiError> for Answer {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::NotFound => Self::message(StatusCode::NOT_FOUND, "Not found"),
            ApiError::Missing(text) => Self::message(StatusCode::NOT_FOUND, text),
            ApiError::MethodNotAllowed => Self::message(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed"),
            ApiError::UnsupportedMediaType => Self::empty(StatusCode::UNSUPPORTED_MEDIA_TYPE),
            ApiError::BadBody(text) => Self::message(StatusCode::BAD_REQUEST, text),
            ApiError::BodyTooLarge => Self::message(StatusCode::PAYLOAD_TOO_LARGE, "request body too large"),
            ApiError::BadRequest(text) => Self::message(StatusCode::BAD_REQUEST, text),
            ApiError::Forbidden(text) => Self::message(StatusCode::FORBIDDEN, text),
            guarded @ (ApiError::Unauthorized { .. }
            | ApiError::TooManyTries { .. }
            | ApiError::PreconditionFailed { .. }
            | ApiError::Conflict { .. }) => of_guard(guarded),
            ApiError::Unavailable(source) => {
                tracing::error!("a request to the Admin API was not done: {}", chain(&*source));
                Self::message(StatusCode::SERVICE_UNAVAILABLE, "the configuration store is not available")
            }
            ApiError::Internal(text) => {
                tracing::error!("a request to the Admin API failed: {text}");
                Self::message(StatusCode::INTERNAL_SERVER_ERROR, "An unexpected error occurred")
            }
            coded => of_code(coded),
        }
    }
}

/// What Kong does not have: tokens, preconditions, and writes that cannot be taken back.
fn of_guard(error: ApiError) -> Answer {
    match error {
        ApiError::Unauthorized { reason } => {
            let text = format!("{reason}: send one as `Authorization: Bearer <token>` or in `Kong-Admin-Token`");
            let challenge = HeaderValue::from_static("Bearer realm=\"Admin API\"");
            Answer::message(StatusCode::UNAUTHORIZED, text).header(WWW_AUTHENTICATE, challenge)
        }
        ApiError::TooManyTries { seconds } => {
            let text = format!("too many wrong tokens from this address: wait {seconds} seconds");
            Answer::message(StatusCode::TOO_MANY_REQUESTS, text).header(RETRY_AFTER, seconds.into())
        }
        ApiError::PreconditionFailed { tag } => precondition_failed(tag),
        ApiError::Conflict { revision, obstacles } => conflict(revision, &obstacles),
        other => ApiError::Internal(other.to_string()).into(),
    }
}

fn precondition_failed(tag: Option<String>) -> Answer {
    let Some(tag) = tag else {
        return Answer::message(StatusCode::PRECONDITION_FAILED, "there is no such record");
    };
    let text = format!("the record is there, and its entity tag is {tag}");
    let answer = Answer::message(StatusCode::PRECONDITION_FAILED, text);
    match HeaderValue::try_from(tag) {
        Ok(tag) => answer.header(ETAG, tag),
        Err(_) => answer,
    }
}

fn conflict(revision: u64, obstacles: &[Obstacle]) -> Answer {
    let shown = |obstacle: &Obstacle| json!({ "kind": obstacle.kind, "id": obstacle.id, "reason": obstacle.reason });
    let message = format!("the write of revision {revision} cannot be undone: other records stand in the way");
    let conflicts: Vec<Value> = obstacles.iter().map(shown).collect();
    Answer::with(StatusCode::CONFLICT, json!({ "message": message, "conflicts": conflicts }))
}

/// An error and what caused it, for the log.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// An error that has a code. What of it concerns fields is in `fields`, of options in `options`.
fn of_code(error: ApiError) -> Answer {
    match error {
        ApiError::InvalidPrimaryKey { .. } => {
            let fields = json!({"id": "expected a valid UUID"});
            let message = format!("invalid primary key: '{}'", inline_table(&fields));
            coded(StatusCode::BAD_REQUEST, 1, "invalid primary key", message, Some(fields))
        }
        ApiError::Violations(violations) => {
            let fields = violations.fields().clone().into();
            coded(StatusCode::BAD_REQUEST, 2, "schema violation", violations.message(), Some(fields))
        }
        ApiError::Unbuildable(reasons) => {
            let message = match reasons.as_slice() {
                [only] => format!("schema violation ({only})"),
                all => format!("{} schema violations ({})", all.len(), all.join("; ")),
            };
            coded(StatusCode::BAD_REQUEST, 2, "schema violation", message, Some(json!({ "@entity": reasons })))
        }
        ApiError::PrimaryKeyViolation { id } => {
            let fields = json!({ "id": id });
            let message = format!("primary key violation on key '{}'", inline_table(&fields));
            coded(StatusCode::BAD_REQUEST, 3, "primary key violation", message, Some(fields))
        }
        ApiError::ForeignKeyViolation { field, target, id } => {
            let key = json!({ "id": id });
            let message =
                format!("the foreign key '{}' does not reference an existing '{target}' entity.", inline_table(&key));
            coded(StatusCode::BAD_REQUEST, 4, "foreign key violation", message, Some(json!({ field: key })))
        }
        ApiError::Referenced { kind, by } => {
            let message = format!("an existing '{by}' entity references this '{kind}' entity");
            coded(StatusCode::BAD_REQUEST, 4, "foreign key violation", message, Some(json!({ "@referenced_by": by })))
        }
        ApiError::Listed { kind, id, by, by_id } => {
            let one = kind.strip_suffix('s').unwrap_or(&kind).replace('_', " ");
            let message = format!("{one} {id} is still referenced by {by} (id = {by_id})");
            coded(StatusCode::BAD_REQUEST, 19, "referenced by others", message, None)
        }
        ApiError::UniqueViolation { values } => {
            let fields = Value::Object(values);
            let message = format!("UNIQUE violation detected on '{}'", inline_table(&fields));
            coded(StatusCode::CONFLICT, 5, "unique constraint violation", message, Some(fields))
        }
        ApiError::Unsupported { verb, kind, by } => {
            let by = by.map(|field| format!(" by '{field}'")).unwrap_or_default();
            let message = format!("cannot {verb} '{kind}' entities{by} when not using a database");
            coded(StatusCode::METHOD_NOT_ALLOWED, 12, "operation unsupported", message, None)
        }
        ApiError::NoSuchRecord { key } => no_such_record(key),
        ApiError::UnresolvedReferences(unresolved) => unresolved_references(&unresolved),
        listing => of_listing(listing),
    }
}

/// What can be wrong with how records are looked for.
fn of_listing(error: ApiError) -> Answer {
    match error {
        ApiError::InvalidOffset { offset, reason } => {
            let reason = match reason {
                OffsetFault::Encoding => "bad base64 encoding",
                OffsetFault::Content => "bad json encoding",
            };
            let message = format!("'{offset}' is not a valid offset: {reason}");
            coded(StatusCode::BAD_REQUEST, 7, "invalid offset", message, None)
        }
        ApiError::InvalidSize { reason } => coded(StatusCode::BAD_REQUEST, 9, "invalid size", reason.to_owned(), None),
        ApiError::InvalidUnique { field, reason } => {
            coded(StatusCode::BAD_REQUEST, 10, &format!("invalid unique {field}"), reason, None)
        }
        ApiError::InvalidOption { option, reason } => {
            let message = format!("invalid option ({option}: {reason})");
            let mut answer = coded(StatusCode::BAD_REQUEST, 11, "invalid options", message, None);
            if let Some(Value::Object(body)) = &mut answer.body {
                body.insert("options".to_owned(), json!({ option: reason }));
            }
            answer
        }
        // Every other error has its answer above.
        other => ApiError::Internal(other.to_string()).into(),
    }
}

/// Kong says "primary key" only where the key is one.
fn no_such_record(key: Object) -> Answer {
    let with = if key.contains_key("id") { "with primary key" } else { "with" };
    let fields = Value::Object(key);
    let message = format!("could not find the entity {with} '{}'", inline_table(&fields));
    coded(StatusCode::NOT_FOUND, 6, "not found", message, Some(fields))
}

fn unresolved_references(unresolved: &[Unresolved]) -> Answer {
    let mut fields = Object::new();
    let mut parts = Vec::new();
    let mut sorted: Vec<_> = unresolved.iter().collect();
    sorted.sort_unstable_by_key(|each| (each.field, each.by));
    for Unresolved { field, target, by, value } in sorted {
        let key = inline_table(&json!({ *by: value }));
        let text = format!("the foreign key cannot be resolved with '{key}' for an existing '{target}' entity");
        parts.push(format!("{field}.{by}: {text}"));
        if let Value::Object(inner) = fields.entry(*field).or_insert_with(|| json!({})) {
            inner.insert((*by).to_owned(), text.into());
        }
    }
    let message = match parts.as_slice() {
        [only] => format!("foreign key unresolved ({only})"),
        all => format!("{} foreign keys unresolved ({})", all.len(), all.join("; ")),
    };
    coded(StatusCode::BAD_REQUEST, 13, "foreign keys unresolved", message, Some(fields.into()))
}

fn coded(status: StatusCode, code: u8, name: &str, message: String, fields: Option<Value>) -> Answer {
    let mut body = json!({ "code": code, "name": name, "message": message });
    if let (Some(fields), Value::Object(members)) = (fields, &mut body) {
        members.insert("fields".to_owned(), fields);
    }
    Answer::with(status, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_inside_is_not_shown() {
        let inside = ["no such table: entities", "disk I/O error at /var/lib"];
        let answers: [Answer; 2] =
            [ApiError::Internal(inside[0].to_owned()).into(), ApiError::Unavailable(inside[1].into()).into()];
        assert_eq!(answers[0], Answer::message(StatusCode::INTERNAL_SERVER_ERROR, "An unexpected error occurred"));
        assert_eq!(
            answers[1],
            Answer::message(StatusCode::SERVICE_UNAVAILABLE, "the configuration store is not available")
        );
    }

    #[test]
    fn an_unsupported_body_is_answered_without_words() {
        assert_eq!(Answer::from(ApiError::UnsupportedMediaType).body, None);
    }

    #[test]
    fn several_faults_of_the_build_are_one_violation_of_the_record() {
        let reasons = vec!["one".to_owned(), "two".to_owned()];
        let body = Answer::from(ApiError::Unbuildable(reasons)).body.unwrap();
        assert_eq!(body["message"], "2 schema violations (one; two)");
        assert_eq!(body["fields"], json!({"@entity": ["one", "two"]}));
    }
}
