//! What the plugin promises.

use serde_json::{Value, json};

use super::DEFINITION;
use crate::fixture::{NOW, Request, Side, World, handler, violations};

const BODY: &str = r#"{"test": 2432232314}"#;

fn signature(secret: &str, id: &str, timestamp: &str, body: &str) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    base64_simd::STANDARD.encode_to_string(mac.finalize().into_bytes())
}

fn message(timestamp: &str, signatures: &str) -> Request {
    let request = Request::new(http::Method::POST, "/").header("webhook-id", "msg_1");
    request.header("webhook-timestamp", timestamp).header("webhook-signature", signatures).body(BODY)
}

/// The status and the message of a refusal; none where the request passes.
fn send(world: &World, request: Request) -> Option<(u16, String)> {
    let config: Value = json!({ "secret_v1": "secret", "tolerance_second": 10 });
    let outcome = world.send(&*handler(&DEFINITION, config), request);
    outcome.reply.is_some().then(|| (outcome.answer().0, outcome.answer().2.to_owned()))
}

fn refused() -> Option<(u16, String)> {
    Some((400, "Bad request".to_owned()))
}

#[test]
fn a_message_that_is_signed_passes() {
    let now = NOW.to_string();
    let right = signature("secret", "msg_1", &now, BODY);
    let passes = |signatures: &str| send(&World::new(), message(&now, signatures));
    assert_eq!(passes(&format!("v1,{right}")), None);
    assert_eq!(passes(&format!("v1,AAAA v1a,x v1,{right}")), None);
    assert_eq!(passes(&format!("v2,{right}")), refused());
    assert_eq!(passes(&right), refused());
    assert_eq!(passes(&format!("v1,{}", signature("other", "msg_1", &now, BODY))), refused());
    assert_eq!(passes(&format!("v1,{}", signature("secret", "msg_2", &now, BODY))), refused());
    assert_eq!(passes("v1,"), refused());
}

const OPENSSL: &str = "jkHPQO2+LpOC716UydRMCCadageA+LFfR3MEY2/crlg=";

#[test]
fn a_signature_is_what_other_tools_make() {
    // What `printf 'msg_1.1700000000.{"test": 2432232314}' | openssl dgst -sha256 -hmac secret -binary | base64` prints.
    assert_eq!(signature("secret", "msg_1", "1700000000", BODY), OPENSSL);
}

#[test]
fn an_old_message_does_not_pass() {
    for (age, expected) in [(10, None), (11, refused()), (-100, None)] {
        let sent = (NOW - age).to_string();
        let signatures = format!("v1,{}", signature("secret", "msg_1", &sent, BODY));
        assert_eq!(send(&World::new(), message(&sent, &signatures)), expected, "{age}");
    }
    let signatures = format!("v1,{}", signature("secret", "msg_1", "now", BODY));
    assert_eq!(send(&World::new(), message("now", &signatures)), refused());
}

#[test]
fn what_is_no_message_does_not_pass() {
    let now = NOW.to_string();
    let signatures = format!("v1,{}", signature("secret", "msg_1", &now, ""));
    let request = || Request::get("/").header("webhook-id", "msg_1").header("webhook-timestamp", &now);
    assert_eq!(send(&World::new(), request()), refused());
    assert_eq!(send(&World::new(), request().header("webhook-signature", &signatures)), refused());
}

#[test]
fn a_long_body_is_signed_elsewhere() {
    let body: &'static str = "x".repeat(100_000).leak();
    let now = NOW.to_string();
    let signatures = format!("v1,{}", signature("secret", "msg_1", &now, body));
    let request = || message(&now, &signatures).body(body);
    assert_eq!(send(&World::new(), request()), None);
    let mut world = World::new();
    world.side = Side::Full;
    assert_eq!(send(&world, request()).unwrap().0, 503);
}

#[test]
fn a_secret_is_needed_and_a_tolerance_is_not_negative() {
    assert_eq!(violations(&DEFINITION, json!({})), json!({ "secret_v1": "required field missing" }));
    let config = json!({ "secret_v1": "s", "tolerance_second": -1 });
    assert_eq!(violations(&DEFINITION, config), json!({ "tolerance_second": "value must be greater than -1" }));
}
