//! The plugin in time: what becomes of a session from minute to minute.

use serde_json::{Value, json};

use super::DEFINITION;
use crate::fixture::{NOW, Outcome, Request, SETTINGS, World, answer, configured, handler, plugin_record};
use crate::key_auth;

fn config(mut fields: Value) -> Value {
    fields["secret"] = json!("secret");
    fields
}

/// A world with ann, in which a request with her key has just opened a session. Its cookies come back.
fn logged_in(fields: &Value) -> (World, String) {
    let world = World::new().consumer(1, "ann");
    let world = world.credential(&key_auth::DEFINITION.credentials[0], 1, json!({ "key": "k" }));
    let session = handler(&DEFINITION, config(fields.clone()));
    let key_auth = handler(&key_auth::DEFINITION, json!({}));
    let (_, head) =
        world.exchange_through(&[&*session, &*key_auth], Request::get("/").header("apikey", "k"), answer(200, &[]));
    let cookies = sent_back(&head.headers.all("set-cookie").map(<[u8]>::to_vec).collect::<Vec<_>>());
    assert!(cookies.contains("session="), "{cookies}");
    (world, cookies)
}

fn sent_back(lines: &[Vec<u8>]) -> String {
    let pairs =
        lines.iter().map(|line| String::from_utf8_lossy(line.split(|byte| *byte == b';').next().unwrap()).into_owned());
    pairs.collect::<Vec<_>>().join("; ")
}

/// A request with these cookies, `after` so many seconds: what becomes of it, and the cookies that the answer brings.
fn later(world: &mut World, fields: &Value, cookies: &str, after: i64) -> (Outcome, String) {
    world.now = NOW + after;
    let session = handler(&DEFINITION, config(fields.clone()));
    let request = Request::get("/").header("cookie", cookies);
    let (outcome, head) = world.exchange(&*session, request, answer(200, &[]));
    let lines: Vec<_> = head.headers.all("set-cookie").map(<[u8]>::to_vec).collect();
    (outcome, sent_back(&lines))
}

#[test]
fn a_session_that_is_not_used_is_over() {
    let fields = json!({});
    let (mut world, cookies) = logged_in(&fields);
    assert!(later(&mut world, &fields, &cookies, 900).0.is_from("ann"));
    assert!(!later(&mut world, &fields, &cookies, 901).0.is_from("ann"));
}

#[test]
fn a_session_that_is_used_lasts() {
    let fields = json!({});
    let (mut world, mut cookies) = logged_in(&fields);
    assert_eq!(later(&mut world, &fields, &cookies, 60).1, "");
    for round in 1..=5 {
        let (outcome, touched) = later(&mut world, &fields, &cookies, round * 500);
        assert!(outcome.is_from("ann"));
        cookies = touched;
    }
}

#[test]
fn a_session_gets_another_id_in_time_and_is_over_in_the_end() {
    let fields = json!({ "idling_timeout": 0, "absolute_timeout": 7000, "request_headers": ["id"] });
    let (mut world, cookies) = logged_in(&fields);
    let first = |outcome: &Outcome| outcome.head.headers.get_str("session-id").unwrap().to_owned();
    let (outcome, same) = later(&mut world, &fields, &cookies, 2700);
    assert!(same.is_empty());
    let before = first(&outcome);
    let (outcome, renewed) = later(&mut world, &fields, &cookies, 2701);
    assert_ne!(first(&outcome), before);
    assert!(!later(&mut world, &fields, &cookies, 3601).0.is_from("ann"));
    assert!(later(&mut world, &fields, &renewed, 3601).0.is_from("ann"));
    let (_, again) = later(&mut world, &fields, &renewed, 6000);
    assert!(later(&mut world, &fields, &again, 7000).0.is_from("ann"));
    assert!(!later(&mut world, &fields, &again, 7001).0.is_from("ann"));
}

#[test]
fn a_client_is_remembered_when_its_session_is_over() {
    let fields = json!({ "remember": true });
    let (mut world, cookies) = logged_in(&fields);
    let (outcome, both) = later(&mut world, &fields, &cookies, 100_000);
    assert!(outcome.is_from("ann"));
    assert!(both.contains("session=1") && both.contains("remember=1"), "{both}");
    assert!(!later(&mut world, &fields, &cookies, 604_801).0.is_from("ann"));
}

#[test]
fn a_session_is_for_its_audience_and_its_secret() {
    let (mut world, cookies) = logged_in(&json!({}));
    assert!(!later(&mut world, &json!({ "audience": "other" }), &cookies, 1).0.is_from("ann"));
    let other = handler(&DEFINITION, json!({ "secret": "other" }));
    assert!(!world.send(&*other, Request::get("/").header("cookie", &cookies)).is_from("ann"));
}

#[test]
fn what_is_told_upstream_is_never_the_clients_word() {
    let fields = json!({ "request_headers": ["subject", "absolute-timeout"] });
    let (mut world, cookies) = logged_in(&fields);
    let session = handler(&DEFINITION, config(fields.clone()));
    let forged = Request::get("/").header("session-subject", "root");
    assert_eq!(world.send(&*session, forged).head.headers.get_str("session-subject"), None);
    let (outcome, _) = later(&mut world, &fields, &cookies, 400);
    let told = |name: &str| outcome.head.headers.get_str(name).map(str::to_owned);
    assert_eq!(
        (told("session-subject").as_deref(), told("session-absolute-timeout").as_deref()),
        (Some("ann"), Some("86000"))
    );
}

#[test]
fn former_names_mean_the_present_ones() {
    let record = plugin_record(
        &DEFINITION,
        json!({
            "secret": "s", "cookie_lifetime": 1, "cookie_idletime": 2, "cookie_discard": 3, "cookie_samesite": "off",
            "cookie_httponly": false, "cookie_persistent": true, "cookie_renew": 4,
        }),
    )
    .unwrap();
    let config = &record["config"];
    for (name, value) in [
        ("rolling_timeout", json!(1)),
        ("idling_timeout", json!(2)),
        ("stale_ttl", json!(3)),
        ("cookie_same_site", json!("Lax")),
        ("cookie_http_only", json!(false)),
        ("remember", json!(true)),
    ] {
        assert_eq!(config[name], value, "{name}");
    }
}

#[test]
fn a_secret_is_made_where_none_is_given() {
    let record = plugin_record(&DEFINITION, json!({})).unwrap();
    assert_eq!(record["config"]["secret"], "r".repeat(32));
}

#[test]
fn a_name_that_no_cookie_can_have_is_named() {
    let broken = configured(&DEFINITION, config(json!({ "cookie_name": "a b" })), &SETTINGS);
    assert_eq!(broken.err().map(|error| error.field), Some("cookie_name"));
}
