//! Proofs of possession (RFC 9449 section 4): a token that the client makes for one request and signs with the key that its
//! access token is bound to.

use std::borrow::Cow;

use aws_lc_rs::digest::{SHA256, digest};
use gibbon_jose::json::JsonObject;
use gibbon_jose::{Algorithm, Cost, JwkSet, Limits, Policy, PublishedKey, Token, base64url};
use gibbon_plugin_api::RequestCx;
use http::Uri;
use http::header::AUTHORIZATION;

use super::{NotBound, Proofs};
use crate::jwt::replay::Taken;

/// How old a proof may be in seconds, and by how much clocks may differ.
const LIFE: i64 = 120;
const LEEWAY: i64 = 10;

/// The longest proof, in bytes.
const LONGEST: usize = 4096;

/// What proofs may be signed with: what a worker can verify between two requests.
pub(in crate::jwt) const ALGORITHMS: [Algorithm; 4] =
    [Algorithm::ES256, Algorithm::EdDSA, Algorithm::PS256, Algorithm::RS256];

/// Whether the request carries a proof by the key with this thumbprint, for this request and this token.
pub(super) fn check(cx: &RequestCx<'_>, thumbprint: &str, seen: &Proofs) -> Result<(), NotBound> {
    let token = presented(cx).next().ok_or(NotBound::NoProof)?;
    let mut proofs = cx.head.headers.all("dpop");
    let proof = proofs.next().ok_or(NotBound::NoProof)?;
    if proofs.next().is_some() {
        return Err(NotBound::BadProof);
    }
    let claims = verified(proof, thumbprint).ok_or(NotBound::BadProof)?;
    let text = |name: &str| claims.get_str(name).ok_or(NotBound::BadProof);
    let is_for_this = *text("htm")? == *cx.head.method.as_str()
        && is_of(&text("htu")?, cx)
        && *text("ath")? == base64url::encode(digest(&SHA256, token).as_ref());
    let made_at = claims.get_number("iat").ok_or(NotBound::BadProof)?;
    let now = cx.now as f64;
    let is_fresh = made_at <= now + LEEWAY as f64 && made_at > now - LIFE as f64;
    if !is_for_this || !is_fresh {
        return Err(NotBound::BadProof);
    }
    let name = text("jti")?;
    let until = cx.now + LIFE + LEEWAY;
    let is_new = name.len() <= 256 && seen.take(thumbprint, &name, until, cx.now) == Taken::First;
    if is_new { Ok(()) } else { Err(NotBound::Replayed) }
}

/// The tokens behind `DPoP` in `Authorization`; a request with different ones is refused before it is asked for a proof.
pub(in crate::jwt) fn presented<'r>(cx: &'r RequestCx<'_>) -> impl Iterator<Item = &'r [u8]> {
    cx.head.headers.all(AUTHORIZATION).filter_map(behind_dpop)
}

fn behind_dpop(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked(5)?;
    let token = token.trim_ascii();
    (scheme.eq_ignore_ascii_case(b"DPoP ") && !token.is_empty()).then_some(token)
}

/// The claims of a proof that the key with this thumbprint has signed.
fn verified(proof: &[u8], thumbprint: &str) -> Option<JsonObject> {
    let token = Token::parse(proof, &Limits { max_bytes: LONGEST, ..Limits::default() }).ok()?;
    let kind = token.header().get_str("typ")?;
    if !kind.eq_ignore_ascii_case("dpop+jwt") || !ALGORITHMS.contains(&token.algorithm()) {
        return None;
    }
    let jwk = serde_json::from_str(&key_text(token.header())?).ok()?;
    let key = PublishedKey::from_jwk(&jwk).ok()?;
    if key.thumbprint()? != thumbprint {
        return None;
    }
    let keys = JwkSet::from_iter([key]).bind(&Policy::only(token.algorithm()));
    let verifier = keys.keys().first()?.verifier();
    if verifier.cost() == Cost::Slow {
        return None;
    }
    token.verify(verifier).ok().map(|verified| verified.claims().clone())
}

/// The member `jwk` of a header, as JSON.
fn key_text(header: &JsonObject) -> Option<Cow<'_, str>> {
    let whole: serde_json::Value = serde_json::from_str(header.as_str()).ok()?;
    Some(whole.get("jwk").filter(|jwk| jwk.is_object())?.to_string().into())
}

/// Whether a URI is that of the request, without query and fragment. The scheme may be `https` although the gateway speaks the other
/// one: TLS may end before it.
fn is_of(uri: &str, cx: &RequestCx<'_>) -> bool {
    let Ok(uri) = uri.parse::<Uri>() else { return false };
    let scheme = uri.scheme_str().unwrap_or_default();
    let is_scheme = scheme == "https" || scheme == cx.connection.scheme.as_str();
    let Some(authority) = uri.authority() else { return false };
    let default = if scheme == "https" { ":443" } else { ":80" };
    let own = cx.head.host();
    let is_host = bare(authority.as_str(), default).eq_ignore_ascii_case(bare(own, default));
    is_scheme && is_host && uri.path() == cx.head.raw_path()
}

/// An authority without the port that it need not name.
fn bare<'a>(authority: &'a str, default: &str) -> &'a str {
    authority.strip_suffix(default).unwrap_or(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_stands_behind_its_scheme() {
        for (value, token) in [
            ("DPoP x", Some("x")),
            ("dpop x ", Some("x")),
            ("DPoP ", None),
            ("DPoPx", None),
            ("Bearer x", None),
            ("", None),
        ] {
            assert_eq!(behind_dpop(value.as_bytes()), token.map(str::as_bytes), "{value:?}");
        }
    }
}
