//! How a consumer is called where it is counted.

use std::borrow::Cow;
use std::str::FromStr;

use gibbon_entities::Consumer;

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConsumerIdentifier {
    /// By its id.
    Id,
    /// By its `custom_id`.
    CustomId,
    /// By its name.
    Username,
}

impl ConsumerIdentifier {
    /// The names that configurations have for them.
    pub(crate) const NAMES: [&str; 3] = ["consumer_id", "custom_id", "username"];

    /// How this one is called; not at all where it has no such name.
    pub(crate) fn of(self, consumer: &Consumer) -> Option<Cow<'_, str>> {
        match self {
            Self::Id => Some(consumer.id.to_string().into()),
            Self::CustomId => consumer.custom_id.as_deref().map(Cow::from),
            Self::Username => consumer.username.as_deref().map(Cow::from),
        }
    }
}

impl FromStr for ConsumerIdentifier {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "consumer_id" => Ok(Self::Id),
            "custom_id" => Ok(Self::CustomId),
            "username" => Ok(Self::Username),
            _ => Err(()),
        }
    }
}
