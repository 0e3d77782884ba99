//! What a server has said before, for as long as it is believed: nobody has to be asked twice in a minute.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

use super::claim::Claim;
use super::server::Verdict;
use crate::recent::{Digest, Recent};

/// The answers of one worker. Each is a keyed digest, so that no password is kept; wrong ones have a place of their own,
/// so that guessing pushes out no right one.
pub(super) struct Answers {
    key: [u8; 32],
    right: Recent,
    wrong: Recent,
}

impl Answers {
    pub(super) fn new() -> Self {
        let (mut key, half) = ([0; 32], 16);
        for part in key.chunks_mut(half) {
            part.copy_from_slice(Uuid::new_v4().as_bytes());
        }
        Self { key, right: Recent::new(), wrong: Recent::new() }
    }

    /// What stands for a claim at the server of an instance. `None` cannot happen: a key may have any length.
    pub(super) fn digest(&self, instance: Uuid, claim: &Claim) -> Option<Digest> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).ok()?;
        mac.update(instance.as_bytes());
        // What stands where must be told apart.
        mac.update(&(claim.username.len() as u64).to_be_bytes());
        mac.update(claim.username.as_bytes());
        mac.update(claim.password.as_bytes());
        Some(mac.finalize().into_bytes().into())
    }

    /// What is known at `now`.
    pub(super) fn find(&self, digest: &Digest, now: i64) -> Option<Verdict> {
        let right = self.right.contains(digest, now).then_some(Verdict::Right);
        right.or_else(|| self.wrong.contains(digest, now).then_some(Verdict::Wrong))
    }

    /// The server has said so, and is believed until then.
    pub(super) fn remember(&self, digest: Digest, verdict: Verdict, until: i64) {
        match verdict {
            Verdict::Right => self.right.insert(digest, until),
            Verdict::Wrong => self.wrong.insert(digest, until),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(username: &str, password: &str) -> Claim {
        Claim { username: username.to_owned(), password: password.to_owned() }
    }

    #[test]
    fn an_answer_holds_for_one_claim_at_one_server_for_its_time() {
        let (answers, instance) = (Answers::new(), Uuid::from_u128(1));
        let digest = |instance, username, password| answers.digest(instance, &claim(username, password)).unwrap();
        answers.remember(digest(instance, "ann", "secret"), Verdict::Right, 100);
        answers.remember(digest(instance, "ann", "wrong"), Verdict::Wrong, 100);
        let find = |digest: Digest, now| answers.find(&digest, now);
        assert_eq!(find(digest(instance, "ann", "secret"), 99), Some(Verdict::Right));
        assert_eq!(find(digest(instance, "ann", "wrong"), 99), Some(Verdict::Wrong));
        assert_eq!(find(digest(instance, "ann", "secret"), 100), None);
        assert_eq!(find(digest(instance, "anns", "ecret"), 99), None);
        assert_eq!(find(digest(Uuid::from_u128(2), "ann", "secret"), 99), None);
        assert_ne!(Answers::new().digest(instance, &claim("ann", "secret")), Some(digest(instance, "ann", "secret")));
    }
}
