//! What became of requests, and how well the memories of verified tokens do: Gibbon's own metrics.

use std::collections::BTreeMap;
use std::sync::Arc;

use gibbon_entities::Route;
use gibbon_jose::{Algorithm, VerifiedTokens};
use gibbon_plugin_api::exposition::Memory;
use gibbon_plugin_api::{Exposition, Kind, Measured, Names};
use uuid::Uuid;

use crate::series::{Board, Count, Keep};

/// What became of a request. Each has a code that does not change from version to version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Accepted,
    NoToken,
    SeveralTokens,
    Unrecognizable,
    BadToken,
    NoKeyClaim,
    InvalidKeyClaim,
    UnknownKey,
    WrongAlgorithm,
    NoKey,
    WrongSignature,
    Expired,
    NotYetValid,
    LivesTooLong,
    ClaimNoNumber,
    NoConsumer,
    Busy,
    WrongAudience,
    WrongIssuer,
    WrongType,
    LacksClaim,
    TooOld,
    IssuedLater,
    LacksScope,
    RuleFalse,
    RuleFailed,
    UnknownKid,
    KeysAway,
    NotBound,
    BadProof,
    ReplayedProof,
    UnfitClaim,
    Revoked,
    ReplayedToken,
    ReplayMemoryAway,
    InactiveToken,
    AskedTooOften,
    IntrospectionAway,
}

/// All of them with their codes, in their order.
const CODES: [(Verdict, &str); 38] = [
    (Verdict::Accepted, "accepted"),
    (Verdict::NoToken, "no_token"),
    (Verdict::SeveralTokens, "several_tokens"),
    (Verdict::Unrecognizable, "unrecognizable"),
    (Verdict::BadToken, "bad_token"),
    (Verdict::NoKeyClaim, "no_key_claim"),
    (Verdict::InvalidKeyClaim, "invalid_key_claim"),
    (Verdict::UnknownKey, "unknown_key"),
    (Verdict::WrongAlgorithm, "wrong_algorithm"),
    (Verdict::NoKey, "no_key"),
    (Verdict::WrongSignature, "wrong_signature"),
    (Verdict::Expired, "expired"),
    (Verdict::NotYetValid, "not_yet_valid"),
    (Verdict::LivesTooLong, "lives_too_long"),
    (Verdict::ClaimNoNumber, "claim_no_number"),
    (Verdict::NoConsumer, "no_consumer"),
    (Verdict::Busy, "busy"),
    (Verdict::WrongAudience, "wrong_audience"),
    (Verdict::WrongIssuer, "wrong_issuer"),
    (Verdict::WrongType, "wrong_type"),
    (Verdict::LacksClaim, "lacks_claim"),
    (Verdict::TooOld, "too_old"),
    (Verdict::IssuedLater, "issued_later"),
    (Verdict::LacksScope, "insufficient_scope"),
    (Verdict::RuleFalse, "rule_not_met"),
    (Verdict::RuleFailed, "rule_failed"),
    (Verdict::UnknownKid, "unknown_kid"),
    (Verdict::KeysAway, "keys_away"),
    (Verdict::NotBound, "not_bound"),
    (Verdict::BadProof, "bad_proof"),
    (Verdict::ReplayedProof, "replayed_proof"),
    (Verdict::UnfitClaim, "unfit_claim"),
    (Verdict::Revoked, "revoked"),
    (Verdict::ReplayedToken, "replayed_token"),
    (Verdict::ReplayMemoryAway, "replay_memory_away"),
    (Verdict::InactiveToken, "inactive_token"),
    (Verdict::AskedTooOften, "asked_too_often"),
    (Verdict::IntrospectionAway, "introspection_away"),
];

impl Verdict {
    /// Its code.
    pub(super) fn code(self) -> &'static str {
        CODES.get(self as usize).map_or("", |(_, code)| code)
    }
}

/// Of what verdicts are counted together: the route, and the algorithm and the issuer of the token, as far as they are known.
pub(super) type Decided = (Uuid, Option<Algorithm>, Option<Arc<str>>);

/// Of what those are counted together that pass and would be refused: the route and the consumer.
pub(super) type LetThrough = (Uuid, Uuid);

/// The verdicts of one worker on requests that are counted together.
#[derive(Debug)]
pub(super) struct Verdicts([Count; CODES.len()]);

impl Default for Verdicts {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Count::default()))
    }
}

impl Verdicts {
    pub(super) fn add(&self, verdict: Verdict) {
        if let Some(count) = self.0.get(verdict as usize) {
            count.add(1);
        }
    }
}

/// How well the memory of one worker does.
#[derive(Debug, Default)]
pub(super) struct TokenMemory {
    hits: Count,
    misses: Count,
    bytes: Count,
    pub(super) capacity: Count,
}

impl TokenMemory {
    pub(super) fn note(&self, tokens: &VerifiedTokens) {
        let counters = tokens.counters();
        self.hits.set(counters.hits);
        self.misses.set(counters.misses);
        self.bytes.set(tokens.bytes() as u64);
    }
}

/// The counts of all workers.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) verdicts: Board<Decided, Verdicts>,
    pub(super) let_through: Board<LetThrough, Verdicts>,
    pub(super) memories: Board<(), TokenMemory>,
}

impl Measured for Counts {
    fn write(&self, names: &dyn Names, exposition: &mut Exposition) {
        exposition.lost += self.verdicts.refused() + self.let_through.refused();
        self.write_verdicts(names, exposition);
        self.write_let_through(names, exposition);
        self.write_memories(exposition);
    }
}

impl Counts {
    fn write_verdicts(&self, names: &dyn Names, exposition: &mut Exposition) {
        let mut sums: BTreeMap<_, Sums> = BTreeMap::new();
        self.verdicts.visit(|(route, algorithm, issuer), verdicts| {
            let Some(route) = names.route(*route) else { return Keep::No };
            let algorithm = algorithm.map_or("", Algorithm::as_str);
            let key = (name_of(route), algorithm, issuer.clone().unwrap_or_default());
            verdicts.add_to(sums.entry(key).or_insert([0; CODES.len()]));
            Keep::Yes
        });
        let help = "Requests that the jwt plugin has decided on: by what it has found, the token's issuer where that is \
                    one that is configured, its algorithm, and the route.";
        let mut samples = exposition.family("gibbon_jwt_decisions_total", Kind::Counter, help);
        for ((route, algorithm, issuer), counts) in &sums {
            for (code, count) in counted(counts) {
                let labels = [("route", &**route), ("reason", code), ("issuer", &**issuer), ("alg", algorithm)];
                // A label without a value is none.
                let known: Vec<_> = labels.into_iter().filter(|(_, value)| !value.is_empty()).collect();
                samples.add(&known, count);
            }
        }
    }

    fn write_let_through(&self, names: &dyn Names, exposition: &mut Exposition) {
        let mut sums: BTreeMap<_, Sums> = BTreeMap::new();
        self.let_through.visit(|(route, consumer), verdicts| {
            let Some(route) = names.route(*route) else { return Keep::No };
            let consumer = names.consumer(*consumer);
            let name = consumer.and_then(|known| known.username.as_deref().or(known.custom_id.as_deref()));
            verdicts
                .add_to(sums.entry((name_of(route), name.unwrap_or_default().to_owned())).or_insert([0; CODES.len()]));
            Keep::Yes
        });
        if sums.is_empty() {
            return;
        }
        let help = "Requests that have passed and would be refused, were the jwt plugin enforced.";
        let mut samples = exposition.family("gibbon_jwt_would_refuse_total", Kind::Counter, help);
        for ((route, consumer), counts) in &sums {
            for (code, count) in counted(counts) {
                samples.add(&[("route", route), ("reason", code), ("consumer", consumer)], count);
            }
        }
    }

    fn write_memories(&self, exposition: &mut Exposition) {
        let (mut hits, mut misses, mut bytes, mut capacity) = (0, 0, 0, 0);
        self.memories.visit(|(), memory| {
            hits += memory.hits.get();
            misses += memory.misses.get();
            bytes += memory.bytes.get();
            capacity += memory.capacity.get();
            Keep::Yes
        });
        let counts = [
            ("gibbon_jwt_verified_tokens_hits_total", "Tokens that were remembered as verified.", hits),
            ("gibbon_jwt_verified_tokens_misses_total", "Tokens that were not.", misses),
        ];
        for (name, help, count) in counts {
            exposition.family(name, Kind::Counter, help).add(&[], count);
        }
        let help = "Bytes of verified tokens that all workers remember.";
        exposition.family("gibbon_jwt_verified_tokens_bytes", Kind::Gauge, help).add(&[], bytes);
        exposition.memories.push(Memory { name: "jwt_verified_tokens", bytes, capacity });
    }
}

/// The counts of all workers together, verdict by verdict.
type Sums = [u64; CODES.len()];

impl Verdicts {
    fn add_to(&self, sums: &mut Sums) {
        sums.iter_mut().zip(&self.0).for_each(|(sum, count)| *sum += count.get());
    }
}

fn counted(sums: &Sums) -> impl Iterator<Item = (&'static str, &u64)> {
    CODES.iter().zip(sums).filter(|(_, count)| **count > 0).map(|((_, code), count)| (*code, count))
}

fn name_of(route: &Route) -> String {
    route.name.as_deref().map_or_else(|| route.id.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_stands_where_it_is_counted() {
        for (place, (verdict, _)) in CODES.iter().enumerate() {
            assert_eq!(*verdict as usize, place);
        }
        let mut codes = CODES.map(|(_, code)| code).to_vec();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), CODES.len());
    }
}
