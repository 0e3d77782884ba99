//! Tokens that one of several keys may have signed: those that an issuer publishes.

use std::sync::Arc;

use gibbon_jose::{Cost, SignatureError, Token, VerifiedToken, Verifier};
use gibbon_plugin_api::RequestCx;

use super::{Claimant, Jwt, JwtCredential, Patience, Progress, Refusal, Signers};
use crate::jwt::credential::SecretEncoding;
use crate::jwt::explain;
use crate::jwt::issuers::{Keyring, Lookup, Sources};
use crate::jwt::steps::Steps;
use crate::jwt::worker::JwtWorker;

impl JwtCredential {
    /// What its tokens are verified with.
    pub(super) fn signers<'c>(&'c self, encoding: SecretEncoding, sources: &Sources) -> Signers<'c> {
        self.keyring(encoding, sources).map_or(Signers::Credential(self), Signers::Keyring)
    }
}

impl Jwt {
    /// Verifies a token with the keys that it may have been signed with; where there are none, they may have to be
    /// fetched, once.
    pub(super) fn by_keyring(
        &self,
        cx: &RequestCx<'_>,
        worker: &JwtWorker,
        token: Token<'_>,
        (keyring, claimant): (&Keyring, Claimant),
        patience: Patience,
        steps: &mut impl Steps,
    ) -> Result<Progress, Refusal> {
        let kid = token.header().get_str("kid");
        let fetching = || if patience == Patience::Fresh { keyring.ask(kid.as_deref()) } else { None };
        let found = keyring.look_up(cx, kid.as_deref(), token.algorithm());
        steps.note(|| explain::key(kid.as_deref(), token.algorithm(), &found));
        let verifiers = match found {
            Lookup::Found(verifiers) => verifiers,
            Lookup::OtherAlgorithm => return Err(Refusal::WrongAlgorithm),
            Lookup::OutOfTime => return Err(Refusal::UnknownKid),
            Lookup::Unknown => return fetching().map(Progress::Fetching).ok_or(Refusal::UnknownKid),
            Lookup::Away => return Ok(fetching().map_or(Progress::KeysAway, Progress::Fetching)),
        };
        if verifiers.iter().any(|verifier| verifier.cost() == Cost::Slow) {
            drop(kid);
            return Ok(Progress::Slow(token.into_owned(), verifiers, claimant));
        }
        let verified = verify_with_any(&token, &verifiers);
        steps.note(|| explain::signature(verified.is_ok()));
        let verified = verified.map_err(|_| Refusal::WrongSignature)?;
        if patience != Patience::Unsent {
            keyring.confirm(cx, verified.verifier());
        }
        self.remember(cx, worker, &verified);
        self.signed(cx, verified.raw(), verified.contents(), claimant, patience, steps)
    }
}

/// Verifies a token with the one of several keys that has signed it.
pub(in crate::jwt) fn verify_with_any<'t>(
    token: &Token<'t>,
    verifiers: &[Arc<Verifier>],
) -> Result<VerifiedToken<'t>, SignatureError> {
    let found = verifiers.iter().find_map(|verifier| token.clone().verify(verifier).ok());
    found.ok_or(SignatureError::Mismatch)
}
