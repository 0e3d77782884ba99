//! What is remembered about a name, and for how long.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::{DnsError, Resolved, Settings};

/// An answer that claims to be good for less is taken to be good for this long, so that a name server which sends a time
/// to live of zero is asked once a second and not without a pause.
const SHORTEST_TTL: Duration = Duration::from_secs(1);

/// What is remembered about a name. Times are those of the resolver's clock.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// The name has addresses. They are to be fetched again after `fresh_until`, and not to be used after `usable_until`.
    Known { addresses: Arc<[IpAddr]>, fresh_until: Duration, usable_until: Duration },
    /// The name has none, or could not be asked for. Ask again after `until`.
    Failed { error: DnsError, until: Duration },
}

/// What an answer is worth at some moment.
#[derive(Debug)]
pub(super) enum Worth<'a> {
    Fresh(&'a Arc<[IpAddr]>),
    /// To be used, and to be fetched again meanwhile.
    Stale(&'a Arc<[IpAddr]>),
    Failed(&'a DnsError),
    Nothing,
}

impl Answer {
    /// What becomes of `before` when the name has been asked for again.
    pub(super) fn after(
        before: Option<&Self>,
        name: &str,
        outcome: Result<Resolved, DnsError>,
        settings: &Settings,
        now: Duration,
    ) -> Self {
        match outcome {
            Ok(resolved) if !resolved.addresses.is_empty() => Self::known(before, resolved, settings, now),
            Ok(_) => Self::failed(DnsError::NotFound { name: name.to_owned() }, settings, now),
            Err(error) => match before {
                // Nobody could be asked. That says nothing about the addresses, so they stay in use (RFC 8767).
                Some(Self::Known { addresses, usable_until, .. })
                    if now < *usable_until && matches!(error, DnsError::Unavailable { .. }) =>
                {
                    let addresses = Arc::clone(addresses);
                    Self::Known { addresses, fresh_until: now + settings.error_ttl, usable_until: *usable_until }
                }
                _ => Self::failed(error, settings, now),
            },
        }
    }

    fn known(before: Option<&Self>, resolved: Resolved, settings: &Settings, now: Duration) -> Self {
        let ttl = settings.valid_ttl.unwrap_or(resolved.ttl).max(SHORTEST_TTL);
        let fresh_until = now.saturating_add(ttl);
        let addresses = match before {
            // The same list stays the same object, so that whoever holds it sees that nothing has changed.
            Some(Self::Known { addresses, .. }) if **addresses == *resolved.addresses => Arc::clone(addresses),
            _ => resolved.addresses.into(),
        };
        Self::Known { addresses, fresh_until, usable_until: fresh_until.saturating_add(settings.stale_ttl) }
    }

    fn failed(error: DnsError, settings: &Settings, now: Duration) -> Self {
        let ttl = match error {
            DnsError::NotFound { .. } => settings.not_found_ttl,
            DnsError::Unavailable { .. } => settings.error_ttl,
        };
        Self::Failed { error, until: now.saturating_add(ttl) }
    }

    pub(super) fn worth(&self, now: Duration) -> Worth<'_> {
        match self {
            Self::Known { addresses, fresh_until, .. } if now < *fresh_until => Worth::Fresh(addresses),
            Self::Known { addresses, usable_until, .. } if now < *usable_until => Worth::Stale(addresses),
            Self::Failed { error, until } if now < *until => Worth::Failed(error),
            _ => Worth::Nothing,
        }
    }

    /// After this moment the answer is worth nothing.
    pub(super) fn end(&self) -> Duration {
        match self {
            Self::Known { usable_until, .. } => *usable_until,
            Self::Failed { until, .. } => *until,
        }
    }
}
