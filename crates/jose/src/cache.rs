//! What a worker remembers of tokens that it has verified.
//!
//! Verifying an RSA or ECDSA signature costs more than all the rest of a request, and clients send a token until it
//! expires. To take a token apart and compute its MAC costs less, but several times what looking it up does. What is remembered is only that these very bytes were signed under this very key: `exp`, `nbf`, revocation
//! and every other rule are for the caller to apply on each request, hit or not.

mod clock;
mod seen;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, OnceLock};

use ahash::RandomState;

use crate::{Algorithm, Contents, VerifiedToken, VerifierId};
use clock::Clock;
use seen::Seen;

/// The longest that a token is remembered, in seconds.
const LONGEST_LIFE: u64 = 300;

/// How often the cache helped, since it was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Look-ups that found the token verified under the key that was asked for.
    pub hits: u64,
    /// Look-ups that did not.
    pub misses: u64,
    /// Entries that made room for others before their time was up.
    pub evictions: u64,
}

/// A bounded memory of verified tokens, for one worker.
///
/// A token of an asymmetric algorithm is kept at once. One with a MAC is kept when it comes a second time, since keeping
/// it costs as much as verifying it did. The whole token is compared on a look-up, so a hash that collides costs a miss
/// and nothing else.
pub struct VerifiedTokens {
    entries: Clock<Entry>,
    places: HashMap<u64, usize, BuildHasherDefault<Hashed>>,
    /// Tokens with a MAC that are not kept yet.
    seen: Seen,
    capacity: usize,
    bytes: usize,
    counters: Counters,
}

/// A token that was verified before, by its exact bytes.
///
/// The contents are those of the bytes, under whichever key they were verified; they say which key has to be asked
/// about with [`Remembered::is_verified_by`].
pub struct Remembered<'c> {
    entry: &'c Entry,
    counters: &'c mut Counters,
}

struct Entry {
    hash: u64,
    token: Box<[u8]>,
    contents: Arc<Contents>,
    verifier: VerifierId,
    expires: u64,
}

impl VerifiedTokens {
    /// A cache that holds at most `capacity` bytes, its own book-keeping included. None are kept at 0.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        VerifiedTokens {
            entries: Clock::default(),
            places: HashMap::default(),
            seen: Seen::default(),
            capacity,
            bytes: 0,
            counters: Counters::default(),
        }
    }

    /// The contents of exactly this token, if it was verified under this key and may still be believed at `now`
    /// (seconds since 1970).
    pub fn get(&mut self, verifier: VerifierId, token: &[u8], now: u64) -> Option<Arc<Contents>> {
        let mut remembered = self.find(token, now)?;
        remembered.is_verified_by(verifier).then(|| Arc::clone(remembered.contents()))
    }

    /// The token of exactly these bytes, before it is known which key it should be verified with: saves parsing it
    /// only to learn whose it is.
    pub fn find(&mut self, token: &[u8], now: u64) -> Option<Remembered<'_>> {
        let hash = hash_of(token);
        let place = self.places.get(&hash).copied().filter(|&place| {
            self.entries.peek(place).is_some_and(|entry| *entry.token == *token && entry.expires > now)
        });
        match place.and_then(|place| self.entries.touch(place)) {
            Some(entry) => Some(Remembered { entry, counters: &mut self.counters }),
            None => {
                self.counters.misses += 1;
                None
            }
        }
    }

    /// Remembers a token for at most 300 seconds and no longer than its `exp`. One of HS* has to come twice, and one that
    /// is larger than a quarter of the cache is not kept.
    pub fn insert(&mut self, token: &VerifiedToken<'_>, now: u64) {
        let hash = hash_of(token.raw());
        if token.contents().algorithm().is_some_and(Algorithm::is_symmetric) && !self.seen.meet(hash) {
            return;
        }
        let expires = expiry(token.contents(), now);
        let entry = Entry {
            hash,
            token: token.raw().into(),
            contents: Arc::clone(token.contents()),
            verifier: token.verifier(),
            expires,
        };
        let cost = entry.cost();
        if expires <= now || cost > self.capacity / 4 {
            return;
        }
        if let Some(place) = self.places.get(&hash).copied() {
            self.remove(place);
        }
        while self.bytes + cost > self.capacity {
            let Some(place) = self.entries.victim(|entry| entry.expires <= now) else { return };
            let early = self.remove(place).is_some_and(|removed| removed.expires > now);
            self.counters.evictions += u64::from(early);
        }
        self.bytes += cost;
        self.places.insert(hash, self.entries.insert(entry));
    }

    /// How often it helped.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// The number of tokens.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether nothing is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The bytes in use.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn remove(&mut self, place: usize) -> Option<Entry> {
        let entry = self.entries.remove(place)?;
        self.places.remove(&entry.hash);
        self.bytes -= entry.cost();
        Some(entry)
    }
}

impl Remembered<'_> {
    /// Header and claims.
    #[must_use]
    pub fn contents(&self) -> &Arc<Contents> {
        &self.entry.contents
    }

    /// Which key it was verified with.
    #[must_use]
    pub fn verifier(&self) -> VerifierId {
        self.entry.verifier
    }

    /// Whether the signature was right under this key. The token is to be parsed and verified if not.
    pub fn is_verified_by(&mut self, verifier: VerifierId) -> bool {
        let hit = self.entry.verifier == verifier;
        if hit {
            self.counters.hits += 1;
        } else {
            self.counters.misses += 1;
        }
        hit
    }
}

impl Entry {
    /// What the entry takes: the token, what was parsed of it, the entry itself and its line in the table.
    fn cost(&self) -> usize {
        const TABLE_LINE: usize = size_of::<(u64, usize)>() * 8 / 7 + 1;
        self.token.len()
            + self.contents.heap_bytes()
            + size_of::<Contents>()
            + 2 * size_of::<usize>()
            + clock::slot_size::<Entry>()
            + TABLE_LINE
    }
}

/// When a token is to be forgotten.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates, which is what is meant")]
fn expiry(contents: &Contents, now: u64) -> u64 {
    let exp = contents.exp().map_or(u64::MAX, |exp| exp as u64);
    exp.min(now.saturating_add(LONGEST_LIFE))
}

/// Under keys that are drawn when the process starts, so that nobody outside can aim at a line of the table.
fn hash_of(token: &[u8]) -> u64 {
    static KEYS: OnceLock<RandomState> = OnceLock::new();
    KEYS.get_or_init(RandomState::new).hash_one(token)
}

/// Passes on what is a hash already.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        // Not reached by `u64`; right for anything else, if slow.
        self.0 = bytes.iter().fold(self.0, |hash, &byte| hash.rotate_left(8) ^ u64::from(byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
