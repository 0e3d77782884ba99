//! A claim in a header of the request to the upstream.

use std::borrow::Cow;

use gibbon_entities::{Body, BodyError};
use gibbon_jose::base64url;
use gibbon_jose::json::{JsonObject, JsonValue};
use gibbon_plugin_api::Headers;
use gibbon_plugin_api::headers::first_control;
use gibbon_plugin_api::request::IDENTITY_HEADERS;
use http::{HeaderName, HeaderValue};
use serde_json::Value;

use crate::jwt::rules::{ClaimPath, Lack};
use crate::jwt::steps::{Outcome, Step, shown};

/// The longest value that an upstream is told, in bytes.
const LONGEST: usize = 4096;

/// A claim, and the header that it goes into.
#[derive(Debug)]
pub(super) struct ClaimHeader {
    claim: ClaimPath,
    header: HeaderName,
    form: Form,
}

/// How a claim is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Texts, numbers and truths as they are, arrays of them with commas between; other values as their JSON in base64url.
    Text,
    /// Everything as its JSON in base64url.
    Json,
}

impl ClaimHeader {
    pub(super) fn read(config: Body<'_>) -> Result<Vec<Self>, BodyError> {
        config.elements("claims_to_headers")?.iter().map(Self::of).collect()
    }

    fn of(element: &Value) -> Result<Self, BodyError> {
        const FIELD: &str = "claims_to_headers";
        let record = element.as_object().ok_or(BodyError::Type { field: FIELD, expected: "an array of records" })?;
        let record = Body::new(record);
        let name = record.text("header")?;
        let header = HeaderName::from_bytes(name.as_bytes());
        Ok(Self {
            claim: ClaimPath::new(record.text("claim")?),
            header: header.map_err(|_| BodyError::Value { field: FIELD, value: name.to_owned() })?,
            form: if record.optional_text("form")? == Some("json") { Form::Json } else { Form::Text },
        })
    }

    pub(super) fn name(&self) -> &HeaderName {
        &self.header
    }

    /// What the header says; nothing where there is no such claim, or a null.
    ///
    /// # Errors
    /// Where no header can carry it unmistakably: with control characters, with a comma in an element of an array, or
    /// longer than 4 KiB.
    pub(super) fn value(&self, claims: &JsonObject) -> Result<Option<HeaderValue>, Lack> {
        let text = match (self.claim.find(claims), self.form) {
            (None | Some(JsonValue::Null), _) => return Ok(None),
            (Some(value), Form::Text) => as_text(value),
            (Some(value), Form::Json) => Some(as_json(value).into()),
        };
        let fit = text.filter(|text| text.len() <= LONGEST && first_control(text.as_bytes()).is_none());
        let value = fit.and_then(|text| HeaderValue::from_bytes(text.as_bytes()).ok());
        value.map(Some).ok_or_else(|| Lack::Unfit(self.claim.as_str().into()))
    }

    pub(super) fn step(&self, claims: &JsonObject, value: &Result<Option<HeaderValue>, Lack>) -> Step {
        let step = Step::judged(format!("header `{}` from `{}`", self.header, self.claim), Outcome::of(value.is_ok()));
        step.found(shown(self.claim.find(claims)))
    }
}

/// Takes away what comes under the names of these headers, also in the spellings that some upstreams take for the same.
pub(super) fn clear(all: &[ClaimHeader], headers: &mut Headers) {
    let is_ours = |name: &[u8]| all.iter().any(|header| is_taken_for(name, header.name().as_str()));
    let found = headers.iter().filter(|(name, _)| is_ours(name));
    let names: Vec<_> = found.filter_map(|(name, _)| HeaderName::from_bytes(name).ok()).collect();
    for name in names {
        headers.remove(&name);
    }
}

/// Whether `name` is `wanted` to a server that makes variables of headers, where `-` and `_` are one.
fn is_taken_for(name: &[u8], wanted: &str) -> bool {
    let plain = |byte: &u8| if *byte == b'_' { b'-' } else { byte.to_ascii_lowercase() };
    name.len() == wanted.len() && name.iter().map(plain).eq(wanted.as_bytes().iter().map(plain))
}

fn as_text(value: JsonValue<'_>) -> Option<Cow<'_, str>> {
    match value {
        JsonValue::Array(_) if value.items().all(is_scalar) => {
            let items: Vec<_> = value.items().map(scalar).collect();
            let is_one = |item: &Cow<'_, str>| !item.contains(',');
            items.iter().all(is_one).then(|| items.join(",").into())
        }
        JsonValue::Array(_) | JsonValue::Object(_) => Some(as_json(value).into()),
        scalar_value => Some(scalar(scalar_value)),
    }
}

fn is_scalar(value: JsonValue<'_>) -> bool {
    matches!(value, JsonValue::String(_) | JsonValue::Number(_) | JsonValue::Bool(_))
}

fn scalar(value: JsonValue<'_>) -> Cow<'_, str> {
    match value {
        JsonValue::String(text) => text.to_str(),
        JsonValue::Number(number) => number.as_str().into(),
        JsonValue::Bool(true) => "true".into(),
        JsonValue::Bool(false) => "false".into(),
        JsonValue::Null => "null".into(),
        JsonValue::Array(text) | JsonValue::Object(text) => text.into(),
    }
}

/// The JSON of a value, in base64url: for upstreams that want all of it.
fn as_json(value: JsonValue<'_>) -> String {
    let text = scalar(value);
    let json = if let JsonValue::String(_) = value { Value::from(text.into_owned()).to_string().into() } else { text };
    base64url::encode(json.as_bytes())
}

/// A check for a field that holds the name of such a header: what frames a request, and what the gateway says of
/// consumers by itself, is not to be said by a claim.
pub(super) fn check(name: &str) -> Result<(), String> {
    const OTHERS: [&str; 11] = [
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    ];
    let Ok(header) = HeaderName::from_bytes(name.as_bytes()) else { return Err(format!("bad header name '{name}'")) };
    let of_identity = IDENTITY_HEADERS.iter().any(|known| is_taken_for(header.as_str().as_bytes(), known.as_str()));
    if of_identity || OTHERS.iter().any(|other| is_taken_for(header.as_str().as_bytes(), other)) {
        return Err(format!("the header '{name}' is not a claim's to set"));
    }
    Ok(())
}
