//! Members of a JSON object, with their values as they were written.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::key_auth::places::Found;

/// What stands under `name`: a string is a key, an array or an object counts as several, and anything else as nothing.
pub(super) fn find<'b>(body: &[u8], name: &str) -> Found<'b> {
    let Ok(object) = serde_json::from_slice::<Members<'_>>(body) else { return Found::Nothing };
    let mut values = object.0.iter().filter(|(member, _)| member == name).map(|(_, value)| value.get());
    match (values.next(), values.next()) {
        (None, _) => Found::Nothing,
        (Some(_), Some(_)) => Found::Several,
        (Some(value), None) if value.starts_with(['[', '{']) => Found::Several,
        (Some(value), None) => match serde_json::from_str::<String>(value) {
            Ok(key) => Found::Key(Cow::Owned(key.into_bytes())),
            Err(_) => Found::Nothing,
        },
    }
}

/// The object without that member. Numbers and escapes of the others stay as they were.
pub(super) fn without(body: &[u8], name: &str) -> Option<Bytes> {
    let object = serde_json::from_slice::<Members<'_>>(body).ok()?;
    let kept: Vec<_> = object.0.iter().filter(|(member, _)| member != name).collect();
    if kept.len() == object.0.len() {
        return None;
    }
    let mut rest = String::with_capacity(body.len());
    for (member, value) in kept {
        rest.push(if rest.is_empty() { '{' } else { ',' });
        rest.push_str(&serde_json::Value::from(member.as_str()).to_string());
        rest.push(':');
        rest.push_str(value.get());
    }
    if rest.is_empty() {
        rest.push('{');
    }
    rest.push('}');
    Some(rest.into())
}

/// The members of an object in their order, repeated ones too.
struct Members<'b>(Vec<(String, &'b RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_string_is_a_key() {
        for (body, found) in [
            (r#"{"key":"s"}"#, Found::Key(b"s".as_slice().into())),
            (r#"{"\u006bey":"\u0073"}"#, Found::Key(b"s".as_slice().into())),
            (r#"{"key":"s","key":"t"}"#, Found::Several),
            (r#"{"key":["s"]}"#, Found::Several),
            (r#"{"key":{"a":"s"}}"#, Found::Several),
            (r#"{"key":1}"#, Found::Nothing),
            (r#"{"key":null}"#, Found::Nothing),
            (r#"{"a":{"key":"s"}}"#, Found::Nothing),
            (r#"["key"]"#, Found::Nothing),
            (r#"{"key":"s""#, Found::Nothing),
        ] {
            assert_eq!(find(body.as_bytes(), "key"), found, "{body}");
        }
    }

    #[test]
    fn what_remains_is_as_it_was_written() {
        for (body, rest) in [
            (r#"{"a": 1.50, "key": "s", "b\n": [1, 2]}"#, Some(r#"{"a":1.50,"b\n":[1, 2]}"#)),
            (r#"{"n":123456789012345678901234567890,"key":1}"#, Some(r#"{"n":123456789012345678901234567890}"#)),
            (r#"{"key":"s"}"#, Some("{}")),
            (r#"{"a":1}"#, None),
            ("nothing", None),
        ] {
            assert_eq!(without(body.as_bytes(), "key").as_deref(), rest.map(str::as_bytes), "{body}");
        }
    }
}
