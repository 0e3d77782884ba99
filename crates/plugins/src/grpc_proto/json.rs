//! Messages as JSON: fields under the names that the file gives them, enumerations by name, numbers as numbers.

use prost_reflect::prost::Message as _;
use prost_reflect::{DeserializeOptions, DynamicMessage, MessageDescriptor, SerializeOptions};
use serde_json::Value;

/// Bytes up to which a message is changed on the worker.
pub(crate) const SHORT: usize = 8 * 1024;

/// The longest message that is changed.
pub(crate) const MOST: usize = 8 << 20;

/// A message as it goes over the wire; the reason where `json` is none of that kind.
pub(crate) fn encode(json: &Value, kind: &MessageDescriptor) -> Result<Vec<u8>, String> {
    let message = DynamicMessage::deserialize_with_options(kind.clone(), json, &lenient());
    message.map(|message| message.encode_to_vec()).map_err(|error| error.to_string())
}

/// The same of a text that is all of it.
pub(crate) fn encode_text(text: &[u8], kind: &MessageDescriptor) -> Result<Vec<u8>, String> {
    let mut json = serde_json::Deserializer::from_slice(text);
    let message = DynamicMessage::deserialize_with_options(kind.clone(), &mut json, &lenient());
    let message = message.and_then(|message| json.end().map(|()| message));
    message.map(|message| message.encode_to_vec()).map_err(|error| error.to_string())
}

/// A stranger's JSON may have more than the message; Kong does not mind.
fn lenient() -> DeserializeOptions {
    DeserializeOptions::new().deny_unknown_fields(false)
}

/// A message as JSON; none where the bytes are none of that kind.
pub(crate) fn decode(bytes: &[u8], kind: &MessageDescriptor) -> Option<Vec<u8>> {
    let options =
        SerializeOptions::new().use_proto_field_name(true).stringify_64_bit_integers(false).skip_default_fields(false);
    let message = DynamicMessage::decode(kind.clone(), bytes).ok()?;
    let mut json = serde_json::Serializer::new(Vec::new());
    message.serialize_with_options(&mut json, &options).ok()?;
    Some(json.into_inner())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::grpc_proto::sample::protos;

    #[test]
    fn a_message_is_json_and_back() {
        let kind = protos().method("/shop.Shop/Buy").unwrap().output();
        let json = json!({ "order_id": 9_007_199_254_740_993_i64, "lines": ["a"], "state": "OPEN", "more": 1 });
        let bytes = encode(&json, &kind).unwrap();
        let back: Value = serde_json::from_slice(&decode(&bytes, &kind).unwrap()).unwrap();
        assert_eq!(
            (&back["order_id"], &back["lines"], &back["state"]),
            (&json["order_id"], &json["lines"], &json["state"])
        );
        assert_eq!(back["note"], "");
        assert!(encode(&json!({ "order_id": "x" }), &kind).is_err());
        assert_eq!(decode(b"\xff\xff", &kind), None);
    }

    #[test]
    fn what_follows_a_text_or_lies_too_deep_in_it_is_refused() {
        let kind = protos().method("/shop.Shop/Nest").unwrap().input();
        let nested = |depth: usize| [r#"{"inner":"#.repeat(depth), "null".to_owned(), "}".repeat(depth)].concat();
        assert_eq!(encode_text(nested(2).as_bytes(), &kind), Ok(vec![0x0a, 0]));
        for wrong in ["{} {}".to_owned(), "{},".to_owned(), "{".to_owned(), String::new(), nested(1_000_000)] {
            assert!(encode_text(wrong.as_bytes(), &kind).is_err(), "{:.20}", wrong);
        }
    }

    proptest! {
        #[test]
        fn strangers_bytes_are_a_message_or_refused(bytes: Vec<u8>, text in r#"[\[\]{}:,"a-z0-9.eT_+-]{0,80}"#) {
            for path in ["/shop.Shop/Buy", "/shop.Shop/Nest"] {
                let kind = protos().method(path).unwrap().input();
                let _ = decode(&bytes, &kind);
                let _ = encode_text(text.as_bytes(), &kind);
                // What is known to the message is read in every type, too.
                for (name, value) in [("detail", &text), ("when", &text), ("any", &text), ("number", &text), ("map", &text)] {
                    let _ = encode_text(format!("{{\"{name}\":{value}}}").as_bytes(), &kind);
                    let _ = encode_text(json!({ name: value }).to_string().as_bytes(), &kind);
                }
            }
        }
    }
}
