//! `gibbon jwt inspect`: what a token says, in words, and the mistakes that beginners make with it.

#[cfg(test)]
mod tests;

use super::JwtError;
use super::moment::Moment;
use super::secret::{self, Match, Writing};
use gibbon_jose::json::{JsonObject, JsonValue};
use gibbon_jose::{Limits, Token, base64url};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::Write;

/// A token that lives no longer than this was probably not meant to: `exp` is the time of making.
const NO_LIFE: f64 = 5.0;

/// Numbers from here on are milliseconds: as seconds they lie beyond the year 5000.
const MILLISECONDS: f64 = 1e11;

/// The options.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The token; from standard input where it is `-` or not given.
    token: Option<String>,
    /// Tell whether the token was signed with this secret, or with what it stands for in base64.
    #[arg(long)]
    secret: Option<String>,
    /// The secret is base64url, as with `secret_is_base64` of the plugin.
    #[arg(long, requires = "secret")]
    secret_base64: bool,
}

impl Args {
    pub(super) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }
}

pub(super) fn run(args: &Args, now: Moment, raw: &str, out: &mut dyn Write) -> Result<(), JwtError> {
    for (name, part) in ["header", "claims"].into_iter().zip(raw.split('.')) {
        writeln!(out, "{name}: {}\n", shown(part))?;
    }
    match Token::parse(raw.as_bytes(), &Limits::default()) {
        Ok(token) => {
            for line in times(token.claims(), now) {
                writeln!(out, "{line}")?;
            }
            writeln!(out, "{}", signature(args, &token))?;
        }
        Err(error) => {
            writeln!(out, "refused: {error}; the gateway answers `Bad token; {}`", error.kong_reason())?;
        }
    }
    Ok(())
}

/// One part of a token as text, whether it is right or wrong. What could steer a terminal is escaped.
fn shown(part: &str) -> String {
    let Ok(bytes) = base64url::decode(part.as_bytes()) else {
        return format!("not base64url: {}", part.escape_debug());
    };
    let pretty = serde_json::from_slice::<Value>(&bytes).and_then(|value| serde_json::to_string_pretty(&value));
    match pretty {
        Ok(json) => json.chars().fold(String::new(), |mut shown, character| {
            if character.is_control() && character != '\n' {
                let _ = write!(shown, "\\u{:04x}", u32::from(character));
            } else {
                shown.push(character);
            }
            shown
        }),
        Err(_) => format!("not JSON: {}", String::from_utf8_lossy(&bytes).escape_debug()),
    }
}

/// What there is to say about the times in a token, a line each.
fn times(claims: &JsonObject, now: Moment) -> Vec<String> {
    let mut lines = Vec::new();
    for name in ["iat", "nbf", "exp"] {
        match claims.get(name) {
            Some(JsonValue::Number(number)) => {
                let time = number.as_f64();
                lines.push(format!(
                    "{name}: {} = {}, {}",
                    number.as_str(),
                    Moment::of(time),
                    relation(name, time, now)
                ));
                if time >= MILLISECONDS {
                    lines.push(format!(
                        "  `{name}` looks like milliseconds. It is counted in seconds since 1970 UTC: {}.",
                        Moment::of(time / 1000.0)
                    ));
                }
            }
            Some(_) => {
                lines.push(format!("{name}: not a number, so the gateway answers `must be a number` where it checks"))
            }
            None if name == "exp" => lines.push("exp: absent, so the token never expires".to_owned()),
            None => {}
        }
    }
    lines.extend(no_life(claims));
    lines
}

/// How a time lies to now, in words.
fn relation(name: &str, time: f64, now: Moment) -> String {
    let moment = Moment::of(time);
    let span = moment.distance(now);
    // A gateway compares fractions as well: a token is over at `exp`, and begins at `nbf`.
    #[expect(clippy::cast_precision_loss, reason = "moments of today are far below 2^53")]
    let now = now.0 as f64;
    match name {
        "exp" if time <= now => format!("expired {span} ago"),
        "exp" => format!("expires in {span}"),
        "nbf" if time > now => format!("not valid for another {span}"),
        "nbf" => format!("valid since {span}"),
        _ if time > now => format!("made in the future: {span} from now"),
        _ => format!("made {span} ago"),
    }
}

/// The first trap: `exp` set to the time of making.
fn no_life(claims: &JsonObject) -> Option<String> {
    let (iat, exp) = (claims.get_number("iat")?, claims.get_number("exp")?);
    if exp - iat > NO_LIFE {
        return None;
    }
    let life = if exp < iat { "before" } else { "as" };
    Some(format!(
        "  The token expired {life} it was made: `exp` has to be the time of making (`iat`) plus the life in seconds."
    ))
}

/// What can be said of the signature; the second trap is a secret that was taken as base64.
fn signature(args: &Args, token: &Token<'_>) -> String {
    let algorithm = token.algorithm();
    let Some(secret) = &args.secret else {
        return format!("signature: {algorithm}, not checked");
    };
    if !secret::serves(algorithm) {
        return format!("signature: {algorithm}, which is made with a private key and not with a secret");
    }
    let found = match secret::matching(token, secret, Writing::of(args.secret_base64)) {
        Match::AsGiven => "made with this secret",
        Match::Decoded => {
            "made with this secret AFTER decoding it from base64, as jwt.io does when its box `secret base64 encoded` is \
             ticked.\n  The gateway takes the text as it is: untick the box, or set `secret_is_base64` on the plugin."
        }
        Match::Undecoded => {
            "made with the TEXT of this secret, not with what it stands for in base64.\n  With `secret_is_base64` the \
             gateway decodes it: tick `secret base64 encoded` at jwt.io, or leave `secret_is_base64` off."
        }
        Match::No => "NOT made with this secret",
    };
    format!("signature: {algorithm}, {found}")
}
