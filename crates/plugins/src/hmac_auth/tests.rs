//! What the plugin promises.

use std::time::{Duration, UNIX_EPOCH};

use gibbon_plugin_api::{BodyNeed, Handler};
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use super::DEFINITION;
use crate::fixture::{NOW, Outcome, Request, Side, World, handler};

const SECRET: &str = "a secret of the tests";

fn hmac_auth(config: Value) -> Box<dyn Handler> {
    handler(&DEFINITION, config)
}

/// A world in which `ann` signs as `ann-signs`.
fn world() -> World {
    let credential = json!({ "username": "ann-signs", "secret": SECRET });
    World::new().consumer(1, "ann").consumer(9, "nobody").credential(&DEFINITION.credentials[0], 1, credential)
}

fn date(from_now: i64) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs((NOW + from_now).cast_unsigned()))
}

fn sign(text: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap().chain_update(text);
    base64_simd::STANDARD.encode_to_string(mac.finalize().into_bytes())
}

fn value(headers: &str, text: &str) -> String {
    let signature = sign(text);
    format!(r#"hmac username="ann-signs", algorithm="hmac-sha256", headers="{headers}", signature="{signature}""#)
}

/// A request whose date is signed.
fn signed() -> Request {
    let date = date(0);
    Request::get("/a?b").header("authorization", value("date", &format!("date: {date}"))).header("date", date)
}

fn send(config: Value, request: Request) -> Outcome {
    world().send(&*hmac_auth(config), request)
}

fn refused(config: Value, request: Request) -> String {
    let outcome = send(config, request);
    let (status, challenge, message) = outcome.answer();
    assert_eq!((status, challenge), (401, Some("hmac")), "{message}");
    message.to_owned()
}

#[test]
fn a_signed_request_is_accepted() {
    let outcome = send(json!({}), signed());
    assert_eq!(outcome.upstream(), (Some("ann"), Some("ann-signs"), None));
    assert!(outcome.head.headers.contains("authorization"));
}

#[test]
fn the_request_line_can_be_signed_too() {
    let date = date(0);
    let text = format!("x-date: {date}\nGET /a?b HTTP/1.1\n@request-target: get /a?b");
    let value = value("x-date request-line @request-target", &text);
    let request = |target| Request::get(target).header("proxy-authorization", &value).header("x-date", &date);
    assert!(send(json!({}), request("/a?b")).is_from("ann"));
    assert_eq!(refused(json!({}), request("/a?c")), "HMAC signature does not match");
}

#[test]
fn a_request_without_a_signature_is_unauthorized() {
    assert_eq!(refused(json!({}), Request::get("/").header("date", date(0))), "Unauthorized");
    assert_eq!(send(json!({ "realm": "lab" }), Request::get("/")).answer().1, Some("hmac realm=\"lab\""));
}

#[test]
fn a_date_has_to_be_near() {
    let message =
        "HMAC signature cannot be verified, a valid date or x-date header is required for HMAC Authentication";
    let at = |from_now| {
        let date = date(from_now);
        Request::get("/").header("authorization", value("date", &format!("date: {date}"))).header("date", date)
    };
    for from_now in [-300, 300] {
        assert!(send(json!({}), at(from_now)).is_from("ann"));
    }
    for from_now in [-301, 301] {
        assert_eq!(refused(json!({}), at(from_now)), message);
    }
    assert!(send(json!({ "clock_skew": 400 }), at(-400)).is_from("ann"));
    assert_eq!(refused(json!({}), Request::get("/").header("authorization", value("date", "date:"))), message);
    let garbled = Request::get("/").header("authorization", "hmac").header("date", "yesterday");
    assert_eq!(refused(json!({}), garbled), message);
}

#[test]
fn what_cannot_be_verified_is_told_from_what_does_not_match() {
    let with = |from: &str, to: &str| {
        let date = date(0);
        let value = value("date", &format!("date: {date}")).replace(from, to);
        Request::get("/").header("authorization", value).header("date", date)
    };
    for (from, to) in [("ann-signs", "bob"), ("sha256", "md5"), ("hmac username", "Basic username"), ("date", "")] {
        assert_eq!(refused(json!({}), with(from, to)), "HMAC signature cannot be verified", "{from}");
    }
    for (from, to) in [("signature=\"", "signature=\"AA"), ("sha256", "sha512"), ("headers=\"date", "headers=\"host")] {
        assert_eq!(refused(json!({}), with(from, to)), "HMAC signature does not match", "{from}");
    }
}

#[test]
fn what_must_be_signed_can_be_demanded_and_algorithms_chosen() {
    let message = "HMAC signature cannot be verified";
    assert_eq!(refused(json!({ "enforce_headers": ["date", "request-line"] }), signed()), message);
    assert!(send(json!({ "enforce_headers": ["Date"] }), signed()).is_from("ann"));
    assert_eq!(refused(json!({ "algorithms": ["hmac-sha512"] }), signed()), message);
}

#[test]
fn a_hidden_signature_does_not_reach_the_upstream() {
    let outcome = send(json!({ "hide_credentials": true }), signed());
    assert!(outcome.is_from("ann") && !outcome.head.headers.contains("authorization"));
}

#[test]
fn a_body_is_compared_with_its_digest() {
    let config = || json!({ "validate_request_body": true });
    assert_eq!(
        (hmac_auth(config()).body_need(), hmac_auth(json!({})).body_need()),
        (BodyNeed::Buffer, BodyNeed::Stream)
    );
    let post = |digest: Option<&str>, body: &'static str| {
        let date = date(0);
        let request = Request::new(Method::POST, "/").body(body).header("date", &date);
        let request = request.header("authorization", value("date", &format!("date: {date}")));
        digest.into_iter().fold(request, |request, digest| request.header("digest", digest))
    };
    let digest = "SHA-256=LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
    assert!(send(config(), post(Some(digest), "hello")).is_from("ann"));
    assert!(send(config(), post(None, "")).is_from("ann"));
    for (digest, body) in [(Some(digest), "hello!"), (None, "hello"), (Some("SHA-256="), "")] {
        assert_eq!(refused(config(), post(digest, body)), "HMAC signature does not match");
    }
}

#[test]
fn a_long_body_is_hashed_elsewhere() {
    let mut world = world();
    let date = date(0);
    let request = || {
        let request = Request::new(Method::POST, "/").body(String::leak("x".repeat(1 << 20))).header("date", &date);
        request.header("authorization", value("date", &format!("date: {date}"))).header("digest", "SHA-256=x")
    };
    let plugin = hmac_auth(json!({ "validate_request_body": true }));
    assert_eq!(world.send(&*plugin, request()).answer().0, 401);
    world.side = Side::Full;
    assert_eq!(world.send(&*plugin, request()).answer().0, 503);
}

#[test]
fn a_request_without_a_good_signature_goes_on_as_the_anonymous_consumer() {
    let outcome = send(json!({ "anonymous": "nobody" }), Request::get("/"));
    assert_eq!(outcome.upstream(), (Some("nobody"), None, Some("true")));
}
