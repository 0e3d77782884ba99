//! What rules say, and what they may cost.

use std::time::Instant;

use gibbon_jose::sign::Signer;
use gibbon_jose::{Algorithm, Limits, Token};
use serde_json::Map;

use super::*;
use crate::fixture::{Request, World};

/// A request as rules see it.
fn request() -> Request {
    Request::get("/orders/42?tenant=acme").header("host", "api.example").header("x-tenant", "acme")
}

fn worth(rule: &str, claims: &str) -> Worth {
    let rule = Expression::new(rule).unwrap();
    let token = Signer::from_secret(Algorithm::HS256, b"s").unwrap().sign(&Map::new(), claims).unwrap();
    let token = Token::parse(token.as_bytes(), &Limits::default()).unwrap();
    let see = |cx: &mut RequestCx<'_>| rule.work_out(&Facts::new(token.contents(), cx, &rule.prepared.patterns));
    World::new().meet(request(), see).0
}

#[test]
fn a_rule_is_about_claims_header_and_request() {
    let claims = r#"{"sub":"ann","n":3,"half":0.5,"nothing":null,"yes":true,"tenant":"acme","a.b":1,
        "roles":["admin","user"],"realm":{"roles":["x"]},"e":"\u0061"}"#;
    for rule in [
        "claims.sub == 'ann'",
        "claims['sub'] == 'ann' && claims.n == 3 && claims.half < 1.0 && claims.nothing == null && claims.yes",
        "'admin' in claims.roles && claims.realm.roles[0] == 'x'",
        "has(claims.sub) && !has(claims.other) && !has(claims.realm.other)",
        "claims.roles.exists(role, role == 'user') && claims.roles.all(role, size(role) > 3)",
        "claims.roles.filter(role, role.startsWith('a')).size() == 1",
        "claims.roles.exists(r, r.endsWith('er') && claims.realm.roles.exists(other, other != r))",
        "claims.sub.matches('^a.n$') && !claims.sub.matches('^b')",
        "matches(claims.sub, 'n')",
        "claims.?other.orValue('none') == 'none' && claims.?sub.hasValue()",
        "claims['a.b'] == 1 && claims.e == 'a'",
        "header.alg == 'HS256' && type(claims.n) == int",
        "request.method == 'GET' && request.path == '/orders/42' && request.host == 'api.example'",
        "request.headers['x-tenant'] == claims.tenant && request.query.tenant == claims.tenant",
        "request.client_ip == '127.0.0.1' && request.time == 1700000000",
        "request == request && claims == claims",
    ] {
        assert_eq!(worth(rule, claims), Worth::True, "{rule}");
    }
}

#[test]
fn what_does_not_hold_is_false_and_what_cannot_be_worked_out_is_neither() {
    assert_eq!(worth("claims.sub == 'bob'", r#"{"sub":"ann"}"#), Worth::False);
    for (rule, claims) in [
        ("claims.sub == 'ann'", "{}"),
        ("claims.sub", r#"{"sub":"ann"}"#),
        ("claims.a.b", r#"{"a.b":true}"#),
        ("claims.n / 0 == 1", r#"{"n":1}"#),
        ("claims.n.startsWith('a')", r#"{"n":1}"#),
        ("claims.n.matches('a')", r#"{"n":1}"#),
        ("claims.n.all(x, true)", r#"{"n":1}"#),
        ("claims.list[7]", r#"{"list":[true]}"#),
        ("request.cookies == 1", "{}"),
    ] {
        assert!(matches!(worth(rule, claims), Worth::Unknown(_)), "{rule}");
    }
}

#[test]
fn a_rule_that_could_not_be_worked_out_is_refused_when_it_is_configured() {
    let deep = format!("{}true{}", "(".repeat(1_000), ")".repeat(1_000));
    let negated = format!("{}true", "!".repeat(4_000));
    let chained = format!("claims{}", ".a".repeat(2_000));
    for (rule, reason) in [
        ("", "not a CEL expression"),
        ("claims.sub ==", "not a CEL expression"),
        ("claim.sub == 'a'", "unknown name `claim`"),
        ("role == 'a' || claims.roles.exists(role, true)", "unknown name `role`"),
        ("claims.sub.lower() == 'a'", "unknown function `lower`"),
        ("claims.sub.matches(claims.pattern)", "the pattern of `matches` has to be written out"),
        ("claims.sub.matches('(')", "the pattern `(`"),
        ("claims.sub.matches('(a{500}){500}')", "the pattern"),
        ("claims.sub.matches()", "`matches` takes a text and a pattern"),
        ("Message{a: 1}", "there are no message types"),
        (&*deep, "not a CEL expression"),
    ] {
        let error = check(rule).unwrap_err();
        assert!(error.starts_with(reason), "{rule}: {error}");
    }
    for long in [negated, chained] {
        // Whether such a rule is taken does not matter, as long as nothing overflows.
        if let Ok(rule) = Expression::new(&long) {
            drop(rule);
        }
    }
}

/// The longest lists that a token can carry.
fn large() -> String {
    let list = format!("[{}0]", "0,".repeat(2_500));
    format!(r#"{{"a":{list},"b":{list},"text":"{}"}}"#, "x".repeat(1_000))
}

#[test]
fn a_token_cannot_make_a_rule_slow() {
    for rule in [
        "claims.a.exists(x, claims.b.exists(y, x > y))",
        "claims.a.map(x, claims.b.map(y, x + y)).size() == 0",
        "claims.a.all(x, claims.text.contains('y') || true)",
        // An error on one side does not count where the other is true; what has been spent does.
        "claims.a.exists(x, claims.b.exists(y, x > y)) || true",
    ] {
        let begun = Instant::now();
        let worth = worth(rule, &large());
        assert_eq!(worth, Worth::Unknown("the token is too large for this rule".to_owned()), "{rule}");
        assert!(begun.elapsed().as_millis() < 100, "{rule}: {:?}", begun.elapsed());
    }
    assert_eq!(worth("size(claims.a) == 2501 && 0 in claims.b", &large()), Worth::True);
}
