//! The consumer that a claim names.

use std::sync::Arc;

use gibbon_entities::{Body, BodyError, Consumer};
use gibbon_jose::json::JsonObject;
use gibbon_plugin_api::RequestCx;
use uuid::Uuid;

use super::Owned;
use crate::jwt::rules::{ClaimPath, Lack};
use crate::jwt::steps::{Outcome, Step, Steps, shown};

/// How a claim names a consumer.
#[derive(Debug)]
pub(super) struct Mapping {
    claim: ClaimPath,
    by: Vec<Key>,
    unknown: Unknown,
}

/// What a consumer may be found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Id,
    Username,
    CustomId,
}

/// What becomes of a token whose claim names no consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unknown {
    /// It is refused.
    Refuse,
    /// It is from the consumer of its credential.
    Credential,
    /// It is from somebody who is a consumer for this request alone.
    Virtual,
}

/// The longest name of a virtual consumer: it goes into headers and logs, and into keys of counters.
const LONGEST_NAME: usize = 256;

/// Ids of virtual consumers are made of their names within this.
const NAMESPACE: Uuid = Uuid::from_u128(0x9d1f_0c52_6b0e_5f0a_8a6e_3f1c_77d2_40b1);

impl Mapping {
    pub(super) fn read(config: Body<'_>) -> Result<Option<Self>, BodyError> {
        if config.get("consumer_mapping").is_none() {
            return Ok(None);
        }
        let mapping = config.record("consumer_mapping")?;
        let key = |name: &str| match name {
            "id" => Key::Id,
            "username" => Key::Username,
            _ => Key::CustomId,
        };
        let unknown = match mapping.optional_text("unknown")? {
            Some("virtual") => Unknown::Virtual,
            Some("credential") => Unknown::Credential,
            _ => Unknown::Refuse,
        };
        let by = mapping.texts("by")?.iter().map(|name| key(name)).collect();
        Ok(Some(Self { claim: ClaimPath::new(mapping.text("claim")?), by, unknown }))
    }

    /// Whom a token with these claims is from; `owner` is whose credential it was.
    pub(super) fn find(
        &self,
        claims: &JsonObject,
        cx: &RequestCx<'_>,
        owner: Owned,
        steps: &mut impl Steps,
    ) -> Result<Owned, Lack> {
        let value = self.claim.find(claims);
        let name = value.and_then(|value| value.as_str()).filter(|name| !name.is_empty());
        let found = name.as_deref().and_then(|name| self.by.iter().find_map(|key| key.find(name, cx)));
        steps.note(|| {
            let holds = found.is_some() || self.unknown != Unknown::Refuse;
            let step = Step::judged(format!("consumer by `{}`", self.claim), Outcome::of(holds)).found(shown(value));
            match &found {
                Some(consumer) => step.remark(format!("is the consumer {}", consumer.id)),
                None => step.remark("is no consumer"),
            }
        });
        match (found, self.unknown) {
            (Some(consumer), _) => Ok(Ok(Some(consumer))),
            (None, Unknown::Credential) => Ok(owner),
            (None, Unknown::Virtual) => {
                stranger(name.as_deref(), cx).map(|consumer| Ok(Some(consumer))).ok_or(Lack::Consumer)
            }
            (None, Unknown::Refuse) => Err(Lack::Consumer),
        }
    }
}

impl Key {
    fn find(self, name: &str, cx: &RequestCx<'_>) -> Option<Arc<Consumer>> {
        match self {
            Self::Id => cx.consumer(Uuid::try_parse(name).ok()?),
            Self::Username => cx.directory.consumer_named(name).cloned(),
            Self::CustomId => cx.directory.consumer_by_custom_id(name).cloned(),
        }
    }
}

/// A consumer that nothing is stored of, with the claim as its custom id: plugins count and log it as any other, and its
/// id is the same on all nodes. One who is stored under that custom id is meant by it wherever claims are looked up.
fn stranger(name: Option<&str>, cx: &RequestCx<'_>) -> Option<Arc<Consumer>> {
    let name = name.filter(|name| name.len() <= LONGEST_NAME && !name.chars().any(char::is_control))?;
    if let Some(stored) = Key::CustomId.find(name, cx) {
        return Some(stored);
    }
    let id = Uuid::new_v5(&NAMESPACE, name.as_bytes());
    Some(Arc::new(Consumer { id, username: None, custom_id: Some(name.into()), tags: Vec::new() }))
}
