//! A revision that shares with the one before is the same as one that is built anew.

use std::sync::Arc;

use gibbon_entities::Protocol;
use gibbon_router::{Flavor, RequestKey, Scheme};
use gibbon_runtime::{Extent, Records, Secrets, Snapshot};
use gibbon_schema::Object;
use gibbon_store::{Change, Op};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixture::{Fixture, definitions_and_registry, prepare, registry, to, vaults};

/// One record that is written or deleted. Numbers name records; there are few, so that they meet.
#[derive(Debug, Clone)]
enum Step {
    Service {
        number: u128,
        enabled: bool,
        host: &'static str,
    },
    Route {
        number: u128,
        service: Option<u128>,
        path: &'static str,
    },
    Plugin {
        number: u128,
        name: &'static str,
        route: Option<u128>,
        service: Option<u128>,
        consumer: bool,
        enabled: bool,
    },
    Delete {
        kind: &'static str,
        number: u128,
    },
}

const CONSUMER: u128 = 0x400;

fn step() -> impl Strategy<Value = Step> {
    let number = || 1..4_u128;
    let maybe = || proptest::option::of(1..4_u128);
    let service = (number(), any::<bool>(), prop::sample::select(vec!["a.internal", "10.0.0.1"]))
        .prop_map(|(number, enabled, host)| Step::Service { number, enabled, host });
    // The last of them does not compile.
    let route = (number(), maybe(), prop::sample::select(vec!["/a", "/a/b", "~/c$", "~/("]))
        .prop_map(|(number, service, path)| Step::Route { number, service, path });
    let scope = (maybe(), maybe(), any::<bool>());
    let plugin = (number(), prop::sample::select(vec!["early", "late"]), scope, any::<bool>()).prop_map(
        |(number, name, (route, service, consumer), enabled)| Step::Plugin {
            number,
            name,
            route,
            service,
            consumer,
            enabled,
        },
    );
    let delete = (prop::sample::select(vec!["services", "routes", "plugins"]), number())
        .prop_map(|(kind, number)| Step::Delete { kind, number });
    prop_oneof![service, route.boxed(), plugin.boxed(), delete]
}

fn id(kind: &str, number: u128) -> Uuid {
    let base = match kind {
        "services" => 0x100,
        "routes" => 0x200,
        _ => 0x300,
    };
    Uuid::from_u128(base + number)
}

impl Step {
    fn change(&self, prepared: &dyn Fn(&str, Value) -> Object) -> Change {
        let link = |kind: &str, number: &Option<u128>| number.map(|number| to(id(kind, number)));
        let (kind, number, body) = match self {
            Self::Service { number, enabled, host } => {
                ("services", number, json!({ "host": host, "enabled": enabled }))
            }
            Self::Route { number, service, path } => {
                ("routes", number, json!({ "paths": ["/x"], "service": link("services", service), "then": path }))
            }
            Self::Plugin { number, name, route, service, consumer, enabled } => {
                let consumer = consumer.then(|| to(Uuid::from_u128(CONSUMER)));
                let (route, service) = (link("routes", route), link("services", service));
                let body = json!({ "name": name, "route": route, "service": service, "consumer": consumer, "enabled": enabled });
                ("plugins", number, body)
            }
            Self::Delete { kind, number } => {
                let op = Op::Delete;
                return Change { revision: 1, kind: (*kind).to_owned(), id: id(kind, *number), op };
            }
        };
        let id = id(kind, *number);
        let mut body = body;
        body["id"] = id.to_string().into();
        let path = body.as_object_mut().and_then(|body| body.remove("then"));
        let mut body = prepared(kind, body);
        // What the schema would refuse may be stored all the same.
        if let Some(path) = path {
            body.insert("paths".to_owned(), json!([path]));
        }
        Change { revision: 1, kind: kind.to_owned(), id, op: Op::Put(body) }
    }
}

/// Everything of a snapshot that a request could tell.
fn seen(snapshot: &Snapshot) -> Vec<String> {
    let mut seen: Vec<String> = snapshot
        .routes
        .entries()
        .map(|entry| {
            let of = |consumer| {
                let chosen = entry.plan.steps.iter().filter_map(move |step| step.select(consumer, Protocol::Http));
                chosen.map(|instance| instance.id).collect::<Vec<_>>()
            };
            let service = entry.service.as_ref().map(|origin| (origin.service.id, &origin.service.host));
            let chains = (of(None), of(Some(Uuid::from_u128(CONSUMER))));
            format!("{} {:?} {:?} {service:?} {chains:?}", entry.route.id, entry.route.paths, entry.state)
        })
        .collect();
    let mut faults: Vec<String> = snapshot.faults().map(|fault| format!("{} {fault}", fault.id)).collect();
    faults.sort();
    seen.extend(faults);
    // The plan of the route that a request finds, and not only that it is somewhere.
    for path in ["/a", "/a/b", "/c", "/b"] {
        let found = snapshot.routes.router().find(&RequestKey { path, ..RequestKey::new(Scheme::Http, "GET") });
        let entry = found.map(|found| snapshot.routes.entry(found.index).map(|entry| (entry.route.id, found.id)));
        seen.push(format!("{path} {entry:?}"));
    }
    seen.extend(snapshot.routes.secret_arguments().iter().map(ToString::to_string));
    seen
}

#[test]
fn whatever_changes_in_whatever_order() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let fixture = runtime.block_on(Fixture::new());
    let prepared = |kind: &str, input: Value| prepare(&fixture.configuration, kind, input);
    let (definitions, _) = definitions_and_registry(vaults(&[]));
    let registry = registry();
    proptest!(ProptestConfig::with_cases(200), |(steps in prop::collection::vec(prop::collection::vec(step(), 1..3), 1..25))| {
        let mut records = Records::empty(&registry, Secrets::new(Arc::clone(&definitions)));
        let mut snapshot = Snapshot::build(&records, &registry, Flavor::default());
        for transaction in &steps {
            let changes: Vec<Change> = transaction.iter().map(|step| step.change(&prepared)).collect();
            let extent = records.apply(&changes, &registry, &gibbon_plugin_api::Settings::default());
            prop_assert!(extent != Extent::Directory || changes.iter().all(|change| matches!(change.op, Op::Delete)));
            snapshot = snapshot.next(&records, &registry, extent);
            prop_assert_eq!(seen(&snapshot), seen(&Snapshot::build(&records, &registry, Flavor::default())), "after {:?}", transaction);
        }
    });
}
