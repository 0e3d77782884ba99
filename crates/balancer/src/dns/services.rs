//! What is remembered about names of services. Few ask for them and nobody waits for one who reads, so that this is a map
//! behind a lock.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ahash::AHashMap;

use super::{DnsError, ResolvedServices, Service, Settings};

/// The places of a service, the same object while they stay the same, or why there are none.
pub(super) type Outcome = Result<Arc<[Service]>, DnsError>;

/// See the module.
#[derive(Default)]
pub(super) struct Services(Mutex<AHashMap<Box<str>, Remembered>>);

struct Remembered {
    outcome: Outcome,
    until: Duration,
}

/// As for addresses: a time to live of zero must not make every look a question.
const SHORTEST_TTL: Duration = Duration::from_secs(1);

impl Services {
    /// What is known and still good.
    pub(super) fn get(&self, name: &str, now: Duration) -> Option<Outcome> {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.get(name).filter(|remembered| now < remembered.until).map(|remembered| remembered.outcome.clone())
    }

    /// Takes an answer over. Where nobody could be asked, what was known before stays (RFC 8767).
    pub(super) fn put(
        &self,
        name: &str,
        answer: Result<ResolvedServices, DnsError>,
        settings: &Settings,
        now: Duration,
    ) -> Outcome {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = names.get(name).and_then(|remembered| remembered.outcome.clone().ok());
        let (outcome, ttl) = match answer {
            Ok(resolved) => (Ok(first(resolved.places)), settings.valid_ttl.unwrap_or(resolved.ttl).max(SHORTEST_TTL)),
            Err(error @ DnsError::NotFound { .. }) => (Err(error), settings.not_found_ttl),
            Err(error @ DnsError::Unavailable { .. }) => (before.ok_or(error), settings.error_ttl),
        };
        if names.len() >= settings.capacity && !names.contains_key(name) {
            names.retain(|_, remembered| now < remembered.until);
        }
        if names.len() < settings.capacity || names.contains_key(name) {
            names.insert(name.into(), Remembered { outcome: outcome.clone(), until: now.saturating_add(ttl) });
        }
        outcome
    }
}

/// The places of the lowest priority, in an order that does not change with every answer.
fn first(mut places: Vec<Service>) -> Arc<[Service]> {
    places.sort_unstable();
    places.dedup();
    let lowest = places.first().map(|place| place.priority);
    places.retain(|place| Some(place.priority) == lowest);
    places.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(priority: u16, weight: u16, host: &str) -> Service {
        Service { priority, weight, port: 80, host: host.into() }
    }

    fn answer(places: &[Service], ttl: u64) -> Result<ResolvedServices, DnsError> {
        Ok(ResolvedServices { places: places.to_vec(), ttl: Duration::from_secs(ttl) })
    }

    const NOW: Duration = Duration::from_secs(100);

    #[test]
    fn only_the_lowest_priority_counts() {
        let services = Services::default();
        let places = [place(2, 1, "c"), place(1, 9, "b"), place(1, 5, "a")];
        let found = services.put("s", answer(&places, 60), &Settings::default(), NOW).unwrap();
        assert_eq!(*found, [place(1, 5, "a"), place(1, 9, "b")]);
    }

    #[test]
    fn an_answer_is_remembered_for_its_time() {
        let services = Services::default();
        services.put("s", answer(&[place(1, 1, "a")], 60), &Settings::default(), NOW).unwrap();
        assert!(services.get("s", NOW + Duration::from_secs(59)).is_some());
        assert!(services.get("s", NOW + Duration::from_secs(60)).is_none());
        assert!(services.get("other", NOW).is_none());
    }

    #[test]
    fn places_outlive_name_servers_that_are_silent_and_no_others() {
        let (services, settings) = (Services::default(), Settings::default());
        let known = services.put("s", answer(&[place(1, 1, "a")], 1), &settings, NOW);
        let silent = || Err(DnsError::Unavailable { name: "s".to_owned(), reason: "nobody answers".to_owned() });
        assert_eq!(services.put("s", silent(), &settings, NOW), known);
        assert!(services.put("other", silent(), &settings, NOW).is_err());
        let gone = Err(DnsError::NotFound { name: "s".to_owned() });
        assert!(services.put("s", gone, &settings, NOW).is_err());
    }

    #[test]
    fn no_more_names_are_remembered_than_allowed() {
        let settings = Settings { capacity: 2, ..Settings::default() };
        let services = Services::default();
        for name in ["a", "b", "c"] {
            services.put(name, answer(&[place(1, 1, "a")], 60), &settings, NOW).unwrap();
        }
        assert_eq!(["a", "b", "c"].map(|name| services.get(name, NOW).is_some()), [true, true, false]);
    }
}
