//! `gibbon jwt mint`: a token from a secret or a private key.

#[cfg(test)]
mod tests;

use super::ask::{Ask, require};
use super::credential::{self, Signing};
use super::moment::Moment;
use super::secret::{self, Writing};
use super::{JwtError, algorithm, source};
use crate::cli::node::NodeArgs;
use crate::cli::{Failure, Verbosity};
use gibbon_jose::sign::Signer;
use gibbon_jose::{Algorithm, Verifier};
use serde_json::{Map, Value};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The life that is offered when nobody says.
const USUAL_LIFE: i64 = 600;

/// The options.
#[derive(Debug, Default, clap::Args)]
pub(super) struct Args {
    /// Signature algorithm; HS256 with a secret, else what the private key is usually for.
    #[arg(long, value_parser = algorithm)]
    alg: Option<Algorithm>,
    /// PEM file with the private key.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["secret", "secret_base64"])]
    key_file: Option<PathBuf>,
    /// Key of a stored credential that is marked `development_only`: its secret signs, and `iss` is the key.
    #[arg(long, value_name = "KEY", conflicts_with_all = ["key_file", "secret", "alg"])]
    credential: Option<String>,
    /// Shared secret; others on this machine can see it in the list of processes, so rather be asked.
    #[arg(long)]
    secret: Option<String>,
    /// The secret is base64url, as with `secret_is_base64` of the plugin.
    #[arg(long)]
    secret_base64: bool,
    /// Issuer, the claim `iss`: by default the key of the credential.
    #[arg(long)]
    iss: Option<String>,
    /// Life of the token in seconds; `exp` is so much later than now.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i64).range(1..=100_000_000_000))]
    exp_in: Option<i64>,
    /// Start of its validity: seconds since 1970, or `+SECONDS` or `-SECONDS` from now.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    nbf: Option<String>,
    /// Audience, the claim `aud`; may be given more than once.
    #[arg(long)]
    aud: Vec<String>,
    /// Subject, the claim `sub`.
    #[arg(long)]
    sub: Option<String>,
    /// Key id, in the header.
    #[arg(long)]
    kid: Option<String>,
    /// Another claim; the value is JSON, or else text. May be given more than once.
    #[arg(long = "claim", value_name = "NAME=VALUE", value_parser = member)]
    claims: Vec<(String, Value)>,
    /// Another member of the header, likewise.
    #[arg(long = "header", value_name = "NAME=VALUE", value_parser = member)]
    headers: Vec<(String, Value)>,
    /// Print the token and nothing else.
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    node: NodeArgs,
}

impl Args {
    /// The same options with what a stored credential stands for, if one is named.
    pub(super) fn with_credential(mut self, verbosity: Verbosity) -> Result<Self, Failure> {
        if let Some(key) = &self.credential {
            let Signing { algorithm, secret } = credential::find(key, &self.node, verbosity)?;
            self.alg = Some(algorithm);
            self.secret = Some(secret);
            self.iss = self.iss.or_else(|| Some(key.clone()));
        }
        Ok(self)
    }
}

/// What the token is signed with.
enum Key {
    Secret(Vec<u8>),
    Private(String),
}

pub(super) fn run(
    args: &Args,
    now: Moment,
    ask: &mut dyn Ask,
    out: &mut dyn Write,
    notes: &mut dyn Write,
) -> Result<(), JwtError> {
    let given = |name: &str| args.claims.iter().any(|(claim, _)| claim == name);
    let life = match args.exp_in {
        None if given("exp") => None,
        None => Some(ask_life(ask)?),
        life => life,
    };
    let signer = signer(args, &key(args, ask)?, notes)?;
    let iss = match &args.iss {
        None if given("iss") => None,
        None => Some(ask_iss(ask)?),
        iss => iss.clone(),
    };
    let claims = claims(args, now, life, iss)?;
    let token = signer.sign(&header(args), &Value::Object(claims.clone()).to_string())?;
    if !args.quiet {
        for name in ["iat", "exp"] {
            if let Some(time) = claims.get(name).and_then(Value::as_f64) {
                writeln!(out, "{name}: {} ({})", claims[name], Moment::of(time))?;
            }
        }
        writeln!(out)?;
    }
    writeln!(out, "{token}")?;
    Ok(())
}

/// The claims in the order in which people look for them; what `--claim` says wins.
fn claims(args: &Args, now: Moment, life: Option<i64>, iss: Option<String>) -> Result<Map<String, Value>, JwtError> {
    let audience = match args.aud.as_slice() {
        [] => None,
        [one] => Some(Value::from(one.as_str())),
        several => Some(Value::from(several)),
    };
    let nbf = args.nbf.as_deref().map(|time| moment(time, now)).transpose()?;
    let named = [
        ("iss", iss.map(Value::from)),
        ("sub", args.sub.as_deref().map(Value::from)),
        ("aud", audience),
        ("iat", Some(now.0.into())),
        ("nbf", nbf.map(|moment| moment.0.into())),
        ("exp", life.map(|life| now.plus(life).0.into())),
    ];
    let named = named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Ok(named.chain(args.claims.iter().cloned()).collect())
}

fn header(args: &Args) -> Map<String, Value> {
    let kid = args.kid.as_deref().map(|kid| ("kid".to_owned(), kid.into()));
    kid.into_iter().chain(args.headers.iter().cloned()).collect()
}

fn key(args: &Args, ask: &mut dyn Ask) -> Result<Key, JwtError> {
    let writing = Writing::of(args.secret_base64);
    match (&args.key_file, &args.secret) {
        (Some(path), _) => Ok(Key::Private(source::file(path)?)),
        (None, Some(secret)) => Ok(Key::Secret(secret::bytes(secret, writing)?)),
        (None, None) => ask_key(args, ask, writing),
    }
}

fn ask_key(args: &Args, ask: &mut dyn Ask, writing: Writing) -> Result<Key, JwtError> {
    let ask = require(ask, "the key", "--secret` or `--key-file")?;
    if args.alg.is_none_or(secret::serves) {
        let answer = ask.hidden("Secret (not shown; leave it empty to name a private key file): ")?;
        if !answer.is_empty() {
            return Ok(Key::Secret(secret::bytes(&answer, writing)?));
        }
    }
    let path = ask.line("Private key file (PEM): ")?;
    Ok(Key::Private(source::file(Path::new(path.trim()))?))
}

fn ask_life(ask: &mut dyn Ask) -> Result<i64, JwtError> {
    let answer = require(ask, "the life of the token", "--exp-in")?.line("Life in seconds [600]: ")?;
    match answer.trim() {
        "" => Ok(USUAL_LIFE),
        number => match number.parse() {
            Ok(life @ 1..=100_000_000_000) => Ok(life),
            _ => Err(JwtError::Answer(format!("`{number}` is no number of seconds above zero"))),
        },
    }
}

fn ask_iss(ask: &mut dyn Ask) -> Result<String, JwtError> {
    let ask = require(ask, "the issuer", "--iss")?;
    Ok(ask.line("Issuer (`iss`, the key of the credential): ")?.trim().to_owned())
}

fn signer(args: &Args, key: &Key, notes: &mut dyn Write) -> Result<Signer, JwtError> {
    match key {
        Key::Secret(secret) => {
            let algorithm = args.alg.unwrap_or(Algorithm::HS256);
            if let Some(weakness) = Verifier::from_secret(algorithm, secret)?.weakness() {
                writeln!(notes, "Warning: {weakness}")?;
            }
            Ok(Signer::from_secret(algorithm, secret)?)
        }
        Key::Private(pem) => {
            let algorithm = args.alg.map_or_else(|| Signer::default_algorithm(pem), Ok)?;
            Ok(Signer::from_pem(algorithm, pem)?)
        }
    }
}

/// `name=value`, where the value is JSON, or text that is no JSON.
fn member(argument: &str) -> Result<(String, Value), String> {
    let (name, value) = argument.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or("no `NAME=VALUE`")?;
    Ok((name.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| value.into())))
}

/// A moment by its number or by its distance from now.
fn moment(time: &str, now: Moment) -> Result<Moment, JwtError> {
    let number = time.parse::<i64>();
    match number {
        Ok(distance) if time.starts_with(['+', '-']) => Ok(now.plus(distance)),
        Ok(number) => Ok(Moment(number)),
        Err(_) => Err(JwtError::Answer(format!("`{time}` is no time: seconds since 1970, or +SECONDS from now"))),
    }
}
