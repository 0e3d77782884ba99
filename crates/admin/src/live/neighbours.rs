//! The other nodes of the database. They say who they are when somebody wants to know, and not otherwise.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;

/// How a node asks the others who they are.
pub(super) const QUESTION: &str = "who_is_there";

/// What begins the answer.
const TOPIC: &str = "node_is";

/// A node that has said nothing for so long is not there any more.
const SILENCE: Duration = Duration::from_secs(20);

/// More nodes than that are not told of.
const MOST: usize = 64;

/// How often a node says who it is, at most: several may ask.
const PAUSE: Duration = Duration::from_secs(2);

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Neighbours {
    known: Mutex<BTreeMap<Uuid, (Neighbour, Instant)>>,
    answered: Mutex<Option<Instant>>,
}

/// What a node says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Neighbour {
    pub(super) id: Uuid,
    pub(super) revision: u64,
    pub(super) version: String,
    pub(super) hostname: String,
}

impl Neighbour {
    pub(super) fn word(&self) -> String {
        format!("{TOPIC} {} {} {} {}", self.id, self.revision, self.version, self.hostname)
    }

    fn heard(word: &str) -> Option<Self> {
        let parts: Vec<&str> = word.split(' ').collect();
        let [TOPIC, id, revision, version, hostname] = parts[..] else { return None };
        let (version, hostname) = (version.to_owned(), hostname.to_owned());
        Some(Self { id: id.parse().ok()?, revision: revision.parse().ok()?, version, hostname })
    }

    pub(super) fn shown(&self) -> Value {
        let Self { id, revision, version, hostname } = self;
        json!({ "id": id, "hostname": hostname, "version": version, "revision": revision })
    }
}

impl Neighbours {
    /// Takes in what a node has said of itself.
    pub(super) fn hear(&self, word: &str, now: Instant) {
        let Some(neighbour) = Neighbour::heard(word) else { return };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (_, heard)| now.duration_since(*heard) < SILENCE);
        if known.len() < MOST || known.contains_key(&neighbour.id) {
            known.insert(neighbour.id, (neighbour, now));
        }
    }

    /// Whether it is time to say who this node is.
    pub(super) fn may_answer(&self, now: Instant) -> bool {
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = answered.is_none_or(|last| now.duration_since(last) >= PAUSE);
        if is_due {
            *answered = Some(now);
        }
        is_due
    }

    /// All but `own` that have been heard lately.
    pub(super) fn others(&self, own: Uuid, now: Instant) -> Vec<Neighbour> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = known.values().filter(|(_, heard)| now.duration_since(*heard) < SILENCE);
        lately.map(|(neighbour, _)| neighbour.clone()).filter(|neighbour| neighbour.id != own).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn neighbour(id: u128) -> Neighbour {
        Neighbour { id: Uuid::from_u128(id), revision: 7, version: "1.2.3".to_owned(), hostname: "b".to_owned() }
    }

    #[test]
    fn a_node_is_known_by_what_it_says_until_it_is_silent() {
        let (neighbours, begun) = (Neighbours::default(), Instant::now());
        neighbours.hear(&neighbour(1).word(), begun);
        neighbours.hear(&neighbour(2).word(), begun + Duration::from_secs(5));
        let after = |seconds| neighbours.others(Uuid::nil(), begun + Duration::from_secs(seconds));
        assert_eq!(after(6), [neighbour(1), neighbour(2)]);
        assert_eq!(after(21), [neighbour(2)]);
        assert_eq!(neighbours.others(Uuid::from_u128(2), begun + Duration::from_secs(21)), []);
    }

    #[test]
    fn words_about_something_else_mean_nothing_and_there_is_a_bound() {
        let (neighbours, now) = (Neighbours::default(), Instant::now());
        for word in ["", "node_is", "node_is x 1 2 3", "node_is 00000000-0000-0000-0000-000000000001 x 1 b", QUESTION] {
            neighbours.hear(word, now);
        }
        assert_eq!(neighbours.others(Uuid::nil(), now), []);
        (1..=100).for_each(|id| neighbours.hear(&neighbour(id).word(), now));
        assert_eq!(neighbours.others(Uuid::nil(), now).len(), MOST);
    }

    #[test]
    fn a_node_that_several_ask_answers_once() {
        let (neighbours, now) = (Neighbours::default(), Instant::now());
        let answers = [0, 1, 3].map(|seconds| neighbours.may_answer(now + Duration::from_secs(seconds)));
        assert_eq!(answers, [true, false, true]);
    }
}
