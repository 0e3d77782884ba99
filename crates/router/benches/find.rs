//! Finding a route among 10, 1,000 and 100,000, and building a router of them.
//!
//! The routes are mixed as in a large installation: most have a host of their own and a prefix, some share hosts or have
//! none, some have wildcards, some are regexes, some look at methods and headers.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use gibbon_router::path::PathHandling;
use gibbon_router::{Change, ExpressionSpec, Flavor, RequestKey, RouteSpec, Router, Scheme, path};
use uuid::Uuid;

/// The allocator of the gateway; building a router is mostly allocating.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIZES: [usize; 3] = [10, 1_000, 100_000];

fn route(n: usize) -> RouteSpec {
    let tenant = n / 10;
    let host = |name: String| RouteSpec { hosts: vec![name], ..RouteSpec::default() };
    let base = match n % 10 {
        0..=3 => RouteSpec { paths: vec![format!("/v1/things/{n}")], ..host(format!("t{tenant}.api.example")) },
        4 => RouteSpec { paths: vec![format!("/v1/things/{n}"), "/v1".into()], ..host(format!("*.t{tenant}.example")) },
        5 => RouteSpec { paths: vec!["/".into()], ..host("shared.example".into()) },
        6 | 7 => RouteSpec { paths: vec![format!("/service-{n}/v2")], ..RouteSpec::default() },
        8 => RouteSpec { paths: vec![format!(r"~/users-{tenant}/(?<id>\d+)/posts$")], ..RouteSpec::default() },
        _ => RouteSpec {
            methods: vec!["GET".into(), "POST".into()],
            headers: vec![("x-version".into(), vec!["2".into()])],
            paths: vec![format!("/service-{}/v2", n - 2)],
            ..RouteSpec::default()
        },
    };
    // A shared host is told apart by its path.
    let paths = if n % 10 == 5 { vec![format!("/apps/{n}")] } else { base.paths };
    RouteSpec { id: Uuid::from_u128(n as u128 + 1), paths, ..base }
}

fn routes(size: usize) -> Vec<RouteSpec> {
    (0..size).map(route).collect()
}

fn find(c: &mut Criterion) {
    let mut group = c.benchmark_group("find");
    for size in SIZES {
        let (router, errors) = Router::build(Flavor::default(), routes(size));
        assert!(errors.is_empty());
        let n = size / 20 * 10;
        let tenant = n / 10;
        let cases = [
            ("host and prefix", format!("t{tenant}.api.example"), format!("/v1/things/{n}/42")),
            ("wildcard host", format!("x.t{tenant}.example"), format!("/v1/things/{}/42", n + 4)),
            ("shared host", "shared.example".to_owned(), format!("/apps/{}/x", n + 5)),
            ("prefix", "any.example".to_owned(), format!("/service-{}/v2/x", n + 6)),
            ("regex", "any.example".to_owned(), format!("/users-{tenant}/4711/posts")),
            ("nothing", "any.example".to_owned(), "/service-x/v2".to_owned()),
        ];
        for (name, host, path) in cases {
            let request = RequestKey { host: &host, path: &path, ..RequestKey::new(Scheme::Http, "GET") };
            assert_eq!(router.find(&request).is_none(), name == "nothing", "{name} of {size}");
            group.bench_function(BenchmarkId::new(name, size), |b| b.iter(|| router.find(black_box(&request))));
        }
        spread(&mut group, size, &router);
    }
}

/// A different route each time, so that the caches of the processor are of no more help than in life.
fn spread(group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>, size: usize, router: &Router) {
    let requests: Vec<(String, String)> = (0..4096_usize)
        .map(|k| {
            let n = k.wrapping_mul(2_654_435_761) % size / 10 * 10;
            match k % 4 {
                0 | 1 => (format!("t{}.api.example", n / 10), format!("/v1/things/{n}/42")),
                2 => ("any.example".to_owned(), format!("/service-{}/v2/x", n + 6)),
                _ => ("any.example".to_owned(), format!("/users-{}/4711/posts", n / 10)),
            }
        })
        .collect();
    let mut next = 0;
    group.bench_function(BenchmarkId::new("spread", size), |b| {
        b.iter(|| {
            next = (next + 1) % requests.len();
            let (host, path) = &requests[next];
            let request = RequestKey { host, path, ..RequestKey::new(Scheme::Http, "GET") };
            assert!(router.find(black_box(&request)).is_some());
        });
    });
}

fn build(c: &mut Criterion) {
    let mut group = c.benchmark_group("build");
    group.sample_size(10);
    for size in SIZES {
        let routes = routes(size);
        let input = || routes.clone();
        group.bench_function(BenchmarkId::new("from nothing", size), |b| {
            b.iter_batched(input, |routes| Router::build(Flavor::default(), routes), BatchSize::PerIteration);
        });
    }
}

/// The same routes as expressions, most of them with a host or a beginning of the path, and four that have neither.
fn expression(n: usize) -> RouteSpec {
    let tenant = n / 10;
    let text = match n % 10 {
        0..=4 => format!(r#"http.host == "t{tenant}.api.example" && http.path ^= "/v1/things/{n}""#),
        5 => format!(r#"http.host == "shared.example" && http.path ^= "/apps/{n}""#),
        6 | 7 => format!(r#"http.path ^= "/service-{n}/v2""#),
        8 => format!(r##"http.path ~ r#"^/users-{tenant}/(?<id>\d+)/posts$"#"##),
        _ if n < 40 => format!(r#"lower(http.headers.x_version) == "{n}""#),
        _ => {
            format!(r#"http.method == "POST" && http.headers.x_version == "2" && http.path ^= "/service-{}/v2""#, n - 2)
        }
    };
    let priority = n as u64 % 7;
    RouteSpec {
        id: Uuid::from_u128(n as u128 + 1),
        expression: Some(ExpressionSpec { text, priority }),
        ..RouteSpec::default()
    }
}

fn expressions(c: &mut Criterion) {
    let mut group = c.benchmark_group("expressions");
    for size in SIZES {
        let (router, errors) = Router::build(Flavor::Expressions, (0..size).map(expression));
        assert!(errors.is_empty());
        let n = size / 20 * 10;
        let cases = [
            ("host and prefix", format!("t{}.api.example", n / 10), format!("/v1/things/{n}/42")),
            ("shared host", "shared.example".to_owned(), format!("/apps/{}/x", n + 5)),
            ("prefix", "any.example".to_owned(), format!("/service-{}/v2/x", n + 6)),
            ("regex", "any.example".to_owned(), format!("/users-{}/4711/posts", n / 10)),
            ("nothing", "any.example".to_owned(), "/service-x/v2".to_owned()),
        ];
        for (name, host, path) in cases {
            let request = RequestKey { host: &host, path: &path, ..RequestKey::new(Scheme::Http, "GET") };
            assert_eq!(router.find(&request).is_none(), name == "nothing", "{name} of {size}");
            group.bench_function(BenchmarkId::new(name, size), |b| b.iter(|| router.find(black_box(&request))));
        }
        spread(&mut group, size, &router);
        let (index, before) = (n, expression(n));
        let change = Change { index, before: Some(before.clone()), after: Some(before) };
        group.bench_function(BenchmarkId::new("change", size), |b| b.iter(|| router.changed([change.clone()])));
    }
}

/// One route among many becomes another one, and the router before it is let go of.
fn change(c: &mut Criterion) {
    let mut group = c.benchmark_group("change");
    for size in SIZES {
        let (mut router, _) = Router::build(Flavor::default(), routes(size));
        let cases = [("host and prefix", 0), ("shared host", 5), ("prefix", 6), ("regex", 8)];
        for (name, kind) in cases {
            let index = size / 20 * 10 + kind;
            let before = route(index);
            let paths = before.paths.iter().map(|path| format!("{path}/other")).collect();
            let after = RouteSpec { paths, ..before.clone() };
            let mut turns = [(before.clone(), after.clone()), (after, before)].into_iter().cycle();
            group.bench_function(BenchmarkId::new(name, size), |b| {
                b.iter_batched(
                    || turns.next(),
                    |turn| {
                        let change =
                            turn.map(|(before, after)| Change { index, before: Some(before), after: Some(after) });
                        router = router.changed(change).0;
                    },
                    BatchSize::PerIteration,
                );
            });
        }
    }
}

fn paths(c: &mut Criterion) {
    let mut group = c.benchmark_group("path");
    let plain = "/api/v1/customers/4711/orders/42.json";
    let escaped = "/api/v1/customers/%C3%A9%20x/../orders//42.json";
    group.bench_function("normalize plain", |b| b.iter(|| path::normalize(black_box(plain.as_bytes())).map(drop)));
    group.bench_function("normalize escaped", |b| b.iter(|| path::normalize(black_box(escaped.as_bytes())).map(drop)));
    let join = |service| path::join(service, black_box(plain), Some("/api"), path::Strip::Prefix, PathHandling::V0);
    group.bench_function("join to nothing", |b| b.iter(|| join(None)));
    group.bench_function("join to a path", |b| b.iter(|| join(Some("/backend"))));
}

criterion_group!(benches, find, build, change, expressions, paths);
criterion_main!(benches);
