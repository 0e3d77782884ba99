//! An issuer that is asked about tokens, and a whole gateway in front of an upstream.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use gibbon_jose::Algorithm;
use gibbon_jose::sign::Signer;
use gibbon_testkit::{Action, Gateway, Origin, eventually};
use serde_json::{Map, Value, json};

use crate::metrics::reaches;

const SECRET: &str = "a secret of ann and of these tests";

/// What the issuer says of tokens that are called `good`, how it is otherwise, and who asks.
struct Issuer {
    says: Arc<Mutex<Says>>,
    origin: Origin,
}

struct Says {
    claims: Value,
    instead: Option<fn() -> Action>,
}

impl Issuer {
    fn start() -> Self {
        let says = Arc::new(Mutex::new(Says { claims: json!({ "sub": "joe", "scope": "read" }), instead: None }));
        let state = Arc::clone(&says);
        let origin = Origin::start(move |request| {
            let state = state.lock().unwrap();
            let token = form_value(&request.text(), "token");
            match state.instead {
                Some(instead) => instead(),
                None if token.contains("good") => {
                    let mut claims = state.claims.clone();
                    claims["active"] = true.into();
                    Action::ok(&claims.to_string())
                }
                None => Action::ok(r#"{"active":false}"#),
            }
        });
        Self { says, origin }
    }

    fn says(&self) -> MutexGuard<'_, Says> {
        self.says.lock().unwrap()
    }

    fn asked(&self) -> usize {
        self.origin.requests().len()
    }

    /// A gateway that asks it about tokens on the route `r`, with more in `introspection` and in the configuration.
    fn gateway(&self, asking: Value, more: Value) -> (Gateway, Origin) {
        self.gateway_listing(&format!("http://127.0.0.1:{}", self.origin.port()), asking, more)
    }

    fn gateway_listing(&self, listed: &str, asking: Value, more: Value) -> (Gateway, Origin) {
        let upstream = Origin::echoing_targets();
        let mut builder = Gateway::builder().setting("jwt_issuer_hosts", listed);
        for plugin in gibbon_plugins::registry::all() {
            builder = builder.plugin(plugin);
        }
        let gateway = builder.start();
        let service = gateway.service_at(&upstream, json!({}));
        let route = gateway.route_to(service, json!({ "name": "r", "paths": ["/r"] }));
        let mut config = json!({ "introspection": {
            "endpoint": self.origin.url("/introspect"), "client_id": "gate", "client_secret": "k:y",
        } });
        extend(&mut config["introspection"], asking);
        extend(&mut config, more);
        gateway.plugin(json!({ "name": "jwt", "route": { "id": route }, "config": config }));
        let ann = gateway.consumer(json!({ "username": "ann" }));
        gateway.put("jwt_secrets", json!({ "consumer": { "id": ann }, "key": "issuer", "secret": SECRET }));
        (gateway, upstream)
    }
}

fn extend(value: &mut Value, more: Value) {
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
}

fn form_value(body: &str, name: &str) -> String {
    let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(known, _)| *known == name).map(|(_, value)| value.to_owned()).collect()
}

fn ask(gateway: &Gateway, token: &str) -> (u16, String) {
    let answer = gateway.connect().get_with("/r", &[&format!("Authorization: Bearer {token}")]);
    (answer.status, answer.text())
}

fn jwt(name: &str) -> String {
    let signer = Signer::from_secret(Algorithm::HS256, SECRET.as_bytes()).unwrap();
    let header = Map::from_iter([("kid".to_owned(), name.into())]);
    signer.sign(&header, r#"{"iss":"issuer"}"#).unwrap()
}

#[test]
fn a_token_that_is_no_jwt_is_what_its_issuer_says_of_it() {
    let issuer = Issuer::start();
    let more = json!({ "claims_to_headers": [{ "claim": "scope", "header": "X-Scope" }], "hide_credentials": true });
    let (gateway, upstream) = issuer.gateway(json!({}), more);
    assert_eq!(ask(&gateway, "good+1").0, 200);
    let passed = upstream.last_request();
    assert_eq!((passed.field("x-scope"), passed.field("authorization")), (Some("read"), None));
    assert_eq!((passed.field("x-credential-identifier"), passed.field("x-consumer-username")), (Some("joe"), None));
    let asked = issuer.origin.only_request();
    assert_eq!((&*asked.method, &*asked.target), ("POST", "/introspect"));
    assert_eq!(asked.field("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(asked.field("authorization"), Some("Basic Z2F0ZTprJTNBeQ=="));
    assert_eq!(asked.text(), "token=good%2B1&token_type_hint=access_token");
    let inactive = r#"{"message":"The token is not active","reason":"inactive_token"}"#;
    assert_eq!(ask(&gateway, "other"), (401, inactive.to_owned()));
    let sample = |outcome: &str| {
        format!("gibbon_jwt_introspections_total{{url=\"{}\",outcome=\"{outcome}\"}}", issuer.origin.url("/introspect"))
    };
    reaches(&gateway, &sample("active"), 1.0);
    reaches(&gateway, &sample("inactive"), 1.0);
    reaches(&gateway, "gibbon_jwt_decisions_total{route=\"r\",reason=\"inactive_token\"}", 1.0);
}

#[test]
fn what_it_says_goes_through_the_rules_and_names_the_consumer() {
    let issuer = Issuer::start();
    let more = json!({
        "scopes": { "any": ["write"] }, "consumer_mapping": { "claim": "sub", "by": ["username"], "unknown": "refuse" },
    });
    let (gateway, upstream) = issuer.gateway(json!({ "cache_ttl": 0 }), more);
    assert_eq!(ask(&gateway, "good").0, 403);
    issuer.says().claims = json!({ "sub": "joe", "scope": "read write" });
    assert_eq!(ask(&gateway, "good").0, 403);
    issuer.says().claims = json!({ "sub": "ann", "scope": "read write" });
    assert_eq!(ask(&gateway, "good").0, 200);
    assert_eq!(upstream.last_request().field("x-consumer-username"), Some("ann"));
}

#[test]
fn an_answer_counts_for_a_time_and_many_who_want_it_wait_for_one() {
    let issuer = Issuer::start();
    issuer.says().instead = Some(|| {
        Action::default()
            .then_pause(Duration::from_millis(300))
            .then_send("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"active\":true}")
    });
    let (gateway, _upstream) = issuer.gateway(json!({}), json!({}));
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..20).map(|_| scope.spawn(|| ask(&gateway, "one").0)).collect();
        assert!(asking.into_iter().all(|asking| asking.join().unwrap() == 200));
    });
    assert_eq!((ask(&gateway, "one").0, issuer.asked()), (200, 1));
    issuer.says().instead = None;
    issuer.says().claims = json!({ "exp": 1 });
    assert_eq!((ask(&gateway, "good").0, ask(&gateway, "good").0, issuer.asked()), (200, 200, 3));
}

#[test]
fn a_jwt_is_asked_about_only_where_that_is_configured_and_when_its_signature_is_right() {
    let issuer = Issuer::start();
    let (gateway, _upstream) = issuer.gateway(json!({}), json!({}));
    assert_eq!((ask(&gateway, &jwt("a")).0, issuer.asked()), (200, 0));
    let (gateway, upstream) = issuer.gateway(json!({ "tokens": "all" }), json!({}));
    assert_eq!((ask(&gateway, &jwt("a")).0, issuer.asked()), (401, 1));
    issuer.says().instead = Some(|| Action::ok(r#"{"active":true,"sub":"somebody else"}"#));
    assert_eq!((ask(&gateway, &jwt("b")).0, issuer.asked()), (200, 2));
    assert_eq!(upstream.last_request().field("x-consumer-username"), Some("ann"));
    assert_eq!((ask(&gateway, &jwt("b")).0, issuer.asked()), (200, 2));
    let mut forged = jwt("c");
    forged.replace_range(forged.len() - 4.., "AAAA");
    assert_eq!((ask(&gateway, &forged).0, issuer.asked()), (401, 2));
    for wrong in ["eyJhbGciOiJub25lIn0.e30.", "a\"b", "", &"x".repeat(5000)] {
        assert_eq!((ask(&gateway, wrong).0, issuer.asked()), (401, 2), "{wrong}");
    }
}

#[test]
fn while_the_issuer_cannot_be_asked_nothing_can_be_said_and_nobody_is_let_in() {
    let too_long: fn() -> Action = || Action::ok(&format!("{{\"active\":true}}{}", " ".repeat(300 * 1024)));
    let others: [fn() -> Action; 6] = [
        Action::close,
        || Action::answer("500 Oh", &[], r#"{"active":true}"#),
        || Action::answer("401 Unauthorized", &[], ""),
        || Action::answer("404 Not Found", &[], ""),
        || Action::answer("302 Found", &["Location: /other"], ""),
        || Action::ok("<html>"),
    ];
    for instead in others.into_iter().chain([too_long]) {
        let issuer = Issuer::start();
        let (gateway, upstream) = issuer.gateway(json!({}), json!({ "anonymous": "ann" }));
        issuer.says().instead = Some(instead);
        assert_eq!(ask(&gateway, "good").0, 503);
        assert_eq!(upstream.requests().len(), 0);
        issuer.says().instead = None;
        eventually("the issuer is there again", || ask(&gateway, "good").0 == 200);
    }
}

#[test]
fn an_issuer_that_is_down_is_left_alone_and_one_that_is_slow_holds_nobody_up_for_long() {
    let issuer = Issuer::start();
    let (gateway, _upstream) = issuer.gateway(json!({ "timeout": 200 }), json!({}));
    issuer.says().instead = Some(Action::hang);
    let begun = Instant::now();
    assert_eq!(ask(&gateway, "good").0, 503);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    eventually("it is known to be down", || {
        let before = issuer.asked();
        ask(&gateway, "good.again").0 == 503 && issuer.asked() == before
    });
}

#[test]
fn who_makes_tokens_up_has_the_issuer_asked_about_some_of_them() {
    let issuer = Issuer::start();
    let (gateway, _upstream) = issuer.gateway(json!({}), json!({}));
    let begun = Instant::now();
    let statuses: Vec<u16> = (0..300).map(|number| ask(&gateway, &format!("made.up{number}")).0).collect();
    let allowed = 101 + usize::try_from(begun.elapsed().as_millis() / 100).unwrap();
    assert!(statuses.iter().all(|status| [401, 429].contains(status)), "{statuses:?}");
    assert!(issuer.asked() <= allowed, "{} > {allowed}", issuer.asked());
    assert!(statuses.contains(&429) || begun.elapsed() > Duration::from_secs(15));
}

#[test]
fn nobody_is_asked_at_an_address_that_is_not_public_unless_it_is_listed() {
    let issuer = Issuer::start();
    let (gateway, _upstream) =
        issuer.gateway_listing("http://localhost", json!({ "endpoint": "https://127.0.0.1:9/" }), json!({}));
    assert_eq!((ask(&gateway, "good").0, issuer.asked()), (503, 0));
}
