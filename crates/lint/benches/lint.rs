//! What looking at configurations costs: the whole, and what one write is told.
#![expect(clippy::expect_used, reason = "a broken configuration is to stop the bench")]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use gibbon_runtime::{Definitions, Snapshot};
use gibbon_schema::Object;
use serde_json::{Value, json};
use uuid::Uuid;

type Record = (&'static str, Object);

const SIZES: [u32; 3] = [1_000, 10_000, 100_000];

fn id(kind: u128, number: u32) -> Value {
    json!(Uuid::from_u128(kind << 80 | 0x4000_8000_0000_0000_0000 | u128::from(number)))
}

/// Hosts, prefixes, methods and headers; one in ten has a regular expression, one in a hundred one that begins with
/// nothing.
fn route(number: u32) -> Value {
    let mut route = match number % 10 {
        0..5 => json!({ "hosts": [format!("h{}.example", number / 5)], "paths": [format!("/api/{number}")] }),
        5 | 6 => json!({ "paths": [format!("/p/{number}"), format!("/q/{number}")], "methods": ["GET", "POST"] }),
        7 => json!({ "hosts": [format!("*.w{}.example", number / 20)], "paths": [format!("/w/{number}")] }),
        8 => json!({ "hosts": [format!("h{number}.example")], "headers": { "x-tenant": ["t"] } }),
        _ if number % 100 == 99 => json!({ "paths": [format!("~/[a-z]+/{number}/.*$")] }),
        _ => json!({ "paths": [format!("~/re/{number}/(?<id>[0-9]+)$")] }),
    };
    route["id"] = id(1, number);
    route["service"] = json!({ "id": id(2, number / 4) });
    route
}

/// A plugin for one consumer; nobody finds out who that is.
fn for_consumer(number: u32) -> Value {
    json!({ "id": id(3, number), "name": "correlation-id", "consumer": { "id": id(4, number) } })
}

/// So many records of each kind.
fn configuration(routes: u32, plugins: u32) -> (Vec<Record>, Snapshot) {
    let registry = gibbon_plugins::registry::registry();
    let definitions = Arc::new(Definitions::new(&registry));
    let services = (0..routes.div_ceil(4)).map(|number| ("services", json!({ "id": id(2, number), "host": "s" })));
    let routes = (0..routes).map(|number| ("routes", route(number)));
    let plugins = (0..plugins).map(|number| ("plugins", for_consumer(number)));
    let prepared = services.chain(routes).chain(plugins).map(|(kind, body)| {
        let Value::Object(body) = body else { return (kind, Object::new()) };
        let def = definitions.get(kind).expect("a kind");
        (kind, def.prepare_insert(body, &*definitions).expect("a valid record"))
    });
    let records: Vec<Record> = prepared.collect();
    let snapshot = Snapshot::of(&definitions, &registry, records.iter().map(|(kind, body)| (*kind, body)));
    (records, snapshot)
}

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lint");
    group.sample_size(10);
    for size in SIZES {
        for (name, routes, plugins) in [("routes", size, 0), ("plugins of consumers", 0, size)] {
            let (records, snapshot) = configuration(routes, plugins);
            let (kind, written) = records.last().expect("a record");
            group.bench_function(BenchmarkId::new(format!("all, {name}"), size), |bencher| {
                bencher.iter(|| black_box(gibbon_lint::all(&snapshot)));
            });
            group.bench_function(BenchmarkId::new(format!("a write, {name}"), size), |bencher| {
                bencher.iter(|| black_box(gibbon_lint::of_written(&snapshot, kind, written)));
            });
        }
    }
    group.finish();
}

criterion_group!(lint, benches);
criterion_main!(lint);
