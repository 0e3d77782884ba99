//! An upstream: a name behind which several targets stand, and how requests are spread over them.

mod checks;
mod fields;
mod hashing;
mod health;
mod health_fields;

use std::str::FromStr;

use gibbon_schema::{EntityDef, Object, Schema};
use serde_json::Value;
use uuid::Uuid;

pub use hashing::HashInput;
pub use health::{ActiveChecks, HeaderValues, HealthProtocol, Healthy, PassiveChecks, Unhealthy};

use crate::body::{Body, BodyError, Switch, UnknownName};

/// How many slots an upstream has where the body does not say.
const SLOTS: u32 = 10_000;

/// The declaration of `upstreams`.
pub fn definition() -> EntityDef {
    EntityDef {
        name: "upstreams",
        collection: "upstreams",
        nested: "upstreams",
        endpoint_key: Some("name"),
        version: 1,
        schema: Schema::new(fields::fields()).entity_checks(checks::checks()).rewritten_by(agree),
    }
}

/// What is hashed and the algorithm say something about each other: who sets one need not set the other, and what
/// contradicts it gives way, as in Kong. An algorithm that hashes nothing counts for more than what would be hashed.
fn agree(body: &mut Object) {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let hash_on_is_null = body.get("hash_on").is_some_and(Value::is_null);
    let (name, value) = match (text("algorithm"), text("hash_on")) {
        (Some("least-connections" | "latency"), _) => ("hash_on", "none"),
        (_, Some("none")) => ("algorithm", "round-robin"),
        (_, Some(_)) => ("algorithm", "consistent-hashing"),
        (_, None) if hash_on_is_null => ("hash_on", "none"),
        _ => return,
    };
    body.insert(name.to_owned(), value.into());
}

/// How the target of a request is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// In turn, by weight.
    RoundRobin,
    /// By a hash of what [`Upstream::hash_on`] says.
    ConsistentHashing,
    /// The one with the fewest requests under way, by weight.
    LeastConnections,
    /// The one that has answered fastest of late.
    Latency,
}

impl Algorithm {
    /// Its name in configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RoundRobin => "round-robin",
            Self::ConsistentHashing => "consistent-hashing",
            Self::LeastConnections => "least-connections",
            Self::Latency => "latency",
        }
    }
}

impl FromStr for Algorithm {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let all = [Self::RoundRobin, Self::ConsistentHashing, Self::LeastConnections, Self::Latency];
        all.into_iter().find(|algorithm| algorithm.as_str() == name).ok_or(UnknownName)
    }
}

/// An upstream as the data plane keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Upstream {
    /// Its id.
    pub id: Uuid,
    /// Its name, which services have as their host.
    pub name: Box<str>,
    /// How a target is chosen.
    pub algorithm: Algorithm,
    /// What of a request is hashed.
    pub hash_on: HashInput,
    /// What is hashed where a request does not have that.
    pub hash_fallback: HashInput,
    /// How many slots the ring has.
    pub slots: u32,
    /// The checks that the gateway makes itself.
    pub active: ActiveChecks,
    /// What the answers to clients' requests tell.
    pub passive: PassiveChecks,
    /// The percentage of the weight that must be healthy; below it the whole upstream is not.
    pub threshold: f64,
    /// The host that targets are asked for, if it is not theirs.
    pub host_header: Option<Box<str>>,
    /// The certificate that targets are shown.
    pub client_certificate: Option<Uuid>,
    /// Whether the name that an SRV record gives is the host that a target is asked for.
    pub use_srv_name: bool,
    /// Its tags.
    pub tags: Vec<Box<str>>,
}

impl Upstream {
    /// Reads a prepared body.
    ///
    /// # Errors
    /// If the body is not one that [`definition`] prepared.
    pub fn from_body(body: &Object) -> Result<Self, BodyError> {
        let body = Body::new(body);
        let checks = body.record("healthchecks")?;
        Ok(Self {
            id: body.id()?,
            name: body.text("name")?.into(),
            algorithm: body.parsed_or("algorithm", Algorithm::RoundRobin)?,
            hash_on: hashing::read(body, "hash_on", &hashing::FIRST)?,
            hash_fallback: hashing::read(body, "hash_fallback", &hashing::SECOND)?,
            slots: body.integer("slots", SLOTS)?,
            active: ActiveChecks::read(checks.record("active")?)?,
            passive: PassiveChecks::read(checks.record("passive")?)?,
            threshold: checks.number("threshold", 0.0)?,
            host_header: body.boxed("host_header")?,
            client_certificate: body.reference("client_certificate")?,
            use_srv_name: body.boolean("use_srv_name", Switch::Off)?,
            tags: body.texts("tags")?,
        })
    }
}

#[cfg(test)]
mod tests;
