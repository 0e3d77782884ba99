//! Rules on claims: what each lets through, and the answer where it does not.

use gibbon_jose::Algorithm;
use gibbon_jose::sign::Signer;
use serde_json::{Map, Value, json};

use super::{DEFINITION, SECRET, bearer, hs256, jwt, world};
use crate::fixture::{NOW, Outcome, plugin_record, violations};

/// A token of `ann` with these claims beside `iss`.
fn token(claims: &Value) -> String {
    let mut all = json!({ "iss": "ann-key" });
    all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    hs256(&all.to_string())
}

fn send(config: Value, claims: Value) -> Outcome {
    world().send(&*jwt(config), bearer(&token(&claims)))
}

fn passes(config: Value, claims: Value) -> bool {
    send(config, claims).is_from("ann")
}

/// The status and the reason of a refusal.
fn refused(config: Value, claims: Value) -> (u16, String) {
    let outcome = send(config, claims);
    let (status, _, body) = outcome.answer();
    let body: Value = serde_json::from_str(body).unwrap();
    (status, body["reason"].as_str().unwrap().to_owned())
}

#[test]
fn a_token_is_for_one_of_the_audiences() {
    let config = || json!({ "audiences": ["orders", "stock"] });
    for audience in [json!("orders"), json!(["other", "stock"])] {
        assert!(passes(config(), json!({ "aud": audience })), "{audience}");
    }
    for audience in [json!("Orders"), json!("orders stock"), json!([]), json!([["orders"]]), json!(null), json!(7)] {
        assert_eq!(refused(config(), json!({ "aud": audience })), (401, "wrong_audience".into()), "{audience}");
    }
    assert_eq!(refused(config(), json!({})), (401, "wrong_audience".into()));
}

#[test]
fn a_token_is_from_one_of_the_issuers() {
    let config = |issuer: &str| json!({ "allowed_issuers": [issuer] });
    assert!(passes(config("ann-key"), json!({})));
    assert_eq!(refused(config("https://issuer/"), json!({})), (401, "wrong_issuer".into()));
}

#[test]
fn a_token_is_of_one_of_the_types_however_that_is_written() {
    let sent = |typ: Option<&str>, config: Value| {
        let header: Map<_, _> = typ.map(|typ| ("typ".to_owned(), json!(typ))).into_iter().collect();
        let signer = Signer::from_secret(Algorithm::HS256, SECRET.as_bytes()).unwrap();
        world().send(&*jwt(config), bearer(&signer.sign(&header, r#"{"iss":"ann-key"}"#).unwrap()))
    };
    for wanted in ["at+jwt", "application/AT+JWT"] {
        for typ in ["at+jwt", "AT+jwt", "application/at+jwt", "APPLICATION/at+jwt"] {
            assert!(sent(Some(typ), json!({ "token_types": [wanted] })).is_from("ann"), "{typ}");
        }
        for typ in [Some("JWT"), Some("id+jwt"), Some("application/"), Some(""), None] {
            assert_eq!(sent(typ, json!({ "token_types": [wanted] })).answer().0, 401, "{typ:?}");
        }
    }
}

#[test]
fn a_claim_that_is_required_is_there_and_not_null() {
    let config = || json!({ "required_claims": ["sub", "org.id"] });
    assert!(passes(config(), json!({ "sub": "", "org": { "id": 0 } })));
    assert!(passes(config(), json!({ "sub": false, "org.id": [] })));
    for claims in [json!({ "sub": "a" }), json!({ "sub": null, "org": { "id": 1 } }), json!({ "sub": "a", "org": [] })]
    {
        assert_eq!(refused(config(), claims), (401, "lacks_claim".into()));
    }
}

#[test]
fn scopes_are_words_of_a_text_or_elements_of_an_array_wherever_they_stand() {
    let config = |scopes: Value| json!({ "scopes": scopes });
    for (scopes, claims) in [
        (json!({ "any": ["read", "write"] }), json!({ "scope": "openid write" })),
        (json!({ "all": ["read", "write"] }), json!({ "scope": "write x read" })),
        (json!({ "all": ["read", "write"] }), json!({ "scope": "write", "scp": ["read"] })),
        (
            json!({ "any": ["admin"], "claims": ["realm_access.roles"] }),
            json!({ "realm_access": { "roles": ["admin"] } }),
        ),
        (json!({ "any": ["a"], "claims": ["https://x.y/roles"] }), json!({ "https://x.y/roles": ["a"] })),
    ] {
        assert!(passes(config(scopes.clone()), claims), "{scopes}");
    }
    for (scopes, claims) in [
        (json!({ "any": ["read"] }), json!({ "scope": "reader" })),
        (json!({ "any": ["read"] }), json!({ "scope": "READ" })),
        (json!({ "any": ["read"] }), json!({})),
        (json!({ "any": ["read"] }), json!({ "scope": { "read": true } })),
        (json!({ "all": ["read", "write"] }), json!({ "scope": "read" })),
        (json!({ "any": ["x"], "all": ["read"] }), json!({ "scope": "read" })),
    ] {
        assert_eq!(refused(config(scopes.clone()), claims), (403, "insufficient_scope".into()), "{scopes}");
    }
}

#[test]
fn who_lacks_a_scope_is_told_which() {
    let config = json!({ "realm": "lab", "scopes": { "all": ["read", "write"], "any": ["x"] } });
    let challenge = "Bearer realm=\"lab\", error=\"insufficient_scope\", scope=\"read write\"";
    let body = r#"{"message":"The token lacks a scope that is needed","reason":"insufficient_scope"}"#;
    assert_eq!(send(config, json!({})).answer(), (403, Some(challenge), body));
    let any = send(json!({ "scopes": { "any": ["a", "b"] } }), json!({}));
    assert_eq!(any.answer().1, Some("Bearer error=\"insufficient_scope\", scope=\"a b\""));
}

#[test]
fn a_token_is_not_older_than_it_may_be() {
    let config = |leeway: i64| json!({ "max_age": 60, "leeway": leeway });
    for (age, leeway, reason) in [
        (0, 0, None),
        (60, 0, None),
        (61, 0, Some("too_old")),
        (65, 5, None),
        (66, 5, Some("too_old")),
        (-1, 0, Some("issued_later")),
        (-5, 5, None),
        (-6, 5, Some("issued_later")),
    ] {
        let claims = json!({ "iat": NOW - age });
        match reason {
            None => assert!(passes(config(leeway), claims), "{age} {leeway}"),
            Some(reason) => assert_eq!(refused(config(leeway), claims), (401, reason.into()), "{age} {leeway}"),
        }
    }
    for claims in [json!({}), json!({ "iat": "1700000000" })] {
        assert_eq!(refused(config(0), claims), (401, "lacks_claim".into()));
    }
}

#[test]
fn clocks_may_differ_by_the_leeway() {
    let config =
        |leeway: i64| json!({ "claims_to_verify": ["exp", "nbf"], "maximum_expiration": 100, "leeway": leeway });
    for (exp, nbf, leeway, passes_with) in [
        (NOW, NOW, 0, false),
        (NOW, NOW, 1, true),
        (NOW - 5, NOW, 5, false),
        (NOW - 4, NOW, 5, true),
        (NOW + 1, NOW + 5, 5, true),
        (NOW + 1, NOW + 6, 5, false),
        (NOW + 105, NOW, 5, true),
        (NOW + 106, NOW, 5, false),
    ] {
        let outcome = send(config(leeway), json!({ "exp": exp, "nbf": nbf }));
        assert_eq!(outcome.is_from("ann"), passes_with, "{} {} {leeway}", exp - NOW, nbf - NOW);
    }
}

#[test]
fn an_expression_decides() {
    let config = |rule: &str| json!({ "claims_rule": rule });
    assert!(passes(config("claims.tenant == 'acme' && request.method == 'GET'"), json!({ "tenant": "acme" })));
    assert_eq!(refused(config("claims.tenant == 'acme'"), json!({ "tenant": "x" })), (403, "rule_not_met".into()));
    assert_eq!(refused(config("claims.tenant == 'acme'"), json!({})), (403, "rule_failed".into()));
    let outcome = send(config("false"), json!({}));
    assert_eq!(outcome.answer().1, Some("Bearer error=\"insufficient_scope\""));
}

#[test]
fn rules_hold_for_a_token_that_was_verified_before_and_after_its_signature() {
    let (world, plugin) = (world(), jwt(json!({ "claims_rule": "request.path == '/a'" })));
    let sent = |path: &str| {
        let token = token(&json!({}));
        let request = crate::fixture::Request::get(path).header("authorization", format!("Bearer {token}"));
        world.send(&*plugin, request).reply.map(|reply| reply.status.as_u16())
    };
    assert_eq!([sent("/a"), sent("/a"), sent("/b"), sent("/a")], [None, None, Some(403), None]);
    let forged = format!("{}x", token(&json!({})));
    assert_eq!(world.send(&*plugin, bearer(&forged)).answer().0, 401);
}

#[test]
fn whoever_may_go_on_as_nobody_does_so_without_the_scope_as_well() {
    let world = world().consumer(9, "nobody");
    let plugin = jwt(json!({ "anonymous": "nobody", "scopes": { "any": ["read"] } }));
    let outcome = world.send(&*plugin, bearer(&token(&json!({}))));
    assert_eq!(outcome.upstream(), (Some("nobody"), None, Some("true")));
}

#[test]
fn what_is_not_set_is_not_there() {
    let record = plugin_record(&DEFINITION, json!({ "audiences": null, "leeway": 5 })).unwrap();
    let config = record["config"].as_object().unwrap();
    assert_eq!(config.keys().skip_while(|name| *name != "realm").collect::<Vec<_>>(), ["realm", "leeway"]);
}

#[test]
fn what_could_not_be_used_is_refused() {
    let found = violations(
        &DEFINITION,
        json!({
            "audiences": [], "required_claims": ["a".repeat(40).replace("a", "a.")], "max_age": 0, "leeway": 601, "scopes": { "any": ["a b"] },
            "claims_rule": "claim.sub == 'a'",
        }),
    );
    let expected = json!({
        "audiences": "length must be at least 1",
        "required_claims": ["a claim has 1 to 32 names, with dots between them"],
        "max_age": "value must be greater than 0",
        "leeway": "value should be between 0 and 600",
        "scopes": { "any": ["a scope has no spaces, quotes, backslashes or control characters"] },
        "claims_rule": "unknown name `claim`: there are `claims`, `header`, `request`",
    });
    assert_eq!(found, expected);
    let scopes = violations(&DEFINITION, json!({ "scopes": { "claims": ["scp"] } }));
    assert_eq!(scopes["scopes"]["@entity"], json!(["at least one of these fields must be non-empty: 'any', 'all'"]));
}
