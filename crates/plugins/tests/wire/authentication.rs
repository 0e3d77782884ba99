//! Names, passwords and groups, through a whole gateway.

use serde_json::json;

use crate::gateway_with;

const ANN: &str = "Authorization: Basic YW5uOnMzY3JldA==";

#[test]
fn a_password_is_accepted_and_the_upstream_told_whose_it_is() {
    let (gateway, origin) = gateway_with(&[("basic-auth", json!({ "hide_credentials": true }))]);
    let ann = gateway.consumer(json!({ "username": "ann" }));
    let credential = json!({ "consumer": { "id": ann }, "username": "ann", "password": "s3cret" });
    gateway.put("basicauth_credentials", credential);
    let mut client = gateway.connect();
    let refused = client.get("/");
    assert_eq!((refused.status, refused.field("www-authenticate")), (401, Some("Basic realm=\"service\"")));
    for _ in 0..2 {
        assert_eq!(client.get_with("/", &[ANN]).status, 200);
        let request = origin.last_request();
        assert_eq!((request.field("x-consumer-username"), request.field("authorization")), (Some("ann"), None));
    }
    assert_eq!(client.get_with("/", &["Authorization: Basic YW5uOndyb25n"]).status, 401);
}

#[test]
fn a_change_of_groups_holds_for_the_next_request() {
    let (gateway, origin) = gateway_with(&[("key-auth", json!({})), ("acl", json!({ "allow": ["gold"] }))]);
    let ann = gateway.consumer(json!({ "username": "ann" }));
    gateway.put("keyauth_credentials", json!({ "consumer": { "id": ann }, "key": "k" }));
    let mut client = gateway.connect();
    let fields = ["apikey: k", "X-Consumer-Groups: root"];
    let refused = client.get_with("/", &fields);
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("You cannot consume this service"));
    gateway.put("acls", json!({ "consumer": { "id": ann }, "group": "gold" }));
    assert_eq!(client.get_with("/", &fields).status, 200);
    assert_eq!(origin.last_request().all("x-consumer-groups"), ["gold"]);
}

#[test]
fn a_plugin_for_the_anonymous_consumer_turns_away_who_has_not_said_who_it_is() {
    let (gateway, _origin) = gateway_with(&[("key-auth", json!({ "anonymous": "nobody" }))]);
    let nobody = gateway.consumer(json!({ "username": "nobody" }));
    let ann = gateway.consumer(json!({ "username": "ann" }));
    gateway.put("keyauth_credentials", json!({ "consumer": { "id": ann }, "key": "k" }));
    let config = json!({ "status_code": 401, "message": "who are you?" });
    gateway.plugin(json!({ "name": "request-termination", "consumer": { "id": nobody }, "config": config }));
    let mut client = gateway.connect();
    let answer = client.get("/");
    assert_eq!((answer.status, answer.text()), (401, r#"{"message":"who are you?"}"#.to_owned()));
    assert_eq!(client.get_with("/", &["apikey: k"]).status, 200);
}
