//! `POST /explain`: what would become of a request, and why.

use gibbon_jose::Algorithm;
use gibbon_jose::sign::Signer;
use serde_json::{Map, Value, json};

use crate::driver::Node;

const SECRET: &str = "a secret of ann and of this chapter";

fn token(claims: &Value) -> String {
    Signer::from_secret(Algorithm::HS256, SECRET.as_bytes()).unwrap().sign(&Map::new(), &claims.to_string()).unwrap()
}

/// A node with the routes `orders`, for GET on one host, and `stock`.
async fn shop() -> Node {
    let node = Node::new().await;
    node.given("/services", json!({ "name": "shop", "host": "shop.internal", "port": 8080, "path": "/api" })).await;
    let orders = json!({ "name": "orders", "paths": ["/orders"], "hosts": ["api.example"], "methods": ["GET"] });
    node.given("/services/shop/routes", orders).await;
    node.given("/services/shop/routes", json!({ "name": "stock", "paths": ["/stock"] })).await;
    node.given("/consumers", json!({ "username": "ann" })).await;
    node.given("/consumers/ann/jwt", json!({ "key": "issuer", "secret": SECRET })).await;
    node
}

async fn explained(node: &Node, asked: Value) -> Value {
    let (status, body) = node.call("POST", "/explain", asked).await;
    assert_eq!(status, 200, "{body}");
    body
}

/// The step of that name of the plugin in that place.
fn step<'e>(explained: &'e Value, plugin: usize, name: &str) -> &'e Value {
    let steps = explained["plugins"][plugin]["steps"].as_array().unwrap();
    steps.iter().find(|step| step["step"] == name).unwrap_or_else(|| panic!("no step {name}: {steps:?}"))
}

#[tokio::test]
async fn a_request_without_plugins_is_sent_to_its_service() {
    let node = shop().await;
    let asked = json!({ "host": "api.example", "path": "/orders/./42?x=1" });
    let explained = explained(&node, asked).await;
    assert_eq!(
        (&explained["route"]["name"], &explained["route"]["matched_path"]),
        (&json!("orders"), &json!("/orders"))
    );
    assert_eq!(explained["request"]["path"], "/orders/42");
    assert_eq!(explained["upstream"]["url"], "http://shop.internal:8080/api/42");
    assert_eq!(explained["outcome"], json!({ "passes": true }));
}

#[tokio::test]
async fn a_route_that_does_not_fit_says_by_what() {
    let node = shop().await;
    let explained = explained(&node, json!({ "method": "POST", "host": "other.example", "path": "/orders" })).await;
    assert_eq!((&explained["route"], &explained["outcome"]["answer"]["status"]), (&Value::Null, &json!(404)));
    let near: Vec<_> =
        explained["near_routes"].as_array().unwrap().iter().map(|near| (&near["name"], &near["fails"])).collect();
    assert_eq!(near, [(&json!("stock"), &json!(["paths"])), (&json!("orders"), &json!(["methods", "hosts"]))]);
    assert_eq!(explained["near_routes"][1]["wanted"], json!({ "methods": ["GET"], "hosts": ["api.example"] }));
}

#[tokio::test]
async fn an_expired_token_is_told_step_by_step() {
    let node = shop().await;
    node.given("/routes/stock/plugins", json!({ "name": "jwt", "config": { "claims_to_verify": ["exp"] } })).await;
    node.given("/plugins", json!({ "name": "acl", "config": { "allow": ["a"] } })).await;
    let asked = json!({ "path": "/stock", "token": token(&json!({ "iss": "issuer", "exp": 1_000_000_000 })) });
    let explained = explained(&node, asked).await;
    let jwt = &explained["plugins"][0];
    assert_eq!((&jwt["name"], &jwt["decision"]), (&json!("jwt"), &json!("refuses")));
    assert!(jwt["scope"]["route"].is_string());
    assert_eq!(step(&explained, 0, "token")["found"], json!(["the header `authorization`"]));
    assert_eq!(step(&explained, 0, "header")["found"]["alg"], "HS256");
    assert_eq!(
        (&step(&explained, 0, "key by `iss`")["found"], &step(&explained, 0, "algorithm")["wanted"]),
        (&json!("issuer"), &json!("HS256"))
    );
    assert_eq!(step(&explained, 0, "signature")["outcome"], "holds");
    let exp = step(&explained, 0, "claim `exp`");
    let remark = exp["remark"].as_str().unwrap();
    assert_eq!((&exp["outcome"], &exp["found"]), (&json!("fails"), &json!(1_000_000_000)));
    assert!(
        remark.starts_with("token expired, ") && remark.ends_with(" ago; `exp` is in seconds since 1970 UTC"),
        "{remark}"
    );
    assert_eq!(step(&explained, 0, "decision")["found"], "expired");
    assert_eq!(explained["plugins"][1]["decision"], "is not reached");
    let answer = &explained["outcome"]["answer"];
    assert_eq!((&answer["status"], &answer["body"]), (&json!(401), &json!({ "exp": "token expired" })));
    assert_eq!(explained["upstream"], Value::Null);
}

#[tokio::test]
async fn every_rule_says_what_was_found_and_what_was_wanted() {
    let node = shop().await;
    let config = json!({
        "audiences": ["stock"], "allowed_issuers": ["issuer"], "scopes": { "any": ["read"] },
        "claims_to_headers": [{ "claim": "sub", "header": "X-Sub" }], "claims_rule": "request.path == '/stock'",
    });
    node.given("/routes/stock/plugins", json!({ "name": "jwt", "config": config })).await;
    let ask = |claims: Value| json!({ "path": "/stock", "token": token(&claims) });
    let good = explained(&node, ask(json!({ "iss": "issuer", "aud": ["stock"], "scope": "read", "sub": "s" }))).await;
    assert_eq!((&good["outcome"], &good["consumer"]["username"]), (&json!({ "passes": true }), &json!("ann")));
    for name in ["claim `iss`", "claim `aud`", "scopes in `scope`, `scp`", "`claims_rule`", "header `x-sub` from `sub`"]
    {
        assert_eq!(step(&good, 0, name)["outcome"], "holds", "{name}");
    }
    let bad = explained(&node, ask(json!({ "iss": "issuer", "aud": "stock", "scope": "write" }))).await;
    let scopes = step(&bad, 0, "scopes in `scope`, `scp`");
    assert_eq!((&scopes["found"], &scopes["wanted"]), (&json!("write"), &json!("one of read")));
    assert_eq!(bad["outcome"]["answer"]["status"], 403);
}

#[tokio::test]
async fn neither_a_secret_nor_a_signature_is_told() {
    let node = shop().await;
    node.given("/routes/stock/plugins", json!({ "name": "jwt" })).await;
    let good = token(&json!({ "iss": "issuer" }));
    let forged = format!("{}.{}", good.rsplit_once('.').unwrap().0, "c2lnbmF0dXJl");
    for token in [&good, &forged] {
        let text = explained(&node, json!({ "path": "/stock", "token": token })).await.to_string();
        assert!(!text.contains(SECRET) && !text.contains(token.rsplit_once('.').unwrap().1), "{text}");
    }
    let refused = explained(&node, json!({ "path": "/stock", "token": forged })).await;
    assert_eq!(step(&refused, 0, "signature")["outcome"], "fails");
}

#[tokio::test]
async fn an_explanation_counts_nothing() {
    let node = shop().await;
    node.given("/routes/stock/plugins", json!({ "name": "jwt", "config": { "enforcement": "shadow" } })).await;
    let explained = explained(&node, json!({ "path": "/stock" })).await;
    assert_eq!(explained["outcome"], json!({ "passes": true }));
    assert_eq!(step(&explained, 0, "decision")["found"], "no_token");
    let metrics = node.send("GET", "/metrics", "application/json", String::new()).await.text.unwrap();
    assert!(metrics.contains("gibbon_jwt_verified_tokens_bytes 0") && !metrics.contains("no_token"), "{metrics}");
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
    let node = shop().await;
    for asked in [
        json!({ "path": "orders" }),
        json!({ "path": "/a b" }),
        json!({ "method": "G T" }),
        json!({ "headers": ["a"] }),
        json!({ "headers": { "a b": "c" } }),
        json!({ "headers": { "a": "b\r\nc" } }),
        json!({ "token": "a\nb" }),
        json!({ "client_ip": "nowhere" }),
        json!({ "port": 70_000 }),
        json!({ "scheme": "ftp" }),
        json!({ "host": 7 }),
    ] {
        let (status, _) = node.call("POST", "/explain", asked.clone()).await;
        assert_eq!(status, 400, "{asked}");
    }
    assert_eq!(node.get("/explain").await.0, 405);
    let (status, body) = node.call("POST", "/explain", Value::Null).await;
    assert_eq!((status, &body["outcome"]["answer"]["status"]), (200, &json!(404)));
}
