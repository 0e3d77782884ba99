//! `PUT /upstreams/<upstream>/targets/<target>[/<address>]/healthy` and `…/unhealthy`: what is said about a target, which
//! holds on every node of the database.

use std::net::{IpAddr, SocketAddr};

use gibbon_balancer::health::Health;
use gibbon_entities::target::TargetAddress;
use gibbon_runtime::Snapshot;
use gibbon_runtime::live::NoChecks;
use http::{Method, StatusCode};
use serde_json::Value;
use uuid::Uuid;

use crate::answer::Answer;
use crate::api::AdminApi;
use crate::crud::{Place, Reader, require, require_below};
use crate::error::ApiError;
use crate::references::id_of;
use crate::request::Request;

/// A target of an upstream.
const TARGET: Place = Place::Child { parent: "upstreams", field: "upstream", kind: "targets" };

/// What begins a word about a target.
const TOPIC: &str = "target_health";

/// What a word says where all addresses of a target are meant.
const EVERYWHERE: &str = "*";

/// What is said about a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Verdict {
    upstream: Uuid,
    target: Uuid,
    /// One of its addresses; `None` for all.
    address: Option<SocketAddr>,
    health: Health,
}

/// Sets the verdict on the addresses of a target, or on one.
pub(crate) async fn set(
    api: &AdminApi,
    request: &Request,
    parameters: &[String],
    health: Health,
) -> Result<Answer, ApiError> {
    let [upstream, target, address @ ..] = parameters else { return Err(ApiError::NotFound) };
    if request.method != Method::PUT {
        return Err(ApiError::MethodNotAllowed);
    }
    let mut reader = Reader::Store(&**api.configuration.store());
    let definitions = api.configuration.definitions();
    let (_, id, record) = require(&mut reader, definitions, "upstreams", upstream).await?;
    let target = require_below(&mut reader, definitions, TARGET, &[upstream.clone(), target.clone()]).await?;
    let address = address.first().map(|text| socket_address(text)).transpose()?.flatten();
    let target = id_of(&target).ok_or(ApiError::NotFound)?;
    let verdict = Verdict { upstream: id, target, address, health };
    match verdict.hold(&api.configuration.snapshot()).ok_or(ApiError::NotFound)? {
        Ok(()) => {
            api.configuration.store().tell(&verdict.word()).await?;
            Ok(Answer::no_content())
        }
        Err(NoChecks) => {
            let name = record.get("name").and_then(Value::as_str).unwrap_or_default();
            Ok(Answer::message(StatusCode::BAD_REQUEST, format!("no healthchecker found for {name}")))
        }
    }
}

/// Does what another node has told this one, if it is about a target.
pub(crate) fn hear(snapshot: &Snapshot, word: &str) {
    // A target that this node does not have (yet), or that nothing checks here: there is nothing to hold.
    let _ = Verdict::heard(word).map(|verdict| verdict.hold(snapshot));
}

impl Verdict {
    /// Makes it hold on this node; `None` where there is no such upstream.
    fn hold(&self, snapshot: &Snapshot) -> Option<Result<(), NoChecks>> {
        Some(snapshot.pools.get(self.upstream)?.force(self.target, self.address, self.health))
    }

    fn word(&self) -> String {
        let address = self.address.map_or_else(|| EVERYWHERE.to_owned(), |address| address.to_string());
        let health = match self.health {
            Health::Healthy => "healthy",
            Health::Unhealthy => "unhealthy",
        };
        format!("{TOPIC} {} {} {address} {health}", self.upstream, self.target)
    }

    fn heard(word: &str) -> Option<Self> {
        let parts: Vec<&str> = word.split(' ').collect();
        let [TOPIC, upstream, target, address, health] = parts[..] else { return None };
        Some(Self {
            upstream: upstream.parse().ok()?,
            target: target.parse().ok()?,
            address: if address == EVERYWHERE { None } else { Some(address.parse().ok()?) },
            health: match health {
                "healthy" => Health::Healthy,
                "unhealthy" => Health::Unhealthy,
                _ => return None,
            },
        })
    }
}

/// The address that a path names; none where it names a host, which all addresses of a target have in common.
fn socket_address(text: &str) -> Result<Option<SocketAddr>, ApiError> {
    let address: TargetAddress = text.parse().map_err(|error| ApiError::BadRequest(format!("{error}")))?;
    Ok(address.host.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, address.port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_nodes_hear_what_was_said() {
        for (address, health) in [
            (None, Health::Healthy),
            (Some("192.0.2.1:80".parse().unwrap()), Health::Unhealthy),
            (Some("[2001:db8::1]:80".parse().unwrap()), Health::Unhealthy),
        ] {
            let verdict = Verdict { upstream: Uuid::new_v4(), target: Uuid::new_v4(), address, health };
            assert_eq!(Verdict::heard(&verdict.word()), Some(verdict));
        }
    }

    #[test]
    fn words_about_something_else_mean_nothing() {
        for word in ["", "log_level debug 60", "target_health", "target_health a b * healthy"] {
            assert_eq!(Verdict::heard(word), None, "{word}");
        }
    }
}
