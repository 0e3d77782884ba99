//! Tokens that are for one request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use gibbon_jose::Algorithm;
use gibbon_jose::sign::Signer;
use gibbon_plugin_api::{CountedWindow, CountersAway, Counting, Handler, Node, Settings, SharedCounters};
use serde_json::{Value, json};

use super::{DEFINITION, bearer, hs256, signed, world, world_with};
use crate::fixture::{NOW, Outcome, World, configured};

const REPLAYED: (u16, Option<&str>, &str) = (
    401,
    Some("Bearer error=\"invalid_token\""),
    r#"{"message":"The token was used before","reason":"replayed_token"}"#,
);

/// A node of its own, which remembers tokens that it has verified.
fn node() -> Settings {
    Settings { verified_tokens_bytes: 1 << 20, ..Settings::default() }
}

fn plugin_with(more: Value, settings: &Settings) -> Box<dyn Handler> {
    let mut config = json!({ "single_use": "node" });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    configured(&DEFINITION, config, settings).unwrap()
}

fn plugin(more: Value) -> Box<dyn Handler> {
    plugin_with(more, &node())
}

fn claims(more: Value) -> String {
    let mut all = json!({ "iss": "ann-key", "jti": "one", "exp": NOW + 60 });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all.to_string()
}

fn token(more: Value) -> String {
    hs256(&claims(more))
}

fn send(world: &World, plugin: &dyn Handler, token: &str) -> Outcome {
    world.send(plugin, bearer(token))
}

#[test]
fn a_token_is_good_for_one_request() {
    let (world, plugin, token) = (world(), plugin(json!({})), token(json!({})));
    assert!(send(&world, &*plugin, &token).is_from("ann"));
    for _ in 0..3 {
        assert_eq!(send(&world, &*plugin, &token).answer(), REPLAYED);
    }
}

#[test]
fn it_is_known_by_its_name_whatever_else_it_says() {
    let (world, plugin) = (world(), plugin(json!({})));
    assert!(send(&world, &*plugin, &token(json!({}))).is_from("ann"));
    assert_eq!(send(&world, &*plugin, &token(json!({ "sub": "other" }))).answer(), REPLAYED);
    assert!(send(&world, &*plugin, &token(json!({ "jti": "two" }))).is_from("ann"));
}

#[test]
fn a_token_whose_signature_is_remembered_is_used_up_as_well() {
    let world = world_with(Algorithm::RS256, include_str!("../../../tests/keys/rsa.public.pem"));
    let settings = node();
    let (guarded, open) = (plugin_with(json!({}), &settings), configured(&DEFINITION, json!({}), &settings).unwrap());
    let signer = Signer::from_pem(Algorithm::RS256, include_str!("../../../tests/keys/rsa.pem")).unwrap();
    let token = signed(&signer, &claims(json!({ "iss": "RS256" })));
    assert!(send(&world, &*open, &token).is_from("ann"));
    assert!(send(&world, &*guarded, &token).is_from("ann"));
    assert_eq!(send(&world, &*guarded, &token).answer(), REPLAYED);
    assert!(send(&world, &*open, &token).is_from("ann"));
}

#[test]
fn without_a_name_or_an_end_it_is_refused() {
    let (world, plugin) = (world(), plugin(json!({})));
    for jti in [json!(null), json!(""), json!(7), json!(["one"])] {
        let outcome = send(&world, &*plugin, &token(json!({ "jti": jti })));
        let body = r#"{"message":"The token lacks the claim 'jti'","reason":"lacks_claim"}"#;
        assert_eq!((outcome.answer().0, outcome.answer().2), (401, body));
    }
    for (exp, body) in [(json!(null), "must be a number"), (json!(NOW), "token expired")] {
        let outcome = send(&world, &*plugin, &token(json!({ "exp": exp })));
        assert_eq!(outcome.answer().2, json!({ "exp": body }).to_string());
    }
}

#[test]
fn it_is_remembered_for_as_long_as_it_would_be_accepted() {
    let (mut world, plugin) = (world(), plugin(json!({ "leeway": 2.5 })));
    let token = token(json!({ "exp": NOW as f64 + 10.7 }));
    assert!(send(&world, &*plugin, &token).is_from("ann"));
    for (later, body) in [(0, REPLAYED.2), (12, REPLAYED.2), (13, r#"{"exp":"token expired"}"#)] {
        world.now = NOW + later;
        assert_eq!(send(&world, &*plugin, &token).answer().2, body, "{later}");
    }
}

#[test]
fn a_request_that_is_refused_for_something_else_does_not_use_it_up() {
    let (world, settings) = (world(), node());
    let strict = plugin_with(json!({ "audiences": ["orders"] }), &settings);
    let token = token(json!({}));
    assert_eq!(send(&world, &*strict, &token).answer().0, 401);
    assert!(send(&world, &*plugin_with(json!({}), &settings), &token).is_from("ann"));
    assert_eq!(send(&world, &*plugin_with(json!({ "leeway": 1 }), &settings), &token).answer(), REPLAYED);
}

#[test]
fn being_explained_does_not_use_it_up() {
    let (world, plugin, token) = (world(), plugin(json!({})), token(json!({})));
    let explained = || {
        let (explanation, _) = world.meet(bearer(&token), |cx| plugin.explain(cx).unwrap());
        let step = explanation.steps.iter().find(|step| step["step"] == "`single_use`").cloned().unwrap();
        (step["outcome"].clone(), explanation.reply.is_none())
    };
    for _ in 0..2 {
        assert_eq!(explained(), (json!("holds"), true));
    }
    assert!(send(&world, &*plugin, &token).is_from("ann"));
    assert_eq!(explained(), (json!("fails"), false));
}

#[test]
fn where_it_is_not_enforced_a_second_request_passes_and_is_counted() {
    let (world, plugin, token) = (world(), plugin(json!({ "enforcement": "shadow" })), token(json!({})));
    assert!(send(&world, &*plugin, &token).is_from("ann"));
    let second = send(&world, &*plugin, &token);
    assert!(second.is_from("ann"));
    let said = second.log_values.iter().find(|(name, _)| *name == "jwt").map(|(_, value)| value);
    assert_eq!(said, Some(&json!({ "would_refuse": "replayed_token" })));
}

/// What nodes share, or nothing while that is away.
#[derive(Default)]
struct Place(Mutex<Option<HashMap<String, i64>>>);

impl SharedCounters for Place {
    fn add(&self, windows: Vec<CountedWindow>, amount: i64) -> Counting {
        let mut counts = self.0.lock().unwrap();
        let counted = counts.as_mut().map(|counts| {
            let mut add = |window: CountedWindow| {
                let count = counts.entry(window.name).or_default();
                *count += amount;
                *count
            };
            windows.into_iter().map(&mut add).collect()
        });
        Box::pin(async move { counted.ok_or_else(|| CountersAway("away".to_owned())) })
    }
}

fn clustered(place: &Arc<Place>, more: Value) -> Box<dyn Handler> {
    let settings = Settings { node: Node { counters: Some(Arc::clone(place) as _), ..Node::default() }, ..node() };
    let mut config = json!({ "single_use": "cluster" });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    plugin_with(config, &settings)
}

#[test]
fn nodes_that_share_a_database_accept_it_once_together() {
    let (world, place) = (world(), Arc::new(Place(Mutex::new(Some(HashMap::new())))));
    let (one, other) = (clustered(&place, json!({})), clustered(&place, json!({})));
    let token = token(json!({}));
    assert!(send(&world, &*one, &token).is_from("ann"));
    assert_eq!(send(&world, &*other, &token).answer(), REPLAYED);
    assert_eq!(send(&world, &*one, &token).answer(), REPLAYED);
    assert!(place.0.lock().unwrap().as_ref().unwrap().keys().all(|name| !name.contains("ann-key")));
}

#[test]
fn while_the_database_is_away_nobody_is_let_in() {
    let (world, place) = (world().consumer(9, "nobody"), Arc::new(Place::default()));
    for (number, more) in [json!({}), json!({ "anonymous": "nobody" })].into_iter().enumerate() {
        let outcome = send(&world, &*clustered(&place, more), &token(json!({ "jti": number.to_string() })));
        assert_eq!(outcome.answer(), (503, None, "Service unavailable"));
    }
    let lax = clustered(&place, json!({ "enforcement": "shadow" }));
    assert!(send(&world, &*lax, &token(json!({}))).is_from("ann"));
    let without = plugin(json!({ "single_use": "cluster" }));
    assert_eq!(send(&world, &*without, &token(json!({}))).answer().0, 503);
}
