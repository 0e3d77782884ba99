//! Health checks, as the data plane keeps them.

use std::str::FromStr;
use std::time::Duration;

use serde_json::Value;

use crate::body::{Body, BodyError, Switch, UnknownName};

/// A header with all its values.
pub type HeaderValues = (Box<str>, Vec<Box<str>>);

/// The checks that the gateway makes itself.
#[derive(Debug, Clone, PartialEq)]
pub struct ActiveChecks {
    /// What a check speaks.
    pub protocol: HealthProtocol,
    /// After how long it has failed.
    pub timeout: Duration,
    /// How many targets are checked at the same time.
    pub concurrency: u32,
    /// The path that it asks for.
    pub http_path: Box<str>,
    /// The host name that it asks for in the TLS handshake.
    pub https_sni: Option<Box<str>>,
    /// Whether the certificates of targets are verified.
    pub https_verify_certificate: bool,
    /// The headers that it carries.
    pub headers: Vec<HeaderValues>,
    /// The time between two checks of a healthy target; none for no checks.
    pub healthy_interval: Option<Duration>,
    /// The time between two checks of an unhealthy target; none for no checks.
    pub unhealthy_interval: Option<Duration>,
    /// What makes a target healthy.
    pub healthy: Healthy,
    /// What makes a target unhealthy.
    pub unhealthy: Unhealthy,
}

/// What the answers to clients' requests tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassiveChecks {
    /// What targets speak.
    pub protocol: HealthProtocol,
    /// What makes a target healthy.
    pub healthy: Healthy,
    /// What makes a target unhealthy.
    pub unhealthy: Unhealthy,
}

/// What makes a target healthy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Healthy {
    /// The statuses that count as successes.
    pub http_statuses: Vec<u16>,
    /// How many successes it takes; 0 if no number is enough.
    pub successes: u8,
}

/// What makes a target unhealthy. A number of 0 means that no number is enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unhealthy {
    /// The statuses that count as failures.
    pub http_statuses: Vec<u16>,
    /// How many failed connections it takes.
    pub tcp_failures: u8,
    /// How many timeouts.
    pub timeouts: u8,
    /// How many failures.
    pub http_failures: u8,
}

/// What health checks speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthProtocol {
    /// Nothing: that a connection can be made is enough.
    Tcp,
    /// HTTP in the clear.
    Http,
    /// HTTP over TLS.
    Https,
    /// gRPC in the clear.
    Grpc,
    /// gRPC over TLS.
    Grpcs,
}

impl FromStr for HealthProtocol {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Ok(match name {
            "tcp" => Self::Tcp,
            "http" => Self::Http,
            "https" => Self::Https,
            "grpc" => Self::Grpc,
            "grpcs" => Self::Grpcs,
            _ => return Err(UnknownName),
        })
    }
}

impl ActiveChecks {
    pub(super) fn read(body: Body<'_>) -> Result<Self, BodyError> {
        let (healthy, unhealthy) = (body.record("healthy")?, body.record("unhealthy")?);
        Ok(Self {
            protocol: body.parsed_or("type", HealthProtocol::Http)?,
            timeout: seconds(body, "timeout", 1.0)?,
            concurrency: body.integer("concurrency", 10)?,
            http_path: body.boxed("http_path")?.unwrap_or_else(|| "/".into()),
            https_sni: body.boxed("https_sni")?,
            https_verify_certificate: body.boolean("https_verify_certificate", Switch::On)?,
            headers: headers(body)?,
            healthy_interval: Some(seconds(healthy, "interval", 0.0)?).filter(|interval| !interval.is_zero()),
            unhealthy_interval: Some(seconds(unhealthy, "interval", 0.0)?).filter(|interval| !interval.is_zero()),
            healthy: Healthy::read(healthy)?,
            unhealthy: Unhealthy::read(unhealthy)?,
        })
    }
}

impl PassiveChecks {
    pub(super) fn read(body: Body<'_>) -> Result<Self, BodyError> {
        Ok(Self {
            protocol: body.parsed_or("type", HealthProtocol::Http)?,
            healthy: Healthy::read(body.record("healthy")?)?,
            unhealthy: Unhealthy::read(body.record("unhealthy")?)?,
        })
    }
}

impl Healthy {
    fn read(body: Body<'_>) -> Result<Self, BodyError> {
        Ok(Self { http_statuses: statuses(body)?, successes: body.integer("successes", 0)? })
    }
}

impl Unhealthy {
    fn read(body: Body<'_>) -> Result<Self, BodyError> {
        Ok(Self {
            http_statuses: statuses(body)?,
            tcp_failures: body.integer("tcp_failures", 0)?,
            timeouts: body.integer("timeouts", 0)?,
            http_failures: body.integer("http_failures", 0)?,
        })
    }
}

fn seconds(body: Body<'_>, field: &'static str, default: f64) -> Result<Duration, BodyError> {
    let seconds = body.number(field, default)?;
    Duration::try_from_secs_f64(seconds).map_err(|_| BodyError::Value { field, value: seconds.to_string() })
}

fn statuses(body: Body<'_>) -> Result<Vec<u16>, BodyError> {
    let read = |value: &Value| u16::try_from(value.as_u64()?).ok();
    let statuses: Option<Vec<u16>> = body.elements("http_statuses")?.iter().map(read).collect();
    statuses.ok_or(BodyError::Type { field: "http_statuses", expected: "an array of statuses" })
}

fn headers(body: Body<'_>) -> Result<Vec<HeaderValues>, BodyError> {
    let wrong = || BodyError::Type { field: "headers", expected: "a map of arrays of strings" };
    let Some(value) = body.get("headers") else { return Ok(Vec::new()) };
    let read = |(name, values): (&String, &Value)| {
        let values = crate::body::texts(values.as_array()?)?;
        Some((Box::from(name.as_str()), values))
    };
    value.as_object().ok_or_else(wrong)?.iter().map(|header| read(header).ok_or_else(wrong)).collect()
}
