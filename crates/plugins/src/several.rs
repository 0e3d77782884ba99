//! Pairs of names and values as an object, in the form in which Kong shows headers and arguments.

use std::borrow::Cow;
use std::collections::HashMap;

use gibbon_plugin_api::{Headers, query};
use serde::{Serialize, Serializer};

/// How many names are compared with each other; from more of them on a table is made.
const FEW: usize = 32;

/// Pairs in their order. A name that stands there several times has a list of values.
pub(crate) struct Gathered<'a, V>(Vec<(Cow<'a, str>, V)>);

/// The only value of a name, or all of them.
#[derive(Serialize)]
#[serde(untagged)]
enum Values<'a, V> {
    One(&'a V),
    Several(Vec<&'a V>),
}

/// The value of an argument: one without a value is `true`.
pub(crate) struct Argument<'a>(Option<Cow<'a, str>>);

impl<'a, V> FromIterator<(Cow<'a, str>, V)> for Gathered<'a, V> {
    fn from_iter<I: IntoIterator<Item = (Cow<'a, str>, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl<V> Gathered<'_, V> {
    fn has_surely_no_name_twice(&self) -> bool {
        let is_new = |(place, (name, _)): (usize, &(Cow<'_, str>, V))| {
            self.0.iter().take(place).all(|(earlier, _)| earlier != name)
        };
        self.0.len() <= FEW && self.0.iter().enumerate().all(is_new)
    }

    fn by_name(&self) -> Vec<(&str, Values<'_, V>)> {
        let mut places = HashMap::new();
        let mut all: Vec<(&str, Values<'_, V>)> = Vec::new();
        for (name, value) in &self.0 {
            let place = *places.entry(&**name).or_insert(all.len());
            match all.get_mut(place) {
                None => all.push((name, Values::One(value))),
                Some((_, Values::Several(values))) => values.push(value),
                Some((_, values)) => {
                    if let Values::One(first) = *values {
                        *values = Values::Several(vec![first, value]);
                    }
                }
            }
        }
        all
    }
}

impl<V: Serialize> Serialize for Gathered<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.has_surely_no_name_twice() {
            return serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)));
        }
        serializer.collect_map(self.by_name())
    }
}

impl Serialize for Argument<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(value) => serializer.serialize_str(value),
            None => serializer.serialize_bool(true),
        }
    }
}

/// The arguments of a query, or of a form.
pub(crate) fn arguments(text: &str) -> Gathered<'_, Argument<'_>> {
    query::arguments(text).map(|argument| (argument.name, Argument(argument.value))).collect()
}

/// Headers, with names in lower case.
pub(crate) fn headers(headers: &Headers) -> Gathered<'_, Cow<'_, str>> {
    headers.iter().map(|(name, value)| (lower_case(name), String::from_utf8_lossy(value))).collect()
}

/// The name of a header as documents have it.
pub(crate) fn lower_case(name: &[u8]) -> Cow<'_, str> {
    let mut name = String::from_utf8_lossy(name);
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        name.to_mut().make_ascii_lowercase();
    }
    name
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(query: &str) -> serde_json::Value {
        serde_json::to_value(arguments(query)).unwrap()
    }

    #[test]
    fn a_name_that_comes_twice_has_a_list_and_one_without_a_value_is_true() {
        assert_eq!(read("a=1&b&a=2&a=3"), json!({ "a": ["1", "2", "3"], "b": true }));
        assert_eq!(read("b=&a"), json!({ "b": "", "a": true }));
        assert_eq!(read(""), json!({}));
    }

    #[test]
    fn so_it_is_however_many_there_are() {
        let many: Vec<_> = (0..2 * FEW).map(|number| format!("n{number}={number}")).collect();
        let read = read(&format!("{}&n3=x", many.join("&")));
        assert_eq!(read.as_object().unwrap().len(), 2 * FEW);
        assert_eq!((&read["n3"], &read["n4"]), (&json!(["3", "x"]), &json!("4")));
    }
}
