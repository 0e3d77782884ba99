//! What is counted together.

use std::hash::Hash;

use ahash::RandomState;
use gibbon_plugin_api::{CountedWindow, Scope};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::quota::Quota;

/// What a count is of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Subject {
    /// What the instance of the plugin runs for: those with the same share their counts.
    pub(crate) route: Option<Uuid>,
    pub(crate) service: Option<Uuid>,
    /// Whose requests they are.
    pub(crate) identifier: String,
    /// Which of several counts it is, where a plugin has several.
    pub(crate) name: Option<Box<str>>,
}

impl Subject {
    pub(crate) fn new(scope: &Scope, identifier: String) -> Self {
        Self { route: scope.route, service: scope.service, identifier, name: None }
    }

    /// The windows that `now` lies in, under the names that Kong gives them in Redis.
    pub(crate) fn windows(&self, quotas: &[Quota], now: i64) -> Vec<CountedWindow> {
        let id = |id: Option<Uuid>| id.unwrap_or_default();
        let name = self.name.as_ref().map(|name| format!("{name}:")).unwrap_or_default();
        let window = |quota: &Quota| {
            let (period, start) = (quota.period, quota.period.start(now));
            let (route, service, identifier) = (id(self.route), id(self.service), &self.identifier);
            let millis = start.saturating_mul(1000);
            CountedWindow {
                name: format!("ratelimit:{route}:{service}:{identifier}:{millis}:{name}{}", period.as_str()),
                start,
                // A month or a year may be longer than it counts as.
                expires_at: start.saturating_add(period.seconds() + 2 * 86_400),
            }
        };
        quotas.iter().map(window).collect()
    }

    /// The same under names of one length, without anything that a stranger has written.
    pub(crate) fn plain_windows(&self, quotas: &[Quota], now: i64) -> Vec<CountedWindow> {
        let digits = |name: &str| Sha256::digest(name).iter().map(|byte| format!("{byte:02x}")).collect();
        let plain = |window: CountedWindow| CountedWindow { name: digits(&window.name), ..window };
        self.windows(quotas, now).into_iter().map(plain).collect()
    }

    /// What stands for the subject in the memory of this process. Identifiers come from strangers and can be long.
    pub(crate) fn digest(&self, keys: &[RandomState; 2]) -> u128 {
        let [high, low] = keys.each_ref().map(|key| u128::from(key.hash_one(self)));
        high << 64 | low
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counting::period::Period;

    #[test]
    fn a_window_has_the_name_that_it_has_in_kong() {
        let scope = Scope { route: Some(Uuid::from_u128(1)), ..Scope::default() };
        let mut subject = Subject::new(&scope, "192.0.2.1".to_owned());
        let quotas = [Quota { period: Period::Minute, most: 1.0 }];
        let [window] = <[_; 1]>::try_from(subject.windows(&quotas, 125)).unwrap();
        let ids = "00000000-0000-0000-0000-000000000001:00000000-0000-0000-0000-000000000000";
        assert_eq!(window.name, format!("ratelimit:{ids}:192.0.2.1:120000:minute"));
        subject.name = Some("video".into());
        let [window] = <[_; 1]>::try_from(subject.windows(&quotas, 125)).unwrap();
        assert_eq!(window.name, format!("ratelimit:{ids}:192.0.2.1:120000:video:minute"));
    }

    #[test]
    fn subjects_that_differ_in_anything_are_counted_apart() {
        let keys = [RandomState::new(), RandomState::new()];
        let subject = |identifier: &str| Subject::new(&Scope::default(), identifier.to_owned());
        assert_eq!(subject("a").digest(&keys), subject("a").digest(&keys));
        let named = Subject { name: Some("a".into()), ..subject("a") };
        let elsewhere = Subject { route: Some(Uuid::from_u128(1)), ..subject("a") };
        for other in [subject("b"), named, elsewhere] {
            assert_ne!(subject("a").digest(&keys), other.digest(&keys));
        }
    }
}
