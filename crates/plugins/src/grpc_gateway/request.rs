//! The message that a request stands for: fields of its path, and its body or its query.

use prost_reflect::{Kind, MessageDescriptor};
use serde_json::{Map, Value};

use crate::grpc_proto::frame::frame;
use crate::grpc_proto::json;

/// How deep a field may lie.
const DEPTH: usize = 32;

/// What a request says.
pub(super) struct Said {
    /// The fields of its path, by the names of fields with dots between them.
    pub(super) path: Vec<(String, String)>,
    /// The field that its body is; `*` for all of them, none where the body says nothing.
    pub(super) body_is: Option<Box<str>>,
    pub(super) body: bytes::Bytes,
    /// The arguments of its query, which count where the body says nothing.
    pub(super) query: Vec<(String, String)>,
}

impl Said {
    /// The frame that the upstream gets.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn into_frame(self, kind: &MessageDescriptor) -> Result<Vec<u8>, String> {
        let mut fields = Map::new();
        for (name, text) in &self.path {
            put(&mut fields, kind, name, text)?;
        }
        match self.body_is.as_deref() {
            None => self.query.iter().try_for_each(|(name, text)| put(&mut fields, kind, name, text))?,
            Some(_) if self.body.is_empty() => {}
            Some(name) => {
                let body: Value = serde_json::from_slice(&self.body).map_err(|_| "body is no JSON")?;
                match (name, body) {
                    ("*", Value::Object(members)) => fields.extend(members),
                    ("*", _) => return Err("body must be a table".to_owned()),
                    (name, body) => drop(fields.insert(name.to_owned(), body)),
                }
            }
        }
        Ok(frame(0, &json::encode(&fields.into(), kind)?))
    }
}

/// Puts a text into the field that `name` leads to, as the field's type has it. What leads nowhere is passed over, as
/// unknown members of a body are.
fn put(fields: &mut Map<String, Value>, kind: &MessageDescriptor, name: &str, text: &str) -> Result<(), String> {
    let (mut fields, mut kind) = (fields, kind.clone());
    let mut names = name.split('.').take(DEPTH).peekable();
    while let Some(name) = names.next() {
        let Some(field) = kind.get_field_by_name(name).or_else(|| kind.get_field_by_json_name(name)) else {
            return Ok(());
        };
        if names.peek().is_none() {
            let value = value(&field.kind(), text)?;
            match fields.get_mut(name) {
                Some(Value::Array(values)) if field.is_list() => values.push(value),
                _ if field.is_list() => drop(fields.insert(name.to_owned(), vec![value].into())),
                _ => drop(fields.insert(name.to_owned(), value)),
            }
            return Ok(());
        }
        let Kind::Message(below) = field.kind() else { return Ok(()) };
        if field.is_list() || field.is_map() {
            return Ok(());
        }
        let inner = fields.entry(name).or_insert_with(|| Map::new().into());
        let Value::Object(inner) = inner else { return Ok(()) };
        (fields, kind) = (inner, below);
    }
    Ok(())
}

/// A text as JSON of a type. Numbers may stand in texts there, as they do here.
fn value(kind: &Kind, text: &str) -> Result<Value, String> {
    match kind {
        Kind::Bool => text.parse().map(Value::Bool).map_err(|_| format!("{text:?} is no boolean")),
        Kind::Enum(_) => Ok(text.parse::<i32>().map_or_else(|_| text.into(), Value::from)),
        _ => Ok(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use prost_reflect::DynamicMessage;
    use serde_json::json;

    use super::*;
    use crate::grpc_proto::frame::HEADER;
    use crate::grpc_proto::sample::protos;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    fn made(
        method: &str,
        path: &[(&str, &str)],
        body_is: Option<&str>,
        body: &str,
        query: &[(&str, &str)],
    ) -> Result<Value, String> {
        let kind = protos().method(method).unwrap().input();
        let body_is = body_is.map(Box::from);
        let said = Said { path: pairs(path), body_is, body: body.to_owned().into(), query: pairs(query) };
        let bytes = said.into_frame(&kind)?;
        let message = DynamicMessage::decode(kind, &bytes[HEADER..]).unwrap();
        Ok(serde_json::to_value(message).unwrap())
    }

    #[test]
    fn a_body_is_the_message_or_one_of_its_fields() {
        let buy =
            |body_is, body| made("/shop.Shop/Buy", &[("customer", "ada")], Some(body_is), body, &[("isGift", "true")]);
        let whole = buy("*", r#"{"lines":["a"],"is_gift":true,"unknown":1}"#);
        assert_eq!(whole, Ok(json!({ "customer": "ada", "lines": ["a"], "isGift": true })));
        assert_eq!(buy("lines", r#"["a","b"]"#), Ok(json!({ "customer": "ada", "lines": ["a", "b"] })));
        assert_eq!(buy("*", ""), Ok(json!({ "customer": "ada" })));
        assert_eq!(buy("*", "[]"), Err("body must be a table".to_owned()));
        assert!(buy("*", "{").is_err() && buy("*", r#"{"lines":1}"#).is_err());
    }

    #[test]
    fn a_query_is_the_message_where_there_is_no_body() {
        let get = |query: &[(&str, &str)]| made("/shop.Shop/Get", &[("name", "orders/7")], None, "ignored", query);
        let query = [
            ("revision", "9007199254740993"),
            ("detail.colour", "red"),
            ("detail.size", "3"),
            ("tags", "a"),
            ("tags", "b"),
            ("x.y", "1"),
            ("name.z", "1"),
        ];
        let expected = json!({
            "name": "orders/7", "revision": "9007199254740993",
            "detail": { "colour": "red", "size": 3 }, "tags": ["a", "b"],
        });
        assert_eq!(get(&query), Ok(expected));
        assert!(get(&[("revision", "x")]).is_err());
    }
}
