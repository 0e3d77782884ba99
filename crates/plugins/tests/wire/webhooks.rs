//! Signed messages, through a whole gateway.

use gibbon_testkit::Gateway;
use serde_json::json;

use crate::gateway_with;

/// What `printf 'msg_1.1700000000.{"test": 2432232314}' | openssl dgst -sha256 -hmac secret -binary | base64` prints.
const SIGNATURE: &str = "jkHPQO2+LpOC716UydRMCCadageA+LFfR3MEY2/crlg=";

fn post(gateway: &Gateway, id: &str, body: &str) -> (u16, String) {
    let length = body.len();
    let signed =
        format!("Webhook-Id: {id}\r\nWebhook-Timestamp: 1700000000\r\nWebhook-Signature: v1,AAAA v1,{SIGNATURE}");
    let head = format!("POST / HTTP/1.1\r\nHost: h\r\n{signed}\r\nContent-Length: {length}\r\n\r\n");
    let answer = gateway.connect().ask(head + body);
    (answer.status, answer.text())
}

#[test]
fn only_a_message_that_is_signed_reaches_the_upstream() {
    // Old enough for as long as anybody runs this.
    let config = json!({ "secret_v1": "secret", "tolerance_second": 4_000_000_000_u32 });
    let (gateway, origin) = gateway_with(&[("standard-webhooks", config)]);
    assert_eq!(post(&gateway, "msg_1", r#"{"test": 2432232314}"#).0, 200);
    assert_eq!(origin.last_request().text(), r#"{"test": 2432232314}"#);
    for (id, body) in [("msg_2", r#"{"test": 2432232314}"#), ("msg_1", r#"{"test": 1}"#), ("msg_1", "")] {
        let (status, text) = post(&gateway, id, body);
        assert!(status == 400 && text.contains("Bad request"), "{id} {body}");
    }
    assert_eq!(origin.requests().len(), 1);
}

#[test]
fn an_old_message_does_not_reach_the_upstream() {
    let (gateway, origin) = gateway_with(&[("standard-webhooks", json!({ "secret_v1": "secret" }))]);
    assert_eq!(post(&gateway, "msg_1", r#"{"test": 2432232314}"#).0, 400);
    assert!(origin.requests().is_empty());
}
