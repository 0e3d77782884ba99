//! How upstreams and targets are, in the words that clients read.

use std::time::Duration;

use gibbon_balancer::health::Health;
use gibbon_balancer::{Checks, Member};
use gibbon_runtime::Pool;
use gibbon_runtime::live::{Found, Located, View};
use serde_json::{Value, json};
use uuid::Uuid;

/// How long the answer waits for names that nobody has asked for yet.
const PATIENCE: Duration = Duration::from_secs(1);

const HEALTHY: &str = "HEALTHY";
const UNHEALTHY: &str = "UNHEALTHY";
/// Nothing checks it.
const OFF: &str = "HEALTHCHECKS_OFF";
/// It has no address.
const DNS_ERROR: &str = "DNS_ERROR";

/// An upstream at one moment.
pub(crate) struct Seen {
    view: std::sync::Arc<View>,
}

impl Seen {
    /// Looks at a pool.
    pub(crate) async fn of(pool: &Pool) -> Self {
        let _ = tokio::time::timeout(PATIENCE, pool.is_warm()).await;
        Self { view: pool.view() }
    }

    /// The word for one of its targets.
    pub(crate) fn word(&self, target: Uuid) -> &'static str {
        let members = self.located(target).map(|located| self.view.members_of(located)).unwrap_or_default();
        let is_healthy = |member: &Member| member.peer.health() == Health::Healthy;
        match (members, self.view.table.checks()) {
            ([], _) => DNS_ERROR,
            (_, Checks::Off) => OFF,
            // One address that can be used is enough.
            (members, Checks::On) if members.iter().any(is_healthy) => HEALTHY,
            (_, Checks::On) => UNHEALTHY,
        }
    }

    /// What there is to say about one of its targets.
    pub(crate) fn data(&self, target: Uuid) -> Option<Value> {
        let word = |member: &Member| match (self.view.table.checks(), member.peer.health()) {
            (Checks::Off, _) => OFF,
            (Checks::On, Health::Healthy) => HEALTHY,
            (Checks::On, Health::Unhealthy) => UNHEALTHY,
        };
        self.located(target).map(|located| self.status(located, "health", |member| word(member).into()))
    }

    /// What there is to say about the whole.
    pub(crate) fn whole(&self, id: Uuid) -> Value {
        let table = &self.view.table;
        if table.checks() == Checks::Off {
            return json!({ "health": OFF, "id": id });
        }
        let is_healthy = |member: &Member| Value::from(member.peer.health() == Health::Healthy);
        let hosts = self.view.targets.iter().map(|located| self.status(located, "healthy", is_healthy));
        let word = if table.is_healthy() { HEALTHY } else { UNHEALTHY };
        let details = json!({
            "healthy": table.is_healthy(),
            "weight": weight(table.weights()),
            "hosts": hosts.collect::<Vec<_>>(),
        });
        json!({ "health": word, "id": id, "details": details })
    }

    fn located(&self, target: Uuid) -> Option<&Located> {
        self.view.targets.iter().find(|located| located.target.id == target)
    }

    /// A target with its addresses, and of each of these what `tell` says under `name`.
    fn status(&self, located: &Located, name: &str, tell: impl Fn(&Member) -> Value) -> Value {
        let members = self.view.members_of(located);
        let address = |member: &Member| {
            let address = member.peer.address;
            json!({ "ip": address.ip(), "port": address.port(), "weight": member.weight, name: tell(member) })
        };
        let available =
            |member: &&Member| self.view.table.checks() == Checks::Off || member.peer.health() == Health::Healthy;
        let total: u64 = members.iter().map(|member| u64::from(member.weight)).sum();
        let usable = members.iter().filter(available).map(|member| u64::from(member.weight)).sum();
        let target = &located.target;
        json!({
            "host": target.address.host,
            "port": target.address.port,
            "dns": source(&located.found),
            "nodeWeight": target.weight,
            "weight": weight((total, usable)),
            "addresses": members.iter().map(address).collect::<Vec<_>>(),
        })
    }
}

fn weight((total, available): (u64, u64)) -> Value {
    json!({ "total": total, "available": available, "unavailable": total - available })
}

/// Where the addresses of a target come from, or why there are none.
fn source(found: &Found) -> &str {
    match found {
        Found::Unasked => "unknown",
        Found::At(source, _) => source.as_str(),
        Found::Nowhere(reason) => reason,
    }
}
