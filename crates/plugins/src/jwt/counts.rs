//! What became of requests, and how well the memories of verified tokens do: Gibbon's own metrics.

use std::collections::BTreeMap;

use gibbon_jose::VerifiedTokens;
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
}

/// All of them with their codes, in their order.
const CODES: [(Verdict, &str); 31] = [
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
];

impl Verdict {
    /// Its code.
    pub(super) fn code(self) -> &'static str {
        CODES.get(self as usize).map_or("", |(_, code)| code)
    }
}

/// The verdicts of one worker on the requests of one route.
#[derive(Debug, Default)]
pub(super) struct Verdicts([Count; CODES.len()]);

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
    /// By route.
    pub(super) verdicts: Board<Uuid, Verdicts>,
    pub(super) memories: Board<(), TokenMemory>,
}

impl Measured for Counts {
    fn write(&self, names: &dyn Names, exposition: &mut Exposition) {
        exposition.lost += self.verdicts.refused();
        self.write_verdicts(names, exposition);
        self.write_memories(exposition);
    }
}

impl Counts {
    fn write_verdicts(&self, names: &dyn Names, exposition: &mut Exposition) {
        let mut sums: BTreeMap<String, [u64; CODES.len()]> = BTreeMap::new();
        self.verdicts.visit(|route, verdicts| {
            let Some(route) = names.route(*route) else { return Keep::No };
            let name = route.name.as_deref().map_or_else(|| route.id.to_string(), str::to_owned);
            let sum = sums.entry(name).or_default();
            sum.iter_mut().zip(&verdicts.0).for_each(|(sum, count)| *sum += count.get());
            Keep::Yes
        });
        let help = "Requests that the jwt plugin has decided on, by route and by what it has found.";
        let mut samples = exposition.family("gibbon_jwt_decisions_total", Kind::Counter, help);
        for (route, counts) in &sums {
            for ((_, code), count) in CODES.iter().zip(counts).filter(|(_, count)| **count > 0) {
                samples.add(&[("route", route), ("reason", code)], count);
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
