//! The header fields of a request or a response.
//!
//! The one place that knows how they are kept: today in an [`http::HeaderMap`], later also as spans of a receive
//! buffer with a list of edits. Names are case-insensitive (RFC 9110 section 5.1), a name may occur several times,
//! and the order of the values of one name is kept.

use http::header::{AsHeaderName, IntoHeaderName};
use http::{HeaderMap, HeaderName, HeaderValue};

/// Header fields, by name.
#[derive(Debug, Default, Clone)]
pub struct Headers {
    map: HeaderMap,
}

impl Headers {
    /// The first value of `name`.
    pub fn get(&self, name: impl AsHeaderName) -> Option<&HeaderValue> {
        self.map.get(name)
    }

    /// The first value of `name`, where it is visible ASCII.
    pub fn get_str(&self, name: impl AsHeaderName) -> Option<&str> {
        self.map.get(name).and_then(|value| value.to_str().ok())
    }

    /// Every value of `name`, in the order in which they came.
    pub fn all(&self, name: impl AsHeaderName) -> impl Iterator<Item = &HeaderValue> {
        self.map.get_all(name).into_iter()
    }

    /// Whether `name` occurs at all.
    pub fn contains(&self, name: impl AsHeaderName) -> bool {
        self.map.contains_key(name)
    }

    /// Replaces all values of `name` by one.
    pub fn set(&mut self, name: impl IntoHeaderName, value: HeaderValue) {
        self.map.insert(name, value);
    }

    /// Adds a value and keeps those that are there.
    pub fn append(&mut self, name: impl IntoHeaderName, value: HeaderValue) {
        self.map.append(name, value);
    }

    /// Removes all values of `name`; returns the first.
    pub fn remove(&mut self, name: impl AsHeaderName) -> Option<HeaderValue> {
        self.map.remove(name)
    }

    /// Every field, a repeated name once for each of its values.
    pub fn iter(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.map.iter()
    }

    /// How many fields there are, repeated ones counted each.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Makes room for `more` fields at once.
    pub fn reserve(&mut self, more: usize) {
        self.map.reserve(more);
    }

    /// For the engine: takes over what it parsed.
    pub fn from_map(map: HeaderMap) -> Self {
        Self { map }
    }

    /// For the engine: gives back what it is to write.
    pub fn into_map(self) -> HeaderMap {
        self.map
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_name_keeps_all_values_until_it_is_set() {
        let mut headers = Headers::default();
        headers.append("x-a", HeaderValue::from_static("1"));
        headers.append("X-A", HeaderValue::from_static("2"));
        assert_eq!(headers.all("x-a").count(), 2);
        assert_eq!(headers.get_str("x-a"), Some("1"));
        headers.set("x-a", HeaderValue::from_static("3"));
        assert_eq!(headers.all("x-a").map(|v| v.as_bytes()).collect::<Vec<_>>(), [b"3"]);
    }
}
