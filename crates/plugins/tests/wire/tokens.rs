//! Rules on claims, what upstreams are told of them, and enforcement, through a whole gateway.

use gibbon_jose::Algorithm;
use gibbon_jose::sign::Signer;
use gibbon_testkit::{Gateway, Origin};
use serde_json::{Map, Value, json};

use crate::gateway;
use crate::metrics::reaches;

const SECRET: &str = "a secret of ann and of these tests";

/// A gateway with the plugin on the route `r`, and a credential of `ann`.
fn guarded(config: Value) -> (Gateway, Origin) {
    let (gateway, origin) = gateway();
    let service = gateway.service_at(&origin, json!({}));
    let route = gateway.route_to(service, json!({ "name": "r", "paths": ["/r"] }));
    gateway.plugin(json!({ "name": "jwt", "route": { "id": route }, "config": config }));
    let ann = gateway.consumer(json!({ "username": "ann" }));
    gateway.put("jwt_secrets", json!({ "consumer": { "id": ann }, "key": "issuer", "secret": SECRET }));
    (gateway, origin)
}

/// The field that carries a token with these claims.
fn token(claims: &str) -> String {
    let signer = Signer::from_secret(Algorithm::HS256, SECRET.as_bytes()).unwrap();
    format!("Authorization: Bearer {}", signer.sign(&Map::new(), claims).unwrap())
}

#[test]
fn a_token_without_the_scope_is_forbidden_and_one_with_it_tells_the_upstream_its_claims() {
    let (gateway, origin) = guarded(json!({
        "allowed_issuers": ["issuer"], "scopes": { "any": ["orders:read"] }, "hide_credentials": true,
        "claims_to_headers": [{ "claim": "org.id", "header": "X-Org" }],
    }));
    let mut client = gateway.connect();
    let refused = client.get_with("/r", &[&token(r#"{"iss":"issuer","scope":"orders:write"}"#)]);
    let challenge = "Bearer error=\"insufficient_scope\", scope=\"orders:read\"";
    assert_eq!((refused.status, refused.field("www-authenticate")), (403, Some(challenge)));
    let good = token(r#"{"iss":"issuer","scope":"a orders:read","org":{"id":"acme"}}"#);
    assert_eq!(client.get_with("/r", &[&good, "X-Org: root", "X_Org: root"]).status, 200);
    let request = origin.last_request();
    assert_eq!((request.all("x-org"), request.field("authorization")), (vec!["acme"], None));
    assert_eq!(request.field("x_org"), None);
    let sample = |reason: &str| {
        format!("gibbon_jwt_decisions_total{{route=\"r\",reason=\"{reason}\",issuer=\"issuer\",alg=\"HS256\"}}")
    };
    reaches(&gateway, &sample("insufficient_scope"), 1.0);
    reaches(&gateway, &sample("accepted"), 1.0);
}

#[test]
fn what_would_be_refused_is_counted_by_reason_route_and_consumer() {
    let (gateway, origin) = guarded(json!({ "claims_to_verify": ["exp"], "enforcement": "warn" }));
    let mut client = gateway.connect();
    let expired = client.get_with("/r", &[&token(r#"{"iss":"issuer","exp":1}"#)]);
    assert_eq!((expired.status, expired.field("x-gibbon-would-refuse")), (200, Some("expired")));
    assert_eq!(origin.last_request().field("x-consumer-username"), Some("ann"));
    let nobody = client.get_with("/r", &["X-Consumer-Username: ann"]);
    assert_eq!((nobody.status, nobody.field("x-gibbon-would-refuse")), (200, Some("no_token")));
    assert_eq!(origin.last_request().field("x-consumer-username"), None);
    reaches(&gateway, "gibbon_jwt_would_refuse_total{route=\"r\",reason=\"expired\",consumer=\"ann\"}", 1.0);
    reaches(&gateway, "gibbon_jwt_would_refuse_total{route=\"r\",reason=\"no_token\",consumer=\"\"}", 1.0);
}

#[test]
fn who_has_no_token_finds_out_where_to_get_one() {
    let (gateway, origin) = gateway();
    let service = gateway.service_at(&origin, json!({}));
    let path = "/.well-known/oauth-protected-resource/r";
    let route = gateway.route_to(service, json!({ "name": "r", "paths": ["/r", path] }));
    let config = json!({
        "resource_metadata": { "resource": "https://api.example/r" }, "allowed_issuers": ["https://issuer.example"],
    });
    gateway.plugin(json!({ "name": "jwt", "route": { "id": route }, "config": config }));
    let mut client = gateway.connect();
    let refused = client.get("/r");
    let challenge = format!("Bearer resource_metadata=\"https://api.example{path}\"");
    assert_eq!((refused.status, refused.field("www-authenticate")), (401, Some(&*challenge)));
    let told = client.get(path);
    let expected = json!({
        "resource": "https://api.example/r", "authorization_servers": ["https://issuer.example"],
        "bearer_methods_supported": ["header"],
    });
    assert_eq!((told.status, serde_json::from_str::<Value>(&told.text()).unwrap()), (200, expected));
    assert!(told.field("content-type").unwrap().starts_with("application/json"));
    client.send(format!("HEAD {path} HTTP/1.1\r\nHost: h\r\n\r\n"));
    assert_eq!(client.response_to_head().status, 200);
    assert_eq!((client.post(path, b"").status, origin.requests().len()), (401, 0));
}

#[test]
fn a_token_for_one_request_is_accepted_once_however_many_ask_at_once() {
    for memory in ["node", "cluster"] {
        let (gateway, origin) = guarded(json!({ "single_use": memory, "hide_credentials": true }));
        let token = token(r#"{"iss":"issuer","jti":"once","exp":4102444800}"#);
        let clients: Vec<_> = (0..12).map(|_| gateway.connect()).collect();
        let request = format!("GET /r HTTP/1.1\r\nHost: h\r\n{token}\r\n\r\n");
        clients.iter().for_each(|client| client.send(&request));
        let answers: Vec<_> = clients.into_iter().map(|mut client| client.response()).collect();
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{memory}");
        let refused: Vec<_> = answers.iter().filter(|answer| answer.status == 401).collect();
        assert_eq!(refused.len(), 11, "{memory}");
        let challenge = Some("Bearer error=\"invalid_token\"");
        assert!(refused.iter().all(|answer| answer.field("www-authenticate") == challenge), "{memory}");
        assert!(refused.iter().all(|answer| answer.text().contains("\"reason\":\"replayed_token\"")), "{memory}");
        assert_eq!((origin.requests().len(), origin.last_request().field("authorization")), (1, None));
        let sample = "gibbon_jwt_decisions_total{route=\"r\",reason=\"replayed_token\",alg=\"HS256\"}";
        reaches(&gateway, sample, 11.0);
    }
}

#[test]
fn nobody_is_who_his_headers_say() {
    let names = ["ID", "Username", "Custom-ID"].map(|name| format!("X-Consumer-{name}"));
    let names = [&names[..], &["X-Credential-Identifier".to_owned(), "X-Anonymous-Consumer".to_owned()]].concat();
    let said = names.iter().map(|name| format!("{name}: root\r\n")).collect::<String>();
    let good = token(r#"{"iss":"issuer"}"#);
    for (config, method, token) in [
        (json!({}), "GET", &*good),
        (json!({ "anonymous": "ann" }), "GET", ""),
        (json!({ "enforcement": "shadow" }), "GET", ""),
        (json!({ "enforcement": "warn" }), "GET", "Authorization: Bearer a.b.c"),
        (json!({ "run_on_preflight": false }), "OPTIONS", ""),
    ] {
        let (gateway, origin) = guarded(config.clone());
        let token = if token.is_empty() { String::new() } else { format!("{token}\r\n") };
        let request = format!("{method} /r HTTP/1.1\r\nHost: gateway.test\r\n{token}{said}\r\n");
        assert_eq!(gateway.connect().ask(request).status, 200, "{config}");
        let told = origin.last_request();
        assert!(names.iter().all(|name| told.field(name) != Some("root")), "{config}: {:?}", told.fields);
    }
}
