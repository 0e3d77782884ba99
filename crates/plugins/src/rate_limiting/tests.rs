//! What the plugin promises.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use gibbon_plugin_api::{CountedWindow, CountersAway, Counting, Handler, Node, Settings, SharedCounters};
use serde_json::{Value, json};

use super::DEFINITION;
use crate::fixture::{Outcome, Request, World, answer, configured, plugin_record};

fn limiting(config: Value) -> Box<dyn Handler> {
    configured(&DEFINITION, config, &Settings::default()).unwrap()
}

/// The status, and the fields of the answer that speak of limits, but for those that depend on the time of day.
fn told(world: &World, plugin: &dyn Handler, request: Request) -> (u16, Vec<String>) {
    let (_, head) = world.exchange(plugin, request, answer(200, &[]));
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let fields = head.headers.iter().map(|(name, value)| format!("{}: {}", text(name), text(value)));
    (head.status.as_u16(), fields.collect())
}

fn statuses<const N: usize>(world: &World, plugin: &dyn Handler, requests: [Request; N]) -> [u16; N] {
    requests.map(|request| told(world, plugin, request).0)
}

#[test]
fn as_many_pass_as_are_allowed_and_all_are_told_what_is_left() {
    // 1,700,000,000 is 800 seconds behind the beginning of an hour.
    let (world, plugin) = (World::new(), limiting(json!({ "hour": 2, "day": 9 })));
    let left = |hour: u8, day: u8| {
        [
            "X-RateLimit-Limit-Hour: 2".to_owned(),
            format!("X-RateLimit-Remaining-Hour: {hour}"),
            "X-RateLimit-Limit-Day: 9".to_owned(),
            format!("X-RateLimit-Remaining-Day: {day}"),
            "RateLimit-Limit: 2".to_owned(),
            format!("RateLimit-Remaining: {hour}"),
            "RateLimit-Reset: 2800".to_owned(),
        ]
    };
    for (hour, day) in [(1, 8), (0, 7)] {
        assert_eq!(told(&world, &*plugin, Request::get("/")), (200, left(hour, day).to_vec()));
    }
    let refused = [left(0, 7).to_vec(), vec!["Retry-After: 2800".to_owned()]].concat();
    assert_eq!(told(&world, &*plugin, Request::get("/")), (429, refused));
}

#[test]
fn a_refusal_can_be_worded_and_clients_left_in_the_dark() {
    let config = json!({
        "hour": 1, "error_code": 403, "error_message": "enough", "hide_client_headers": true, "limit_by": "ip",
    });
    let (world, plugin) = (World::new(), limiting(config));
    assert_eq!(told(&world, &*plugin, Request::get("/")), (200, vec![]));
    let outcome: Outcome = world.send(&*plugin, Request::get("/"));
    assert_eq!(outcome.answer(), (403, None, "enough"));
    assert_eq!(told(&world, &*plugin, Request::get("/")), (403, vec![]));
}

#[test]
fn requests_are_counted_by_what_the_configuration_says() {
    let (world, by_header) =
        (World::new(), limiting(json!({ "hour": 1, "limit_by": "header", "header_name": "X-Who" })));
    let of = |who: &str| Request::get("/").header("x-who", who);
    assert_eq!(statuses(&world, &*by_header, [of("a"), of("a"), of("b")]), [200, 429, 200]);
    // Without the header it is the address that counts.
    let from = |address: &str| Request::get("/").from(address);
    let requests = [from("192.0.2.1"), from("192.0.2.1"), from("192.0.2.2")];
    assert_eq!(statuses(&world, &*by_header, requests), [200, 429, 200]);
    let by_path = limiting(json!({ "hour": 1, "limit_by": "path", "path": "/a" }));
    let requests = ["/a?x", "/a?y", "/b"].map(Request::get);
    assert_eq!(statuses(&world, &*by_path, requests), [200, 429, 200]);
}

#[test]
fn counts_go_on_where_a_configuration_has_changed() {
    let (world, settings) = (World::new(), Settings::default());
    let configure = |hour| configured(&DEFINITION, json!({ "hour": hour, "limit_by": "ip" }), &settings).unwrap();
    assert_eq!(statuses(&world, &*configure(1), [Request::get("/"), Request::get("/")]), [200, 429]);
    assert_eq!(statuses(&world, &*configure(2), [Request::get("/"), Request::get("/")]), [200, 429]);
}

/// Counts that can be had or not; all windows are one.
#[derive(Default)]
struct Place {
    count: AtomicI64,
    is_away: AtomicBool,
}

impl SharedCounters for Place {
    fn add(&self, windows: Vec<CountedWindow>, amount: i64) -> Counting {
        let count = self.count.fetch_add(amount, Ordering::Relaxed) + amount;
        let is_away = self.is_away.load(Ordering::Relaxed);
        let counts = vec![count; windows.len()];
        Box::pin(async move { if is_away { Err(CountersAway("away".to_owned())) } else { Ok(counts) } })
    }
}

fn shared(place: &Arc<Place>, config: Value) -> Box<dyn Handler> {
    let node = Node { counters: Some(Arc::clone(place) as _), ..Node::default() };
    configured(&DEFINITION, config, &Settings { node, ..Settings::default() }).unwrap()
}

#[test]
fn what_is_refused_is_not_counted_where_nodes_share_their_counts() {
    let (world, place) = (World::new(), Arc::new(Place::default()));
    let plugin = shared(&place, json!({ "hour": 2, "policy": "cluster" }));
    let requests = [(); 4].map(|()| Request::get("/"));
    assert_eq!(statuses(&world, &*plugin, requests), [200, 200, 429, 429]);
    assert_eq!(place.count.load(Ordering::Relaxed), 2);
}

#[test]
fn while_counts_cannot_be_had_requests_pass_or_not() {
    let (world, place) = (World::new(), Arc::new(Place::default()));
    place.is_away.store(true, Ordering::Relaxed);
    let tolerant = shared(&place, json!({ "hour": 1, "policy": "cluster" }));
    assert_eq!(told(&world, &*tolerant, Request::get("/")), (200, vec![]));
    let strict = shared(&place, json!({ "hour": 1, "policy": "cluster", "fault_tolerant": false }));
    let outcome = world.send(&*strict, Request::get("/"));
    assert_eq!(outcome.answer(), (500, None, r#"{"message":"An unexpected error occurred"}"#));
}

#[test]
fn a_configuration_says_how_many_and_in_an_order_that_can_be() {
    let message = |config| plugin_record(&DEFINITION, config).unwrap_err().message().to_owned();
    let expected = "schema violation (at least one of these fields must be non-empty: 'config.second', \
                    'config.minute', 'config.hour', 'config.day', 'config.month', 'config.year')";
    assert_eq!(message(json!({})), expected);
    let expected = "schema violation (config: The limit for hour(5.0) cannot be lower than the limit for second(10.0))";
    assert_eq!(message(json!({ "second": 10, "hour": 5 })), expected);
}

#[test]
fn what_a_policy_or_an_identifier_needs_is_demanded() {
    let is_refused = |config| plugin_record(&DEFINITION, config).is_err();
    assert!(is_refused(json!({ "hour": 1, "policy": "redis" })));
    assert!(is_refused(json!({ "hour": 1, "limit_by": "header" })));
    assert!(is_refused(json!({ "hour": 1, "limit_by": "path" })));
    let former = plugin_record(&DEFINITION, json!({ "hour": 1, "policy": "redis", "redis_host": "a.example" }));
    assert_eq!(former.unwrap()["config"]["redis"]["host"], "a.example");
}
