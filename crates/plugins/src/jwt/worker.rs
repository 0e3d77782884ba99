//! What each worker keeps for the plugin: parsed keys and verified tokens, both bounded.

use std::cell::RefCell;
use std::sync::Arc;

use gibbon_jose::{VerifiedTokens, Verifier, VerifierId};

use super::counts::{Counts, Decided, LetThrough, TokenMemory, Verdict, Verdicts};
use super::credential::{JwtCredential, SecretEncoding};
use crate::series::{Known, Series};

/// The caches of one worker, shared by all configurations of the plugin.
pub(super) struct JwtWorker {
    keys: RefCell<ParsedKeys>,
    pub(super) tokens: RefCell<VerifiedTokens>,
    verdicts: Known<Decided, Arc<Series<Decided, Verdicts>>>,
    let_through: Known<LetThrough, Arc<Series<LetThrough, Verdicts>>>,
    memory: Option<Arc<Series<(), TokenMemory>>>,
}

impl JwtWorker {
    pub(super) fn new(verified_tokens_bytes: usize, counts: &Counts) -> Self {
        let memory = counts.memories.add(());
        if let Some(memory) = &memory {
            memory.value.capacity.set(verified_tokens_bytes as u64);
        }
        let tokens = RefCell::new(VerifiedTokens::new(verified_tokens_bytes));
        Self { keys: RefCell::default(), tokens, verdicts: Known::default(), let_through: Known::default(), memory }
    }

    /// Counts a request that passes and would have been refused.
    pub(super) fn count_let_through(&self, counts: &Counts, of: LetThrough, verdict: Verdict) {
        if let Some(verdicts) = self.let_through.get(of, |of| counts.let_through.add(*of)) {
            verdicts.value.add(verdict);
        }
    }

    /// Counts what became of a request, and how well the memory of tokens does.
    pub(super) fn count(&self, counts: &Counts, of: Decided, verdict: Verdict) {
        if let Some(verdicts) = self.verdicts.get(of, |of| counts.verdicts.add(of.clone())) {
            verdicts.value.add(verdict);
        }
        if let Some(memory) = &self.memory {
            memory.value.note(&self.tokens.borrow());
        }
    }

    /// The parsed key of a credential; `None` where it has none that can be used.
    pub(super) fn verifier(&self, credential: &JwtCredential, encoding: SecretEncoding) -> Option<Arc<Verifier>> {
        self.keys.borrow_mut().get(credential, encoding)
    }

    /// Which key a credential has, where that can be told without parsing a public key.
    pub(super) fn identity(&self, credential: &JwtCredential, encoding: SecretEncoding) -> Option<VerifierId> {
        if credential.algorithm.is_symmetric() {
            return self.verifier(credential, encoding).map(|verifier| verifier.id());
        }
        credential.known_key()
    }
}

/// The sets of [`ParsedKeys`].
const SETS: usize = 256;

/// The keys in one set.
const WAYS: usize = 4;

/// The keys that were parsed last, at most 1,024 of them: up to 3 KB each. (A million credentials with parsed keys
/// would take gigabytes, in every worker.)
///
/// Which set a credential belongs to follows from its serial number, and numbers are given one after the other, so the
/// sets fill evenly. In a set the key that was used last stands first, and the last one makes room.
struct ParsedKeys {
    sets: Vec<[Option<ParsedKey>; WAYS]>,
}

struct ParsedKey {
    credential: u64,
    encoding: SecretEncoding,
    /// `None` for a key that cannot be used, lest it be parsed on every request.
    verifier: Option<Arc<Verifier>>,
}

impl Default for ParsedKeys {
    fn default() -> Self {
        let empty = || [const { None }; WAYS];
        Self { sets: std::iter::repeat_with(empty).take(SETS).collect() }
    }
}

impl ParsedKeys {
    fn get(&mut self, credential: &JwtCredential, encoding: SecretEncoding) -> Option<Arc<Verifier>> {
        let serial = credential.serial();
        let is_wanted = |key: &Option<ParsedKey>| {
            key.as_ref().is_some_and(|key| key.credential == serial && key.encoding == encoding)
        };
        let set = self.sets.get_mut(usize::try_from(serial).unwrap_or_default() % SETS)?;
        match set.iter().position(is_wanted) {
            Some(place) => set.get_mut(..=place)?.rotate_right(1),
            None => {
                set.rotate_right(1);
                let verifier = credential.verifier(encoding).map(Arc::new);
                *set.first_mut()? = Some(ParsedKey { credential: serial, encoding, verifier });
            }
        }
        set.first()?.as_ref()?.verifier.clone()
    }
}

#[cfg(test)]
mod tests {
    use gibbon_jose::Algorithm;
    use uuid::Uuid;

    use super::*;

    fn credential(secret: &str) -> JwtCredential {
        JwtCredential::new(Uuid::nil(), Uuid::nil(), Algorithm::HS256, Some(secret), None)
    }

    fn is_kept(keys: &mut ParsedKeys, credential: &JwtCredential, first: &Arc<Verifier>) -> bool {
        Arc::ptr_eq(&keys.get(credential, SecretEncoding::Plain).unwrap(), first)
    }

    #[test]
    fn a_key_is_parsed_once_for_each_way_of_reading_it() {
        let mut keys = ParsedKeys::default();
        let credential = credential("c2VjcmV0");
        let plain = keys.get(&credential, SecretEncoding::Plain).unwrap();
        let decoded = keys.get(&credential, SecretEncoding::Base64Url).unwrap();
        assert_ne!(plain.id(), decoded.id());
        assert!(is_kept(&mut keys, &credential, &plain));
    }

    #[test]
    fn equal_records_that_were_loaded_twice_do_not_share_a_place() {
        let mut keys = ParsedKeys::default();
        let first = keys.get(&credential("secret"), SecretEncoding::Plain).unwrap();
        assert!(!is_kept(&mut keys, &credential("secret"), &first));
    }

    #[test]
    fn what_is_used_stays_while_any_number_of_others_come_and_go() {
        let mut keys = ParsedKeys::default();
        let used = credential("used");
        let first = keys.get(&used, SecretEncoding::Plain).unwrap();
        for _ in 0..3 * SETS * WAYS {
            keys.get(&credential("other"), SecretEncoding::Plain);
            assert!(is_kept(&mut keys, &used, &first));
        }
    }

    #[test]
    fn what_is_not_used_makes_room() {
        let mut keys = ParsedKeys::default();
        let unused = credential("unused");
        let first = keys.get(&unused, SecretEncoding::Plain).unwrap();
        for _ in 0..2 * SETS * WAYS {
            keys.get(&credential("other"), SecretEncoding::Plain);
        }
        assert!(!is_kept(&mut keys, &unused, &first));
    }

    #[test]
    fn a_key_that_cannot_be_used_is_none() {
        let broken = credential("not+base64url");
        assert!(ParsedKeys::default().get(&broken, SecretEncoding::Base64Url).is_none());
    }
}
