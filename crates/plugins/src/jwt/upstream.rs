//! What an upstream is told of a token beyond what Kong tells it: claims in headers, the consumer and the groups that
//! claims name, and nothing of the token itself.

mod claim_header;
mod fields;
mod hiding;
mod mapping;

use std::sync::Arc;

use gibbon_entities::{Body, BodyError, Consumer};
use gibbon_jose::Contents;
use gibbon_jose::json::{JsonObject, JsonValue};
use gibbon_plugin_api::{Headers, RequestCx};
use http::HeaderValue;

use super::issuers::NoSuchConsumer;
use super::rules::{ClaimPath, Lack};
use super::steps::{Outcome, Step, Steps};
use crate::authentication::Visibility;
use claim_header::ClaimHeader;
pub(super) use fields::fields;
use mapping::Mapping;

/// What one configuration tells.
#[derive(Debug)]
pub(super) struct Upstream {
    headers: Vec<ClaimHeader>,
    mapping: Option<Mapping>,
    groups: Option<ClaimPath>,
    visibility: Visibility,
}

/// What is told of one token.
#[derive(Debug, Default)]
pub(super) struct Told {
    headers: Vec<(usize, HeaderValue)>,
    groups: Option<Arc<[Box<str>]>>,
}

/// The consumer of a credential or an issuer, if there is one.
type Owned = Result<Option<Arc<Consumer>>, NoSuchConsumer>;

/// How many bytes the groups of a token may have together: they become a header.
const MOST_GROUP_BYTES: usize = 4096;

impl Upstream {
    /// `None` where nothing of it is set.
    pub(super) fn read(config: Body<'_>) -> Result<Option<Self>, BodyError> {
        let upstream = Self {
            headers: ClaimHeader::read(config)?,
            mapping: Mapping::read(config)?,
            groups: config.optional_text("groups_claim")?.map(ClaimPath::new),
            visibility: Visibility::read(config)?,
        };
        let hides = upstream.visibility == Visibility::Hidden;
        let tells = !upstream.headers.is_empty() || upstream.mapping.is_some() || upstream.groups.is_some();
        Ok(Some(upstream).filter(|_| hides || tells))
    }

    /// Whether the token is taken out of what goes upstream.
    pub(super) fn hides(&self) -> bool {
        self.visibility == Visibility::Hidden
    }

    /// Takes away what a client sends under the names that are the gateway's to tell.
    pub(super) fn clear(&self, headers: &mut Headers) {
        claim_header::clear(&self.headers, headers);
    }

    /// Whom a token is from: the consumer that its claims name, where they are asked, and else that of its credential.
    pub(super) fn consumer(
        &self,
        contents: &Contents,
        cx: &RequestCx<'_>,
        owner: Owned,
        steps: &mut impl Steps,
    ) -> Result<Owned, Lack> {
        match &self.mapping {
            Some(mapping) => mapping.find(contents.claims(), cx, owner, steps),
            None => Ok(owner),
        }
    }

    /// What the upstream is to be told of a token.
    pub(super) fn told(&self, contents: &Contents, steps: &mut impl Steps) -> Result<Told, Lack> {
        let mut headers = Vec::new();
        for (place, header) in self.headers.iter().enumerate() {
            let value = header.value(contents.claims());
            steps.note(|| header.step(contents.claims(), &value));
            headers.extend(value?.map(|value| (place, value)));
        }
        let groups = self.groups.as_ref().map(|path| groups_of(contents.claims(), path)).transpose()?;
        if let Some(path) = &self.groups {
            let found: Vec<_> = groups.iter().flat_map(|groups| groups.iter()).map(|group| &**group).collect();
            steps.note(|| Step::judged(format!("groups in `{path}`"), Outcome::of(None)).found(found));
        }
        Ok(Told { headers, groups })
    }

    /// Tells it.
    pub(super) fn tell(&self, told: Told, cx: &mut RequestCx<'_>) {
        for (place, value) in told.headers {
            if let Some(header) = self.headers.get(place) {
                cx.head.headers.set(header.name().clone(), value);
            }
        }
        if let Some(groups) = told.groups {
            cx.identity.groups = Some(groups);
        }
    }
}

/// The groups that a claim lists: words of a text, or elements of an array. Such as no header can carry are no groups.
fn groups_of(claims: &JsonObject, path: &ClaimPath) -> Result<Arc<[Box<str>]>, Lack> {
    let mut groups: Vec<Box<str>> = Vec::new();
    match path.find(claims) {
        None | Some(JsonValue::Null) => {}
        Some(JsonValue::String(words)) => groups.extend(words.to_str().split_ascii_whitespace().map(Box::from)),
        Some(several) => groups.extend(several.items().filter_map(|item| item.as_str().map(Box::<str>::from))),
    }
    let is_fit =
        |group: &str| !group.is_empty() && !group.bytes().any(|byte| byte == b',' || byte < b' ' || byte == 0x7f);
    let bytes: usize = groups.iter().map(|group| group.len() + 2).sum();
    if bytes > MOST_GROUP_BYTES || !groups.iter().all(|group| is_fit(group)) {
        return Err(Lack::Unfit(path.as_str().into()));
    }
    Ok(groups.into())
}
