//! `gibbon jwt verify`: would a gateway with this key believe this token, and if not, why.

#[cfg(test)]
mod tests;

use super::moment::Moment;
use super::secret::{self, Match, Writing};
use super::{JwtError, algorithm, source};
use gibbon_jose::json::{JsonObject, JsonValue};
use gibbon_jose::{Algorithm, Limits, PublicKey, SignatureError, Token, Verifier};
use std::io::Write;

/// The options.
#[derive(Debug, Default, clap::Args)]
#[command(group = clap::ArgGroup::new("key").required(true))]
pub(super) struct Args {
    /// The token; from standard input where it is `-` or not given.
    token: Option<String>,
    /// Shared secret.
    #[arg(long, group = "key")]
    secret: Option<String>,
    /// The secret is base64url, as with `secret_is_base64` of the plugin.
    #[arg(long, conflicts_with_all = ["public_key", "jwk"])]
    secret_base64: bool,
    /// PEM file with the public key, or the PEM itself.
    #[arg(long, value_name = "FILE", group = "key", allow_hyphen_values = true)]
    public_key: Option<String>,
    /// File with a JWK, or the JWK itself.
    #[arg(long, value_name = "FILE", group = "key")]
    jwk: Option<String>,
    /// Algorithm of the credential; HS256 with a secret, else what the key is usually for.
    #[arg(long, value_parser = algorithm)]
    alg: Option<Algorithm>,
    /// Claims to check, as `claims_to_verify` of the plugin.
    #[arg(long, value_delimiter = ',', value_enum)]
    claims: Vec<Claim>,
    /// Longest remaining life in seconds, as `maximum_expiration` of the plugin.
    #[arg(long, value_name = "SECONDS")]
    max_life: Option<u32>,
}

impl Args {
    pub(super) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }
}

/// The claims that the plugin knows how to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Claim {
    Exp,
    Nbf,
}

/// What came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Valid,
    Invalid,
}

pub(super) fn run(args: &Args, now: Moment, raw: &str, out: &mut dyn Write) -> Result<Verdict, JwtError> {
    let verifier = verifier(args)?;
    if let Some(weakness) = verifier.weakness() {
        writeln!(out, "warning: {weakness}")?;
    }
    match objection(args, now, raw, &verifier) {
        None => {
            writeln!(out, "valid: the {} signature is right{}", verifier.algorithm(), checked(args))?;
            Ok(Verdict::Valid)
        }
        Some(reason) => {
            writeln!(out, "invalid: {reason}")?;
            Ok(Verdict::Invalid)
        }
    }
}

fn verifier(args: &Args) -> Result<Verifier, JwtError> {
    if let Some(secret) = &args.secret {
        let bytes = secret::bytes(secret, Writing::of(args.secret_base64))?;
        return Ok(Verifier::from_secret(args.alg.unwrap_or(Algorithm::HS256), &bytes)?);
    }
    if let Some(jwk) = &args.jwk {
        let jwk = serde_json::from_str(&source::key_text(jwk)?).map_err(JwtError::Jwk)?;
        return Ok(Verifier::from_jwk(args.alg, &jwk)?);
    }
    // The parser of the options has seen to it that there is one of the three.
    let key = PublicKey::from_pem(&source::key_text(args.public_key.as_deref().unwrap_or_default())?)?;
    Ok(Verifier::from_public_key(args.alg.unwrap_or(key.default_algorithm()), &key)?)
}

/// Why the token is not to be believed, in the order in which the plugin finds out.
fn objection(args: &Args, now: Moment, raw: &str, verifier: &Verifier) -> Option<String> {
    let token = match Token::parse(raw.as_bytes(), &Limits::default()) {
        Ok(token) => token,
        Err(error) => return Some(format!("{error} (the gateway answers `Bad token; {}`)", error.kong_reason())),
    };
    let hint = hint(args, &token);
    let verified = match token.verify(verifier) {
        Ok(verified) => verified,
        Err(error @ SignatureError::Algorithm { token, .. }) => {
            return Some(format!("{error}; give `--alg {token}` if that is what the credential says"));
        }
        Err(error) => return Some(format!("{error}{hint}")),
    };
    let claims = verified.claims();
    let mut objections =
        args.claims.iter().filter_map(|claim| claim_objection(*claim, claims, now)).collect::<Vec<_>>();
    if objections.is_empty() {
        objections.extend(args.max_life.and_then(|longest| life_objection(longest, claims, now)));
    }
    (!objections.is_empty()).then(|| objections.join("; "))
}

/// What else a wrong signature may be, of a secret.
fn hint(args: &Args, token: &Token<'_>) -> &'static str {
    let Some(secret) = &args.secret else { return "" };
    match secret::matching(token, secret, Writing::of(args.secret_base64)) {
        Match::Decoded => {
            "; it does with the secret decoded from base64, as jwt.io does with its box ticked: untick it, or see `--secret-base64`"
        }
        Match::Undecoded => "; it does with the text of the secret: leave out `--secret-base64`",
        Match::AsGiven | Match::No => "",
    }
}

/// A token is over at `exp` and begins at `nbf`, both without leeway, as in the plugin.
#[expect(clippy::cast_precision_loss, reason = "moments of today are far below 2^53")]
fn claim_objection(claim: Claim, claims: &JsonObject, now: Moment) -> Option<String> {
    let name = match claim {
        Claim::Exp => "exp",
        Claim::Nbf => "nbf",
    };
    let Some(JsonValue::Number(number)) = claims.get(name) else {
        return Some(format!("`{name}` must be a number"));
    };
    let time = number.as_f64();
    let span = Moment::of(time).distance(now);
    match claim {
        Claim::Exp if time <= now.0 as f64 => Some(format!("token expired {span} ago")),
        Claim::Nbf if time > now.0 as f64 => Some(format!("token not valid for another {span}")),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "moments of today are far below 2^53")]
fn life_objection(longest: u32, claims: &JsonObject, now: Moment) -> Option<String> {
    // The plugin takes 0 for no limit.
    let left = claims.get_number("exp").map_or(f64::INFINITY, |exp| exp - now.0 as f64);
    (longest > 0 && left > f64::from(longest))
        .then(|| format!("`exp` exceeds the maximum allowed expiration of {longest} s"))
}

fn checked(args: &Args) -> &'static str {
    if args.claims.is_empty() && args.max_life.is_none() {
        " (no claims were checked: see `--claims`)"
    } else {
        ", and the claims are in order"
    }
}
