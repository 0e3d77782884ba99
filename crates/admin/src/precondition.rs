//! `ETag`, `If-Match` and `If-None-Match` (RFC 9110, section 13): who changes a record can say which state of it he
//! has seen, so that of two writers the second does not overwrite the first without knowing.

use aws_lc_rs::digest::{SHA256, digest};
use gibbon_schema::Object;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::answer::Answer;
use crate::error::ApiError;

/// How many bytes of the digest an entity tag has: two states of a record never share one.
const BYTES: usize = 16;

/// The strong entity tag of a record as it is shown.
///
/// What is left of its life does not count: it shrinks every second, and a tag that nobody can send back in time would
/// protect nothing.
pub(crate) fn entity_tag(shown: &Object) -> String {
    let lasting: Object =
        shown.iter().filter(|(name, _)| *name != "ttl").map(|(name, value)| (name.clone(), value.clone())).collect();
    let digest = digest(&SHA256, serde_json::Value::Object(lasting).to_string().as_bytes());
    let bytes = digest.as_ref().get(..BYTES).unwrap_or_default();
    format!("\"{}\"", base64_simd::URL_SAFE_NO_PAD.encode_to_string(bytes))
}

impl Answer {
    /// The answer with the tag of the record that it shows.
    pub(crate) fn tagged(self, tag: &str) -> Self {
        match HeaderValue::from_str(tag) {
            Ok(tag) => self.header(header::ETAG, tag),
            Err(_) => self,
        }
    }
}

/// What a request wants to be true of a record before it is done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Precondition {
    if_match: Option<Tags>,
    if_none_match: Option<Tags>,
}

/// The tags in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tags {
    /// `*`: that of any record that is there.
    Any,
    /// These, with their quotes; a weak one keeps its `W/`.
    List(Vec<String>),
}

/// How tags are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comparison {
    /// A weak tag equals nothing.
    Strong,
    /// Whether it is weak does not matter.
    Weak,
}

impl Precondition {
    /// Reads the fields of a request.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        Self { if_match: tags(headers, &header::IF_MATCH), if_none_match: tags(headers, &header::IF_NONE_MATCH) }
    }

    /// Whether a change to a record in this state may be made; `None` is a record that is not there.
    ///
    /// # Errors
    /// [`ApiError::PreconditionFailed`].
    pub(crate) fn check(&self, tag: Option<&str>) -> Result<(), ApiError> {
        let wanted = self.if_match.as_ref().is_none_or(|tags| tags.hold(tag, Comparison::Strong));
        if wanted && !self.is_known(tag) {
            return Ok(());
        }
        Err(ApiError::PreconditionFailed { tag: tag.map(str::to_owned) })
    }

    /// Whether whoever asks to see a record in this state has it already.
    pub(crate) fn is_known(&self, tag: Option<&str>) -> bool {
        self.if_none_match.as_ref().is_some_and(|tags| tags.hold(tag, Comparison::Weak))
    }
}

impl Tags {
    fn hold(&self, tag: Option<&str>, comparison: Comparison) -> bool {
        let Some(tag) = tag else { return false };
        match self {
            Self::Any => true,
            Self::List(list) => list.iter().any(|each| match (each.strip_prefix("W/"), comparison) {
                (Some(opaque), Comparison::Weak) => opaque == tag,
                (Some(_), Comparison::Strong) => false,
                (None, _) => each == tag,
            }),
        }
    }
}

/// All fields of a name are one list. Commas inside quotes do not part it; tags of ours have none, so those of others
/// may fall apart without being mistaken for ours.
fn tags(headers: &HeaderMap, name: &HeaderName) -> Option<Tags> {
    let mut fields = headers.get_all(name).iter().peekable();
    fields.peek()?;
    let texts: Vec<&str> = fields.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(',')).collect();
    let list: Vec<String> = texts.iter().map(|text| text.trim().to_owned()).collect();
    Some(if list.iter().any(|tag| tag == "*") { Tags::Any } else { Tags::List(list) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OURS: &str = "\"abc\"";

    fn precondition(name: HeaderName, value: &'static str) -> Precondition {
        Precondition::of(&HeaderMap::from_iter([(name, HeaderValue::from_static(value))]))
    }

    #[test]
    fn if_match_wants_one_of_its_tags_and_none_of_them_weak() {
        let cases = [
            ("\"abc\"", true),
            ("\"x\", \"abc\"", true),
            ("*", true),
            ("W/\"abc\"", false),
            ("\"x\"", false),
            ("abc", false),
            ("", false),
        ];
        for (value, expected) in cases {
            assert_eq!(precondition(header::IF_MATCH, value).check(Some(OURS)).is_ok(), expected, "{value}");
            assert!(precondition(header::IF_MATCH, value).check(None).is_err(), "{value}");
        }
    }

    #[test]
    fn if_none_match_wants_none_of_its_tags() {
        for (value, expected) in [("*", false), ("\"abc\"", false), ("W/\"abc\"", false), ("\"x\"", true)] {
            assert_eq!(precondition(header::IF_NONE_MATCH, value).check(Some(OURS)).is_ok(), expected, "{value}");
            assert!(precondition(header::IF_NONE_MATCH, value).check(None).is_ok(), "{value}");
        }
    }

    #[test]
    fn without_the_fields_everything_may_be_changed() {
        assert!(Precondition::of(&HeaderMap::new()).check(Some(OURS)).is_ok());
        assert!(!Precondition::of(&HeaderMap::new()).is_known(Some(OURS)));
    }

    #[test]
    fn the_tag_follows_the_record_but_not_what_is_left_of_its_life() {
        let tag = |value: serde_json::Value| entity_tag(value.as_object().unwrap());
        assert_eq!(tag(json!({"a": 1, "ttl": 5})), tag(json!({"a": 1, "ttl": 4})));
        assert_ne!(tag(json!({"a": 1})), tag(json!({"a": 2})));
        assert!(tag(json!({})).starts_with('"') && tag(json!({})).len() == 24);
    }
}
