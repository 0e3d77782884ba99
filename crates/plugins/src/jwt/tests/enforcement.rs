//! Requests that would be refused, and pass.

use serde_json::{Value, json};

use super::{bearer, good, hs256, jwt, world};
use crate::fixture::{NOW, Request, answer};

fn expired() -> String {
    hs256(&format!(r#"{{"iss":"ann-key","exp":{}}}"#, NOW - 10))
}

fn config(enforcement: &str) -> Value {
    json!({ "claims_to_verify": ["exp"], "enforcement": enforcement })
}

/// What the log says of a decision.
fn logged(outcome: &crate::fixture::Outcome) -> Value {
    outcome.log_values.iter().find(|(name, _)| *name == "jwt").map(|(_, value)| value.clone()).unwrap_or_default()
}

#[test]
fn who_is_known_stays_known_and_who_is_not_is_nobody() {
    let plugin = jwt(config("shadow"));
    let outcome = world().send(&*plugin, bearer(&expired()));
    assert!(outcome.is_from("ann"));
    assert_eq!(logged(&outcome), json!({ "would_refuse": "expired" }));
    let forged = format!("{}.{}", expired().rsplit_once('.').unwrap().0, "AAAA");
    for (request, reason) in [
        (Request::get("/"), "no_token"),
        (bearer("rubbish"), "bad_token"),
        (bearer(&forged), "wrong_signature"),
        (bearer(&hs256(r#"{"iss":"other"}"#)), "unknown_key"),
    ] {
        let outcome = world().send(&*plugin, request);
        assert!(
            outcome.reply.is_none() && outcome.identity.consumer.is_none() && outcome.identity.credential.is_none()
        );
        assert_eq!(logged(&outcome), json!({ "would_refuse": reason }));
    }
    let good = hs256(&format!(r#"{{"iss":"ann-key","exp":{}}}"#, NOW + 10));
    let outcome = world().send(&*plugin, bearer(&good));
    assert!(outcome.is_from("ann") && logged(&outcome).is_null());
}

#[test]
fn only_warnings_are_told_to_clients() {
    for (enforcement, told) in [("warn", Some("expired")), ("shadow", None)] {
        let plugin = jwt(config(enforcement));
        let (outcome, head) = world().exchange(&*plugin, bearer(&expired()), answer(200, &[]));
        assert!(outcome.is_from("ann"));
        assert_eq!(head.headers.get_str("x-gibbon-would-refuse"), told);
        let token = hs256(&format!(r#"{{"iss":"ann-key","exp":{}}}"#, NOW + 10));
        let (_, head) = world().exchange(&*plugin, bearer(&token), answer(200, &[]));
        assert_eq!(head.headers.get_str("x-gibbon-would-refuse"), None);
    }
}

#[test]
fn what_is_enforced_is_refused() {
    for config in
        [config("enforce"), json!({ "claims_to_verify": ["exp"], "enforcement": "warn", "enforced_percentage": 100 })]
    {
        let (outcome, head) = world().exchange(&*jwt(config), bearer(&expired()), answer(200, &[]));
        assert_eq!(outcome.answer().2, r#"{"exp":"token expired"}"#);
        assert_eq!(head.headers.get_str("x-gibbon-would-refuse"), None);
    }
}

#[test]
fn a_share_of_the_clients_is_refused_each_of_them_always() {
    let mut config = config("shadow");
    config["enforced_percentage"] = json!(50);
    let (plugin, world) = (jwt(config), world());
    let is_refused = |client: u8| {
        let request = bearer(&expired()).from(&format!("10.0.0.{client}"));
        world.send(&*plugin, request).reply.is_some()
    };
    let refused = (0..=255).filter(|client| is_refused(*client)).count();
    assert!((90..170).contains(&refused), "{refused}");
    assert!((0..=255).all(|client| is_refused(client) == is_refused(client)));
}

#[test]
fn with_an_anonymous_consumer_nobody_would_be_refused() {
    let mut config = config("shadow");
    config["anonymous"] = json!("nobody");
    let plugin = jwt(config);
    let world = world().consumer(9, "nobody");
    assert_eq!(world.send(&*plugin, Request::get("/")).upstream(), (Some("nobody"), None, Some("true")));
    assert!(world.send(&*plugin, bearer(&expired())).is_from("ann"));
}

#[test]
fn logs_say_what_was_decided_where_that_is_configured() {
    let plugin = jwt(json!({ "log_decisions": true, "allowed_issuers": ["ann-key"] }));
    let accepted = world().send(&*plugin, bearer(&good()));
    assert_eq!(logged(&accepted), json!({ "reason": "accepted", "alg": "HS256", "issuer": "ann-key" }));
    let refused = world().send(&*plugin, bearer(&hs256(r#"{"iss":"https://evil"}"#)));
    assert_eq!(logged(&refused), json!({ "reason": "unknown_key", "alg": "HS256" }));
    assert_eq!(logged(&world().send(&*plugin, Request::get("/"))), json!({ "reason": "no_token" }));
    assert!(logged(&world().send(&*jwt(json!({})), Request::get("/"))).is_null());
}
