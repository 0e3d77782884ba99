//! `gibbon explain`: what a running gateway would make of a request, and why, in words for a terminal.

mod shown;

use std::io::Read as _;
use std::time::Duration;

use serde_json::{Map, Value, json};
use ureq::Agent;

use super::Failure;
use super::terminal::say;

/// How long the gateway may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The largest answer that is read, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// The options.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The request: a URL such as http://api.example/orders/42, or a path. Nothing is sent there.
    url: String,
    /// Its method.
    #[arg(short = 'X', long, value_name = "METHOD", default_value = "GET")]
    method: String,
    /// A header of it, such as `X-Tenant: acme`.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,
    /// Its bearer token; `-` reads it from the standard input, where no list of processes shows it.
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
    /// The address that it comes from.
    #[arg(long, value_name = "ADDRESS")]
    client_ip: Option<String>,
    /// The Admin API that is asked.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8001")]
    admin_url: String,
    /// A header for the Admin API, such as `Kong-Admin-Token: secret`.
    #[arg(long = "admin-header", value_name = "NAME: VALUE")]
    admin_headers: Vec<String>,
    /// Print the answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Why there is no explanation.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExplainError {
    /// A header was given without a value.
    #[error("`{0}` is no header; write it as `Name: value`")]
    Header(String),
    /// The token cannot be read.
    #[error("cannot read a token from the standard input: {0}")]
    Token(std::io::Error),
    /// The gateway cannot be asked.
    #[error("cannot ask `{url}`: {source}")]
    Request {
        /// What is asked.
        url: String,
        /// Why not.
        source: Box<ureq::Error>,
    },
    /// The gateway does not explain.
    #[error("`{url}` answers {status}: {text}")]
    Status {
        /// What is asked.
        url: String,
        /// The answer.
        status: u16,
        /// The beginning of its body.
        text: String,
    },
}

/// Prints an explanation. The status is 0 where the request would pass, and 1 where it would not.
pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let explained = ask(args)?;
    if args.json {
        say(&format!("{explained:#}"));
    } else {
        shown::lines(&explained).iter().for_each(|line| say(line));
    }
    if explained["outcome"]["passes"] == true { Ok(()) } else { Err(Failure::Said) }
}

fn ask(args: &Args) -> Result<Value, ExplainError> {
    let base = args.admin_url.trim_end_matches('/');
    let base = if base.contains("://") { base.to_owned() } else { format!("http://{base}") };
    let url = format!("{base}/explain");
    let failed = |source: ureq::Error| ExplainError::Request { url: url.clone(), source: Box::new(source) };
    let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).build();
    let mut request = Agent::from(config).post(&url).header("content-type", "application/json");
    for (name, value) in split(&args.admin_headers)? {
        request = request.header(name, value);
    }
    let mut answer = request.send(asked(args)?.to_string()).map_err(failed)?;
    let text = answer.body_mut().with_config().limit(LARGEST).read_to_string().map_err(failed)?;
    match (answer.status().as_u16(), serde_json::from_str(&text)) {
        (200, Ok(explained)) => Ok(explained),
        (status, _) => Err(ExplainError::Status { url, status, text: text.chars().take(200).collect() }),
    }
}

/// What the Admin API is asked.
fn asked(args: &Args) -> Result<Value, ExplainError> {
    let (scheme, rest) = args.url.split_once("://").unwrap_or(("http", &args.url));
    let (host, path) = match rest.find('/') {
        Some(slash) => rest.split_at(slash),
        None => (rest, "/"),
    };
    let mut headers: Map<String, Value> = Map::new();
    for (name, value) in split(&args.headers)? {
        match headers.get_mut(name) {
            Some(Value::Array(values)) => values.push(value.into()),
            _ => drop(headers.insert(name.to_owned(), json!([value]))),
        }
    }
    let mut asked = json!({ "method": args.method, "scheme": scheme, "path": path, "headers": headers });
    let given = [
        ("host", (!host.is_empty()).then(|| host.to_owned())),
        ("client_ip", args.client_ip.clone()),
        ("token", token(args)?),
    ];
    for (name, value) in given {
        if let Some(value) = value {
            asked[name] = value.into();
        }
    }
    Ok(asked)
}

fn token(args: &Args) -> Result<Option<String>, ExplainError> {
    if args.token.as_deref() != Some("-") {
        return Ok(args.token.clone());
    }
    let mut token = String::new();
    std::io::stdin().take(LARGEST).read_to_string(&mut token).map_err(ExplainError::Token)?;
    Ok(Some(token.trim().to_owned()))
}

fn split(headers: &[String]) -> Result<Vec<(&str, &str)>, ExplainError> {
    let one = |header: &'_ String| ExplainError::Header(header.clone());
    let pairs = headers.iter().map(|header| header.split_once(':').ok_or_else(|| one(header)));
    pairs.map(|pair| pair.map(|(name, value)| (name.trim(), value.trim()))).collect()
}
