//! How a decision was reached, step by step: told by the code that decides, to whoever asks for an explanation.
//!
//! On the path of a request nobody asks, and nothing of this is there.

use std::sync::Arc;

use gibbon_jose::Algorithm;
use gibbon_jose::json::JsonValue;
use serde_json::{Value, json};

/// One step of a decision.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    /// What was looked at.
    name: String,
    outcome: Outcome,
    found: Value,
    wanted: Value,
    remark: Option<String>,
}

/// What a step has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is as it should be.
    Holds,
    /// It is not, and the request is refused.
    Fails,
    /// Nothing depends on it.
    Noted,
}

/// Who is told the steps.
pub(super) trait Steps {
    /// One more step. It is made only if anybody wants to know.
    fn note(&mut self, step: impl FnOnce() -> Step);

    /// Whether the request is only asked about, and was not sent.
    fn explains(&self) -> bool {
        false
    }

    /// The token could be read, or somebody has told what it says: the algorithm that it claims, and its issuer if that is
    /// one that is configured.
    fn read(&mut self, algorithm: Option<Algorithm>, issuer: Option<Arc<str>>) {
        let _ = (algorithm, issuer);
    }
}

impl Steps for Vec<Step> {
    fn note(&mut self, step: impl FnOnce() -> Step) {
        self.push(step());
    }

    fn explains(&self) -> bool {
        true
    }
}

impl Step {
    /// Something that holds, or that the request is refused for.
    pub(super) fn judged(name: impl Into<String>, outcome: Outcome) -> Self {
        Self { name: name.into(), outcome, found: Value::Null, wanted: Value::Null, remark: None }
    }

    pub(super) fn found(self, found: impl Into<Value>) -> Self {
        Self { found: found.into(), ..self }
    }

    pub(super) fn wanted(self, wanted: impl Into<Value>) -> Self {
        Self { wanted: wanted.into(), ..self }
    }

    pub(super) fn remark(self, remark: impl Into<String>) -> Self {
        Self { remark: Some(remark.into()), ..self }
    }

    /// As it is answered: what is not known is left out.
    pub(super) fn to_json(&self) -> Value {
        let outcome = match self.outcome {
            Outcome::Holds => "holds",
            Outcome::Fails => "fails",
            Outcome::Noted => "noted",
        };
        let mut json = json!({ "step": self.name, "outcome": outcome });
        let details = [("found", self.found.clone()), ("wanted", self.wanted.clone()), ("remark", json!(self.remark))];
        for (name, value) in details.into_iter().filter(|(_, value)| !value.is_null()) {
            json[name] = value;
        }
        json
    }
}

impl Outcome {
    /// Of something that has to hold.
    pub(super) fn of(holds: impl Into<Option<bool>>) -> Self {
        match holds.into() {
            Some(true) => Self::Holds,
            Some(false) => Self::Fails,
            None => Self::Noted,
        }
    }
}

/// A value of a token, as an explanation shows it: not longer than it takes to recognise it.
pub(super) fn shown(value: Option<JsonValue<'_>>) -> Value {
    let text = match value {
        None => return Value::Null,
        Some(JsonValue::String(text)) => return shortened(&text.to_str()).into(),
        Some(JsonValue::Null) => "null",
        Some(JsonValue::Bool(value)) => return value.into(),
        Some(JsonValue::Number(number)) => number.as_str(),
        Some(JsonValue::Array(text) | JsonValue::Object(text)) => text,
    };
    serde_json::from_str(text).ok().filter(|_| text.len() <= LONGEST).unwrap_or_else(|| shortened(text).into())
}

/// How many bytes of a value are shown.
const LONGEST: usize = 256;

pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().find(|(place, _)| *place >= LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
