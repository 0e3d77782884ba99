//! Whose a token is: a consumer, found in one of several ways, or nobody's whom the gateway knows.

use std::sync::Arc;

use gibbon_entities::{Body, BodyError, Consumer, UnknownName};
use gibbon_jose::json::{JsonObject, JsonValue};
use gibbon_plugin_api::RequestCx;
use uuid::Uuid;

use crate::jwt::rules::ClaimPath;

/// Whose a token says that it is.
#[derive(Debug, Clone)]
pub(in crate::jwt) enum Owner {
    /// The consumer with this id.
    Consumer(Uuid),
    /// This consumer.
    Known(Arc<Consumer>),
    /// A consumer who does not exist.
    Missing,
    /// Whoever the issuer says: there need not be a consumer.
    Stranger,
}

/// How the consumer of an issuer's tokens is found.
#[derive(Debug)]
pub(super) enum Mapping {
    /// It is always this one: an id or a username.
    Fixed(Box<str>),
    /// A claim names it.
    Claim(ClaimPath, By),
    /// There is none.
    None,
}

/// What a claim has of a consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Username,
    CustomId,
}

impl By {
    pub(super) const ALL: [&'static str; 2] = ["username", "custom_id"];
}

impl std::str::FromStr for By {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name {
            "username" => Ok(Self::Username),
            "custom_id" => Ok(Self::CustomId),
            _ => Err(UnknownName),
        }
    }
}

impl Owner {
    /// The consumer, if it is one; an error where there should be one and is none.
    pub(in crate::jwt) fn find(self, cx: &RequestCx<'_>) -> Result<Option<Arc<Consumer>>, NoSuchConsumer> {
        match self {
            Self::Consumer(id) => cx.consumer(id).map(Some).ok_or(NoSuchConsumer),
            Self::Known(consumer) => Ok(Some(consumer)),
            Self::Missing => Err(NoSuchConsumer),
            Self::Stranger => Ok(None),
        }
    }
}

/// There should be a consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::jwt) struct NoSuchConsumer;

impl Mapping {
    pub(super) fn read(config: Body<'_>) -> Result<Self, BodyError> {
        if let Some(consumer) = config.boxed("consumer")? {
            return Ok(Self::Fixed(consumer));
        }
        match config.optional_text("consumer_claim")? {
            Some(claim) => Ok(Self::Claim(ClaimPath::new(claim), config.parsed_or("consumer_by", By::Username)?)),
            None => Ok(Self::None),
        }
    }

    /// Whose a token with these claims is.
    pub(super) fn owner(&self, cx: &RequestCx<'_>, claims: &JsonObject) -> Owner {
        let found = match self {
            Self::None => return Owner::Stranger,
            Self::Fixed(name) => cx.consumer_named(name),
            Self::Claim(path, by) => path.find(claims).and_then(JsonValue::as_str).and_then(|name| match by {
                By::Username => cx.directory.consumer_named(&name).cloned(),
                By::CustomId => cx.directory.consumer_by_custom_id(&name).cloned(),
            }),
        };
        found.map_or(Owner::Missing, Owner::Known)
    }
}
