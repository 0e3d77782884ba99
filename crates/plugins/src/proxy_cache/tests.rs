//! What the plugin promises.

use gibbon_plugin_api::{Handler, Headers, ReplyBody, ResponseHead, Settings};
use http::Method;
use serde_json::{Value, json};

use super::DEFINITION;
use super::dictionary::Dictionaries;
use crate::fixture::{Outcome, Request, World, answer, configured, violations};

/// The plugin with a memory of its own.
fn caching(mut config: Value) -> Box<dyn Handler> {
    config["strategy"] = json!("memory");
    configured(&DEFINITION, config, &Settings { stored_answers_bytes: 1 << 20, ..Settings::default() }).unwrap()
}

fn text(fields: &[(&'static str, &'static str)]) -> ResponseHead {
    answer(200, &[&[("Content-Type", "text/plain")], fields].concat())
}

/// Sends a request to an upstream that answers so; what clients are told, and the outcome.
fn send(world: &World, plugin: &dyn Handler, request: Request, upstream: ResponseHead) -> (String, Outcome) {
    let (mut outcome, head) = world.exchange(plugin, request, upstream);
    outcome.copies.drain(..).for_each(|copy| (copy.keep)(b"body".to_vec()));
    let stored = stored(&outcome).map(|(headers, _)| headers).unwrap_or(&head.headers);
    (stored.get_str("x-cache-status").unwrap_or("").to_owned(), outcome)
}

fn stored(outcome: &Outcome) -> Option<(&Headers, &[u8])> {
    match &outcome.reply.as_ref()?.body {
        ReplyBody::Stored { headers, bytes } => Some((headers, bytes)),
        _ => None,
    }
}

/// The statuses of two requests that are alike, the second one `later`.
fn twice(
    config: Value,
    request: impl Fn() -> Request,
    fields: &[(&'static str, &'static str)],
    later: i64,
) -> [String; 2] {
    let (mut world, plugin) = (World::new(), caching(config));
    let first = send(&world, &*plugin, request(), text(fields)).0;
    world.now += later;
    [first, send(&world, &*plugin, request(), text(fields)).0]
}

#[test]
fn an_answer_is_given_again_with_its_fields_and_its_age() {
    let (mut world, plugin) = (World::new(), caching(json!({})));
    let upstream = || text(&[("Server", "theirs"), ("X-A", "1"), ("X-A", "2"), ("Keep-Alive", "9"), ("Age", "2")]);
    assert_eq!(send(&world, &*plugin, Request::get("/"), upstream()).0, "Miss");
    world.now += 10;
    let (status, outcome) = send(&world, &*plugin, Request::get("/"), upstream());
    let (headers, body) = stored(&outcome).unwrap();
    assert_eq!((&*status, headers.get_str("age"), body), ("Hit", Some("12"), &b"body"[..]));
    assert_eq!(headers.all("x-a").count(), 2);
    assert_eq!((headers.get_str("server"), headers.contains("keep-alive")), (Some("theirs"), false));
}

#[test]
fn a_key_is_kongs() {
    for (config, target, text) in [
        (json!({}), "/a", "default|GET|GET /a HTTP/1.1||"),
        (json!({}), "/a?b=2&a&c=1&b=1", "default|GET|GET /a|a:b=1,2:c=1|"),
        (json!({ "vary_query_params": ["c", "x"] }), "/a?b=2&c=", "default|GET|GET /a|c=|"),
        (json!({ "vary_headers": ["X-One", "none"] }), "/a?", "default|GET|GET /a||X-One=1,2"),
        (json!({ "ignore_uri_case": true }), "/A", "default|GET|get /a http/1.1||"),
    ] {
        use sha2::{Digest, Sha256};
        let request = Request::get(target).header("x-one", "2").header("x-one", "1");
        let (_, head) = World::new().exchange(&*caching(config), request, answer(200, &[]));
        let expected: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(head.headers.get_str("x-cache-key"), Some(&*expected), "{text}");
    }
}

#[test]
fn requests_whose_keys_are_alike_by_accident_do_not_get_each_others_answers() {
    let (world, plugin) = (World::new(), caching(json!({})));
    assert_eq!(send(&world, &*plugin, Request::get("/?a=1%3Ab=2"), text(&[])).0, "Miss");
    assert_eq!(send(&world, &*plugin, Request::get("/?a=1&b=2"), text(&[])).0, "Miss");
    let of_host = |host: &str| Request::of_host(host, "/");
    assert_eq!(send(&world, &*plugin, of_host("a.example"), text(&[])).0, "Miss");
    assert_eq!(send(&world, &*plugin, of_host("b.example"), text(&[])).0, "Miss");
    assert_eq!(send(&world, &*plugin, of_host("B.example"), text(&[])).0, "Hit");
}

#[test]
fn an_answer_grows_old_and_is_asked_for_again() {
    let get = || Request::get("/");
    assert_eq!(twice(json!({ "cache_ttl": 5 }), get, &[], 4), ["Miss", "Hit"]);
    assert_eq!(twice(json!({ "cache_ttl": 5 }), get, &[], 6), ["Miss", "Miss"]);
    assert_eq!(twice(json!({ "cache_ttl": 5, "storage_ttl": 60 }), get, &[], 6), ["Miss", "Refresh"]);
    assert_eq!(twice(json!({ "cache_ttl": 5, "storage_ttl": 60 }), get, &[], 61), ["Miss", "Miss"]);
}

#[test]
fn what_is_not_configured_is_not_kept() {
    let (world, plugin) = (World::new(), caching(json!({})));
    for upstream in [
        answer(500, &[("Content-Type", "text/plain")]),
        answer(206, &[("Content-Type", "text/plain")]),
        answer(200, &[("Content-Type", "text/html")]),
        answer(200, &[("Content-Type", "text/plain; charset=utf-8")]),
        answer(200, &[]),
    ] {
        for _ in 0..2 {
            let (status, outcome) = send(&world, &*plugin, Request::get("/"), upstream.clone());
            assert!(status == "Bypass" && outcome.reply.is_none(), "{upstream:?}");
        }
    }
    assert_eq!(send(&world, &*plugin, Request::new(Method::DELETE, "/"), text(&[])).0, "Bypass");
}

#[test]
fn parts_and_answers_to_conditions_are_never_kept() {
    let config = json!({ "response_code": [206, 304] });
    for status in [206, 304] {
        let (world, plugin) = (World::new(), caching(config.clone()));
        let upstream = answer(status, &[("Content-Type", "text/plain")]);
        assert_eq!(send(&world, &*plugin, Request::get("/"), upstream).0, "Bypass", "{status}");
    }
}

#[test]
fn cache_control_counts_where_it_is_asked_for() {
    let get = || Request::get("/");
    let rules = |fields: &[(&'static str, &'static str)], later| {
        twice(json!({ "cache_control": true, "storage_ttl": 900 }), get, fields, later)
    };
    assert_eq!(rules(&[("Cache-Control", "max-age=5")], 5), ["Miss", "Hit"]);
    assert_eq!(rules(&[("Cache-Control", "max-age=5")], 6), ["Miss", "Refresh"]);
    assert_eq!(rules(&[("Cache-Control", "max-age=9, s-maxage=1")], 5), ["Miss", "Refresh"]);
    assert_eq!(rules(&[("Cache-Control", "max-age=5"), ("Age", "3")], 3), ["Miss", "Refresh"]);
    let expires = ("Expires", "Thu, 01 Jan 2026 00:00:10 GMT");
    assert_eq!(rules(&[("Date", "Thu, 01 Jan 2026 00:00:00 GMT"), expires], 10), ["Miss", "Hit"]);
    for forbidden in ["private, max-age=5", "no-store, max-age=5", "no-cache, max-age=5", "max-age=0", "public"] {
        assert_eq!(rules(&[("Cache-Control", forbidden)], 0), ["Bypass", "Bypass"], "{forbidden}");
    }
    // Where it is not, the configuration alone decides.
    assert_eq!(twice(json!({}), get, &[("Cache-Control", "no-store")], 0), ["Miss", "Hit"]);
}

#[test]
fn a_client_says_how_old_an_answer_may_be() {
    let config = || json!({ "cache_control": true, "storage_ttl": 900 });
    let second = |control: &'static str, told: &'static str, later| {
        let [_, second] =
            twice(config(), || Request::get("/").header("cache-control", control), &[("Cache-Control", told)], later);
        second
    };
    for (control, told, later, expected) in [
        ("max-age=4", "max-age=9", 5, "Refresh"),
        ("min-fresh=5", "max-age=9", 5, "Refresh"),
        ("min-fresh=4", "max-age=9", 5, "Hit"),
        ("max-stale=1", "max-age=9", 10, "Hit"),
        ("max-stale=1", "max-age=9", 11, "Refresh"),
        ("max-stale", "max-age=9", 99, "Hit"),
        ("max-stale", "max-age=9, must-revalidate", 10, "Refresh"),
        ("no-cache", "max-age=9", 1, "Bypass"),
        ("no-store", "max-age=9", 1, "Bypass"),
    ] {
        assert_eq!(second(control, told, later), expected, "{control}");
    }
    let only = Request::get("/").header("cache-control", "only-if-cached");
    let outcome = World::new().send(&*caching(config()), only);
    assert_eq!(outcome.answer(), (504, None, ""));
}

#[test]
fn what_varies_is_given_to_those_who_ask_alike() {
    let (world, plugin) = (World::new(), caching(json!({})));
    let in_language = |language: &str| Request::get("/").header("accept-language", language);
    let upstream = || text(&[("Vary", "Accept-Language, X-Other")]);
    for (language, status) in [("de", "Miss"), ("de", "Hit"), ("en", "Miss"), ("en", "Hit"), ("de", "Miss")] {
        assert_eq!(send(&world, &*plugin, in_language(language), upstream()).0, status, "{language}");
    }
    assert_eq!(twice(json!({}), || Request::get("/"), &[("Vary", "*")], 0), ["Bypass", "Bypass"]);
}

#[test]
fn what_is_for_one_client_is_not_given_to_others() {
    let with_token = || Request::get("/").header("authorization", "Bearer a");
    assert_eq!(twice(json!({}), with_token, &[], 0), ["Bypass", "Bypass"]);
    for shared in ["public", "s-maxage=5", "must-revalidate"] {
        assert_eq!(twice(json!({}), with_token, &[("Cache-Control", shared)], 0), ["Miss", "Hit"], "{shared}");
    }
    let get = || Request::get("/");
    assert_eq!(twice(json!({}), get, &[("Set-Cookie", "a=b")], 0), ["Bypass", "Bypass"]);
    let shared = [("Set-Cookie", "a=b"), ("Cache-Control", "public")];
    assert_eq!(twice(json!({}), get, &shared, 0), ["Miss", "Hit"]);
}

#[test]
fn an_answer_to_head_is_one_of_its_own_and_keeps_its_length() {
    let (world, plugin) = (World::new(), caching(json!({})));
    let head = || Request::new(Method::HEAD, "/");
    let upstream = || text(&[("Content-Length", "4")]);
    assert_eq!(send(&world, &*plugin, Request::get("/"), upstream()).0, "Miss");
    assert_eq!(send(&world, &*plugin, head(), upstream()).0, "Miss");
    let (_, outcome) = send(&world, &*plugin, head(), upstream());
    assert_eq!(stored(&outcome).unwrap().0.get_str("content-length"), Some("4"));
    let (_, outcome) = send(&world, &*plugin, Request::get("/"), upstream());
    assert!(!stored(&outcome).unwrap().0.contains("content-length"));
}

#[test]
fn clients_can_be_told_nothing() {
    let told = json!({ "age": false, "X-Cache-Status": false, "X-Cache-Key": false });
    let (world, plugin) = (World::new(), caching(json!({ "response_headers": told })));
    let (_, first) = world.exchange(&*plugin, Request::get("/"), text(&[]));
    assert!(!first.headers.contains("x-cache-status") && !first.headers.contains("x-cache-key"));
    send(&world, &*plugin, Request::get("/"), text(&[]));
    let (_, outcome) = send(&world, &*plugin, Request::get("/"), text(&[]));
    let (headers, _) = stored(&outcome).unwrap();
    assert!(["age", "x-cache-status", "x-cache-key"].iter().all(|name| !headers.contains(*name)));
}

#[test]
fn strangers_cannot_fill_the_memory() {
    let settings = Settings { stored_answers_bytes: 1 << 20, ..Settings::default() };
    let plugin = configured(&DEFINITION, json!({ "strategy": "memory" }), &settings).unwrap();
    let world = World::new();
    for number in 0..2_000 {
        let (mut outcome, _) = world.exchange(&*plugin, Request::get(&format!("/{number}")), text(&[]));
        let copy = outcome.copies.pop().unwrap();
        assert_eq!(copy.most, 64 << 10);
        (copy.keep)(vec![b'x'; 4096]);
    }
    let dictionaries = settings.node.live.get::<Dictionaries>();
    let bytes = dictionaries.get("kong_db_cache").unwrap().bytes();
    assert!((1 << 19..=1 << 20).contains(&bytes), "{bytes}");
}

#[test]
fn a_dictionary_has_a_name_that_can_be_declared() {
    let message = |config: Value| crate::fixture::plugin_record(&DEFINITION, config).unwrap_err().message().to_owned();
    let named = |name: &str| json!({ "strategy": "memory", "memory": { "dictionary_name": name } });
    assert!(message(named("a b")).contains("missing shared dict 'a b'"));
    assert_eq!(violations(&DEFINITION, json!({})), json!({ "strategy": "required field missing" }));
}
