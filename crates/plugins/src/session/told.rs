//! What clients and upstreams are told of a session, in header fields.

use gibbon_entities::UnknownName;
use http::{HeaderName, HeaderValue};

use super::opened::Session;
use super::times::Limits;

/// Something that can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fact {
    Id,
    Audience,
    Subject,
    Timeout,
    IdlingTimeout,
    RollingTimeout,
    AbsoluteTimeout,
}

impl Fact {
    pub(super) const ALL: [Self; 7] = [
        Self::Id,
        Self::Audience,
        Self::Subject,
        Self::Timeout,
        Self::IdlingTimeout,
        Self::RollingTimeout,
        Self::AbsoluteTimeout,
    ];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Audience => "audience",
            Self::Subject => "subject",
            Self::Timeout => "timeout",
            Self::IdlingTimeout => "idling-timeout",
            Self::RollingTimeout => "rolling-timeout",
            Self::AbsoluteTimeout => "absolute-timeout",
        }
    }

    /// The field that tells it.
    pub(super) fn header(self) -> HeaderName {
        HeaderName::from_static(match self {
            Self::Id => "session-id",
            Self::Audience => "session-audience",
            Self::Subject => "session-subject",
            Self::Timeout => "session-timeout",
            Self::IdlingTimeout => "session-idling-timeout",
            Self::RollingTimeout => "session-rolling-timeout",
            Self::AbsoluteTimeout => "session-absolute-timeout",
        })
    }

    /// What it is; times are what is left of them, in seconds. None where there is nothing to tell.
    pub(super) fn value(self, session: &Session, limits: Limits, now: i64) -> Option<HeaderValue> {
        let left = limits.left(session.times, now);
        let seconds = |seconds: Option<i64>| seconds.map(|seconds| seconds.to_string());
        let text = match self {
            Self::Id => Some(session.key()),
            Self::Audience => Some(session.content.audience.clone()),
            Self::Subject => Some(session.content.subject.clone()),
            Self::Timeout => seconds(left.least()),
            Self::IdlingTimeout => seconds(left.idling),
            Self::RollingTimeout => seconds(left.rolling),
            Self::AbsoluteTimeout => seconds(left.absolute),
        };
        HeaderValue::from_str(&text?).ok()
    }
}

impl std::str::FromStr for Fact {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|fact| fact.as_str() == name).ok_or(UnknownName)
    }
}
