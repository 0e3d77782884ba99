//! Tokens that an issuer is asked about: those that are no JWT, and where that is configured all whose signature is right.

use std::sync::Arc;

use gibbon_jose::Contents;
use gibbon_plugin_api::RequestCx;

use super::{Claimant, Judged, Jwt, Owner, Patience, Progress, Refusal};
use crate::jwt::explain;
use crate::jwt::introspection::{self, Finding, Found, Introspection};
use crate::jwt::steps::Steps;

/// What an issuer is asked about.
pub(in crate::jwt) enum Asked {
    /// A token that only this issuer can read.
    Opaque(Arc<str>),
    /// A token that was read and whose signature is right.
    Signed(Arc<Contents>, Claimant),
}

impl Jwt {
    /// Goes on with a token whose signature is right.
    pub(super) fn signed(
        &self,
        cx: &RequestCx<'_>,
        raw: &[u8],
        contents: &Arc<Contents>,
        claimant: Claimant,
        patience: Patience,
        steps: &mut impl Steps,
    ) -> Result<Progress, Refusal> {
        match &self.introspection {
            Some(introspection) if introspection.confirms() => {
                let asked = Asked::Signed(Arc::clone(contents), claimant);
                self.look_up(cx, introspection, raw, asked, patience, steps)
            }
            _ => self.judge(cx, contents, claimant, steps).map(Progress::Done),
        }
    }

    /// Goes on with what is known of a token, or has an issuer asked.
    pub(super) fn look_up(
        &self,
        cx: &RequestCx<'_>,
        introspection: &Introspection,
        raw: &[u8],
        asked: Asked,
        patience: Patience,
        steps: &mut impl Steps,
    ) -> Result<Progress, Refusal> {
        let found = match patience {
            Patience::Unsent => introspection.known(raw, cx.now).map_or(Found::Away, Found::Known),
            Patience::Fresh | Patience::Used => introspection.find(raw, cx.client_ip, cx.now),
        };
        steps.note(|| introspection.step(if let Found::Known(finding) = &found { Some(finding) } else { None }));
        match found {
            Found::Known(finding) => self.found(cx, &finding, asked, steps).map(Progress::Done),
            Found::Asking(asking) => Ok(Progress::Asking(asking, asked)),
            Found::TooOften => Err(Refusal::AskedTooOften),
            Found::Away => Ok(Progress::IssuerAway),
        }
    }

    /// Judges a token of which an issuer has said whether it is good.
    pub(super) fn found(
        &self,
        cx: &RequestCx<'_>,
        finding: &Finding,
        asked: Asked,
        steps: &mut impl Steps,
    ) -> Result<Judged, Refusal> {
        match (finding, asked) {
            (Finding::Inactive, _) => Err(Refusal::Inactive),
            // What it says itself is signed, and counts.
            (Finding::Active(_), Asked::Signed(contents, claimant)) => self.judge(cx, &contents, claimant, steps),
            (Finding::Active(contents), Asked::Opaque(endpoint)) => {
                steps.read(None, self.issuer(contents));
                steps.note(|| explain::told(contents));
                let credential = introspection::credential(&endpoint, contents);
                self.judge(cx, contents, Claimant { owner: Owner::Stranger, credential, issuer: None }, steps)
            }
        }
    }
}
