//! What upstreams are told of a token beyond what Kong tells them.

use http::Method;
use serde_json::{Value, json};

use super::{DEFINITION, bearer, hs256, jwt, world};
use crate::acl;
use crate::fixture::{Outcome, Request, World, handler, id, violations};

fn token(claims: &Value) -> String {
    let mut all = json!({ "iss": "ann-key" });
    all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    hs256(&all.to_string())
}

fn send(config: Value, claims: Value) -> Outcome {
    world().send(&*jwt(config), bearer(&token(&claims)))
}

/// What the upstream finds under `X-It`, which the claim `it` goes into.
fn told(form: &str, it: Value) -> Result<Option<String>, String> {
    let config = json!({ "claims_to_headers": [{ "claim": "it", "header": "X-It", "form": form }] });
    let outcome = send(config, json!({ "it": it }));
    match &outcome.reply {
        None => Ok(outcome.head.headers.get("x-it").map(|value| String::from_utf8(value.to_vec()).unwrap())),
        Some(_) => Err(outcome.answer().2.to_owned()),
    }
}

#[test]
fn claims_go_into_headers_in_a_form_that_cannot_be_mistaken() {
    for (it, expected) in [
        (json!("a b"), Some("a b")),
        (json!("ä"), Some("ä")),
        (json!(""), Some("")),
        (json!(42), Some("42")),
        (json!(true), Some("true")),
        (json!(["a", "b", 3]), Some("a,b,3")),
        (json!([]), Some("")),
        (json!(null), None),
        (json!({ "a": 1 }), Some("eyJhIjoxfQ")),
        (json!([{ "a": 1 }]), Some("W3siYSI6MX1d")),
    ] {
        assert_eq!(told("text", it.clone()), Ok(expected.map(str::to_owned)), "{it}");
    }
    for (it, expected) in [(json!("a"), "ImEi"), (json!(1), "MQ"), (json!(["a,b"]), "WyJhLGIiXQ")] {
        assert_eq!(told("json", it.clone()), Ok(Some(expected.to_owned())), "{it}");
    }
}

#[test]
fn what_no_header_can_carry_unmistakably_refuses_the_token() {
    let refused = Err(r#"{"message":"The claim 'it' cannot be passed on","reason":"unfit_claim"}"#.to_owned());
    for it in [json!("a\r\nX-Admin: 1"), json!("a\u{0}"), json!("a\tb"), json!(["a", "b,c"]), json!("x".repeat(4097))] {
        assert_eq!(told("text", it.clone()), refused, "{it}");
    }
    assert_eq!(told("text", json!("x".repeat(4096))).unwrap().map(|text| text.len()), Some(4096));
}

#[test]
fn what_a_client_says_in_these_headers_never_reaches_the_upstream() {
    let config = |more: Value| {
        let mut config = json!({ "claims_to_headers": [{ "claim": "org.id", "header": "X-Org-Id" }] });
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config
    };
    let spoofed = |request: Request| {
        request
            .header("x-org-id", "root")
            .header("X_Org_Id", "root")
            .header("x_org-id", "root")
            .header("x-org-ids", "1")
    };
    let seen = |outcome: &Outcome| -> Vec<(String, String)> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_lowercase();
        let fields = outcome.head.headers.iter().map(|(name, value)| (text(name), text(value)));
        fields.filter(|(name, _)| name.contains("org")).collect()
    };
    let other = || ("x-org-ids".to_owned(), "1".to_owned());
    let world = world().consumer(9, "nobody");
    let accepted = world.send(&*jwt(config(json!({}))), spoofed(bearer(&token(&json!({ "org": { "id": 7 } })))));
    assert_eq!(seen(&accepted), [other(), ("x-org-id".to_owned(), "7".to_owned())]);
    let absent = world.send(&*jwt(config(json!({}))), spoofed(bearer(&token(&json!({})))));
    assert_eq!(seen(&absent), [other()]);
    let anonymous = world.send(&*jwt(config(json!({ "anonymous": "nobody" }))), spoofed(Request::get("/")));
    assert_eq!(seen(&anonymous), [other()]);
    let preflight = jwt(config(json!({ "run_on_preflight": false })));
    assert_eq!(seen(&world.send(&*preflight, spoofed(Request::new(Method::OPTIONS, "/")))), [other()]);
    let shadow = world.send(&*jwt(config(json!({ "enforcement": "shadow" }))), spoofed(Request::get("/")));
    assert_eq!(seen(&shadow), [other()]);
}

#[test]
fn a_header_that_is_not_a_claims_to_set_is_refused() {
    for name in ["Host", "content-length", "Transfer_Encoding", "X-Consumer-ID", "x_consumer_groups", "a b"] {
        let found = violations(&DEFINITION, json!({ "claims_to_headers": [{ "claim": "a", "header": name }] }));
        assert!(found["claims_to_headers"][0]["header"].is_string(), "{name}: {found}");
    }
}

#[test]
fn a_token_is_hidden_wherever_it_was_looked_for() {
    let config =
        json!({ "hide_credentials": true, "cookie_names": ["session"], "header_names": ["authorization", "x-t"] });
    let token = token(&json!({}));
    let target = format!("/?a=%31&jwt={token}&b");
    let request = Request::get(&target)
        .header("authorization", format!("Bearer {token}"))
        .header("cookie", format!("one=1; session={token}; two=2"))
        .header("x-t", "no token");
    let outcome = world().send(&*jwt(config.clone()), request);
    assert!(outcome.is_from("ann"));
    assert_eq!(outcome.head.query(), Some("a=%31&b"));
    let headers = &outcome.head.headers;
    assert_eq!((headers.get("authorization"), headers.get_str("cookie")), (None, Some("one=1; two=2")));
    assert_eq!(headers.get_str("x-t"), Some("no token"));
    let basic = Request::get(&format!("/?jwt={token}")).header("authorization", "Basic YTpi").header("cookie", "a=b");
    let outcome = world().send(&*jwt(config), basic);
    let headers = &outcome.head.headers;
    assert_eq!((outcome.head.query(), headers.get_str("cookie")), (None, Some("a=b")));
    assert_eq!(headers.get_str("authorization"), Some("Basic YTpi"));
}

#[test]
fn a_token_that_does_not_hold_is_hidden_from_the_upstream_as_well() {
    let config = json!({ "hide_credentials": true, "anonymous": "nobody" });
    let outcome = world().consumer(9, "nobody").send(&*jwt(config), bearer("rubbish"));
    assert_eq!(outcome.upstream().0, Some("nobody"));
    assert!(!outcome.head.headers.contains("authorization"));
}

#[test]
fn a_token_that_nobody_looks_at_is_hidden_as_well() {
    let config = json!({ "hide_credentials": true, "run_on_preflight": false });
    let request = Request::new(Method::OPTIONS, "/").header("authorization", format!("Bearer {}", token(&json!({}))));
    let outcome = world().send(&*jwt(config), request);
    assert!(outcome.reply.is_none() && !outcome.head.headers.contains("authorization"));
}

/// `ann` has the token, `bob` has the custom id `bob-id`.
fn people() -> World {
    world().consumer_with_custom_id(2, "bob", "bob-id")
}

fn mapped(mapping: Value, claims: Value) -> Outcome {
    people().send(&*jwt(json!({ "consumer_mapping": mapping })), bearer(&token(&claims)))
}

#[test]
fn a_claim_names_the_consumer() {
    let user = |name: &str| json!({ "user": { "name": name } });
    let by = |keys: Value| json!({ "claim": "user.name", "by": keys });
    assert!(mapped(json!({ "claim": "user.name" }), user("bob")).is_from("bob"));
    assert!(mapped(json!({ "claim": "user.name" }), user("bob-id")).is_from("bob"));
    assert!(mapped(by(json!(["id"])), user(&id(2).to_string())).is_from("bob"));
    let told = mapped(json!({ "claim": "user.name" }), user("bob"));
    assert_eq!(told.upstream(), (Some("bob"), Some("ann-key"), None));
    for (keys, claims) in [
        (json!(["username"]), user("bob-id")),
        (json!(["custom_id"]), user("bob")),
        (json!(["username"]), user("")),
        (json!(["username"]), json!({ "user": { "name": ["bob"] } })),
        (json!(["username"]), json!({})),
    ] {
        let outcome = mapped(by(keys), claims);
        let body = r#"{"message":"The token names no consumer","reason":"no_consumer"}"#;
        assert_eq!((outcome.answer().0, outcome.answer().2), (403, body));
    }
}

#[test]
fn a_claim_that_names_nobody_falls_back_or_makes_a_virtual_consumer() {
    let credential = mapped(json!({ "claim": "sub", "unknown": "credential" }), json!({ "sub": "carl" }));
    assert!(credential.is_from("ann"));
    let virtual_consumer = |sub: &str| {
        let outcome =
            mapped(json!({ "claim": "sub", "by": ["username"], "unknown": "virtual" }), json!({ "sub": sub }));
        assert!(outcome.reply.is_none(), "{:?}", outcome.answer());
        outcome.identity.consumer.unwrap()
    };
    let carl = virtual_consumer("carl");
    assert_eq!((carl.username.as_deref(), carl.custom_id.as_deref()), (None, Some("carl")));
    assert_eq!(carl, virtual_consumer("carl"));
    assert_ne!(carl.id, virtual_consumer("dora").id);
    // Nobody can pass for a consumer that is stored.
    assert_eq!(virtual_consumer("bob-id").id, id(2));
    for sub in [json!("x".repeat(257)), json!("a\nb"), json!(7)] {
        let outcome = mapped(json!({ "claim": "sub", "unknown": "virtual" }), json!({ "sub": sub }));
        assert_eq!(outcome.answer().0, 403);
    }
}

#[test]
fn groups_of_a_claim_are_groups_of_acl() {
    let acl = handler(&acl::DEFINITION, json!({ "allow": ["gold"], "always_use_authenticated_groups": true }));
    let plugin = jwt(json!({ "groups_claim": "realm.groups" }));
    let sent = |groups: Value| {
        let request = bearer(&token(&json!({ "realm": { "groups": groups } })));
        people().send_through(&[&*plugin, &*acl], request)
    };
    for groups in [json!(["silver", "gold"]), json!("silver gold")] {
        let outcome = sent(groups);
        assert_eq!(outcome.head.headers.get_str("x-authenticated-groups"), Some("silver, gold"));
    }
    for groups in [json!(["golden"]), json!([]), json!(null), json!(7)] {
        assert_eq!(sent(groups.clone()).answer().0, 403, "{groups}");
    }
    for groups in [json!(["silver, gold"]), json!(["a\r\nb"]), json!(["x".repeat(5_000)])] {
        assert_eq!(sent(groups.clone()).answer().0, 401, "{groups}");
    }
}
