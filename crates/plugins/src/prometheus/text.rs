//! What was counted, as Kong writes it: names, labels, their order, and the texts of help.
//!
//! Counts are kept by ids and written by names: what is renamed goes on under its new name, and what is deleted is
//! gone. Two things of the same name (services without one are called by their host) are one.

use std::collections::BTreeMap;

use gibbon_plugin_api::exposition::Labels;
use gibbon_plugin_api::{Exposition, Kind, Measured, Names, TargetHealth, TargetState};
use uuid::Uuid;

use super::board::{Boards, Path, Subsystem};
use super::histogram::{OF_GATEWAY, OF_UPSTREAM, Sum};
use crate::series::Keep;

/// There are no workspaces here; this is the name of the only one that Kong has.
const WORKSPACE: (&str, &str) = ("workspace", "default");

/// The names of a service and a route.
type Named = (String, String);

impl Measured for Boards {
    fn write(&self, names: &dyn Names, exposition: &mut Exposition) {
        self.write_statuses(names, exposition);
        self.write_bytes(names, exposition);
        self.write_times(names, exposition);
        if self.is_health_wanted() {
            write_health(names, exposition);
        }
        exposition.lost += self.statuses.refused() + self.bytes.refused() + self.times.refused();
    }
}

impl Boards {
    fn write_statuses(&self, names: &dyn Names, exposition: &mut Exposition) {
        let mut sums: BTreeMap<(Subsystem, Named, u16, bool, String), u64> = BTreeMap::new();
        self.statuses.visit(|key, count| {
            let Some((path, consumer)) = path(names, key.path).zip(consumer(names, key.consumer)) else {
                return Keep::No;
            };
            let place = (key.subsystem, path, key.status.as_u16(), key.is_from_service, consumer);
            *sums.entry(place).or_default() += count.get();
            Keep::Yes
        });
        for ((subsystem, (service, route), status, is_from_service, consumer), sum) in &sums {
            let (status, source) = (status.to_string(), if *is_from_service { "service" } else { "kong" });
            let labels = [
                ("service", &**service),
                ("route", route),
                ("code", &status),
                ("source", source),
                WORKSPACE,
                ("consumer", consumer),
            ];
            let (name, help, labels): (_, _, Labels<'_>) = match (subsystem, &labels) {
                (Subsystem::Http, labels) => {
                    ("kong_http_requests_total", "HTTP status codes per consumer/service/route in Kong", labels)
                }
                (Subsystem::Stream, [labels @ .., _]) => {
                    ("kong_stream_sessions_total", "Stream status codes per service/route in Kong", labels)
                }
            };
            exposition.family(name, Kind::Counter, help).add(labels, sum);
        }
    }

    fn write_bytes(&self, names: &dyn Names, exposition: &mut Exposition) {
        let mut sums: BTreeMap<(Subsystem, Named, String), (u64, u64)> = BTreeMap::new();
        self.bytes.visit(|key, bytes| {
            let Some((path, consumer)) = path(names, key.path).zip(consumer(names, key.consumer)) else {
                return Keep::No;
            };
            let sum = sums.entry((key.subsystem, path, consumer)).or_default();
            *sum = (sum.0 + bytes.ingress.get(), sum.1 + bytes.egress.get());
            Keep::Yes
        });
        let help = "Total bandwidth (ingress/egress) throughput in bytes";
        let mut samples = exposition.family("kong_bandwidth_bytes", Kind::Counter, help);
        for ((subsystem, (service, route), consumer), (ingress, egress)) in &sums {
            for (direction, sum) in [("egress", egress), ("ingress", ingress)] {
                let path = [("service", &**service), ("route", route), ("direction", direction), WORKSPACE];
                match (sum, subsystem) {
                    (0, _) => {}
                    (sum, Subsystem::Stream) => samples.add(&path, sum),
                    (sum, Subsystem::Http) => {
                        let [service, route, direction, workspace] = path;
                        samples.add(&[service, route, direction, workspace, ("consumer", consumer)], sum);
                    }
                }
            }
        }
    }

    fn write_times(&self, names: &dyn Names, exposition: &mut Exposition) {
        let mut sums: BTreeMap<(Subsystem, Named), [Sum; 3]> = BTreeMap::new();
        self.times.visit(|(subsystem, at), times| {
            let Some(path) = path(names, *at) else { return Keep::No };
            let [gateway, upstream, total] = sums.entry((*subsystem, path)).or_default();
            gateway.add(&times.gateway);
            upstream.add(&times.upstream);
            total.add(&times.total);
            Keep::Yes
        });
        for ((subsystem, path), [gateway, upstream, total]) in &sums {
            write_histogram(exposition, OF_THE_GATEWAY, path, &OF_GATEWAY, gateway);
            write_histogram(exposition, OF_THE_UPSTREAM, path, &OF_UPSTREAM, upstream);
            let all = if *subsystem == Subsystem::Http { OF_REQUESTS } else { OF_SESSIONS };
            write_histogram(exposition, all, path, &OF_UPSTREAM, total);
        }
    }
}

/// The name and the help of a family.
type Family = (&'static str, &'static str);

const OF_THE_GATEWAY: Family =
    ("kong_kong_latency_ms", "Latency added by Kong and enabled plugins for each service/route in Kong");
const OF_THE_UPSTREAM: Family =
    ("kong_upstream_latency_ms", "Latency added by upstream response for each service/route in Kong");
const OF_REQUESTS: Family =
    ("kong_request_latency_ms", "Total latency incurred during requests for each service/route in Kong");
const OF_SESSIONS: Family =
    ("kong_session_duration_ms", "latency incurred in stream session for each service/route in Kong");

fn write_histogram(exposition: &mut Exposition, family: Family, path: &Named, bounds: &[u64], sum: &Sum) {
    if sum.count() > 0 {
        let labels = [("service", &*path.0), ("route", &path.1), WORKSPACE];
        let mut samples = exposition.family(family.0, Kind::Histogram, family.1);
        samples.add_histogram(&labels, &sum.up_to(bounds), sum.count(), sum.millis());
    }
}

/// Each state that a target can be in is a sample, and that of the one which it is in is 1.
fn write_health(names: &dyn Names, exposition: &mut Exposition) {
    let help = "Health status of targets of upstream. States = healthchecks_off|healthy|unhealthy|dns_error, value is 1 \
                when state is populated.";
    let subsystems = exposition.subsystems;
    let mut samples = exposition.family("kong_upstream_target_health", Kind::Gauge, help);
    let states = [
        ("healthchecks_off", TargetHealth::Unchecked),
        ("healthy", TargetHealth::Healthy),
        ("unhealthy", TargetHealth::Unhealthy),
        ("dns_error", TargetHealth::Nowhere),
    ];
    // Two targets may have the same name, and are then one.
    let mut all: BTreeMap<(String, String, String), TargetHealth> = BTreeMap::new();
    names.targets(&mut |TargetState { upstream, target, address, health }| {
        let address = address.map(|address| address.to_string()).unwrap_or_default();
        all.insert((upstream.to_owned(), target.to_owned(), address), health);
    });
    for ((upstream, target, address), health) in &all {
        for (state, value) in states {
            let labels = [("upstream", &**upstream), ("target", target), ("address", address), ("state", state)];
            let [upstream, target, address, state] = labels;
            for subsystem in subsystems {
                let subsystem = ("subsystem", *subsystem);
                samples.add(&[upstream, target, address, state, subsystem], u8::from(*health == value));
            }
        }
    }
}

/// The names that a path has now; `None` where it is gone.
fn path(names: &dyn Names, path: Path) -> Option<Named> {
    let route = names.route(path.route)?;
    let service = match path.service {
        Some(id) => {
            let service = names.service(id)?;
            service.name.as_deref().unwrap_or(&service.host).to_owned()
        }
        None => String::new(),
    };
    Some((service, route.name.as_deref().map_or_else(|| route.id.to_string(), str::to_owned)))
}

/// The name that a consumer has now; `None` where there was one and it is gone.
fn consumer(names: &dyn Names, id: Option<Uuid>) -> Option<String> {
    match id {
        Some(id) => names.consumer(id).map(|consumer| consumer.username.as_deref().unwrap_or_default().to_owned()),
        None => Some(String::new()),
    }
}
