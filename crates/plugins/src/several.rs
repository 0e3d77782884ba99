//! Pairs of names and values as an object, in the form in which Kong shows headers and arguments.

use gibbon_plugin_api::{Headers, query};
use gibbon_schema::Object;
use serde_json::Value;

/// Headers, with names in lower case. A name that stands there several times has a list of values.
pub(crate) fn gathered<'a>(headers: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Value {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    listed(headers.map(|(name, value)| (text(name).to_ascii_lowercase(), text(value).into())))
}

/// The arguments of a query, or of a form: one without a value is `true`.
pub(crate) fn arguments(text: &str) -> Value {
    listed(query::arguments(text).map(|argument| {
        let value = argument.value.map_or(Value::Bool(true), |value| value.into_owned().into());
        (argument.name.into_owned(), value)
    }))
}

/// All fields of a head.
pub(crate) fn headers(headers: &Headers) -> Value {
    gathered(headers.iter())
}

fn listed(pairs: impl Iterator<Item = (String, Value)>) -> Value {
    let mut all = Object::new();
    for (name, value) in pairs {
        match all.get_mut(&name) {
            None => drop(all.insert(name, value)),
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    Value::Object(all)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::arguments;

    #[test]
    fn a_name_that_comes_twice_has_a_list_and_one_without_a_value_is_true() {
        assert_eq!(arguments("a=1&b&a=2&a=3"), json!({ "a": ["1", "2", "3"], "b": true }));
    }
}
