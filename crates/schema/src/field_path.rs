//! Names such as `config.redis.host`, which cross-field checks use for members of records.

use serde_json::Value;

use crate::Object;

/// The value at `path`; `None` where it is absent or lies in something that is no record.
pub(crate) fn get<'a>(record: &'a Object, path: &str) -> Option<&'a Value> {
    let (head, rest) = split(path);
    let value = record.get(head)?;
    match rest {
        None => Some(value),
        Some(rest) => get(value.as_object()?, rest),
    }
}

/// Puts `value` at `path`, making the records on the way. What is on the way and no record stays as it is: it is a
/// violation of the whole, which says more than one of its parts.
pub(crate) fn set(record: &mut Object, path: &str, value: Value) {
    let (head, rest) = split(path);
    match rest {
        None => drop(record.insert(head.to_owned(), value)),
        Some(rest) => {
            let inner = record.entry(head).or_insert_with(|| Value::Object(Object::new()));
            if let Some(inner) = inner.as_object_mut() {
                set(inner, rest, value);
            }
        }
    }
}

/// The first name of a path and what follows it.
pub(crate) fn split(path: &str) -> (&str, Option<&str>) {
    path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)))
}

/// Whether a value counts as given: not null, and not an empty string, array or record.
pub(crate) fn is_nonempty(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(elements)) => !elements.is_empty(),
        Some(Value::Object(members)) => !members.is_empty(),
        Some(Value::Bool(_) | Value::Number(_)) => true,
    }
}
