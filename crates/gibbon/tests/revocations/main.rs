//! A million revocations: what they take in memory, and what they cost a request.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::time::{Duration, Instant};

use allocation_counter::measure;
use gibbon_jose::Algorithm;
use gibbon_jose::sign::Signer;
use gibbon_plugin_api::{Handler, Headers, RequestHead};
use gibbon_schema::Object;
use gibbon_testkit::PluginAlone;
use http::{HeaderValue, Method, Version};
use serde_json::{Map, json};
use uuid::Uuid;

const NOW: i64 = 1_800_000_000;
const MANY: u128 = 1_000_000;
const SECRET: &str = "a secret of these tests, thirty-two bytes and more";

/// A node with a credential of `ann`, and as many revocations.
fn node(revocations: u128) -> (PluginAlone, Box<dyn Handler>) {
    let mut node = PluginAlone::new(gibbon_plugins::registry::registry());
    let ann = node.put("consumers", json!({ "username": "ann" }));
    node.put("jwt_secrets", json!({ "consumer": { "id": ann }, "key": "issuer", "secret": SECRET }));
    let mut record = revocation();
    for number in 0..revocations {
        // In no order, as ids that are digests come.
        let id = Uuid::from_u128(number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
        record.insert("id".to_owned(), id.to_string().into());
        node.store("jwt_revocations", id, &record);
    }
    node.publish();
    let plugin = node.configured("jwt", json!({}));
    (node, plugin)
}

/// One as it is stored, with more to say than is kept in memory.
fn revocation() -> Object {
    let body = json!({
        "by": "jti", "value": "6fd9b2f1-2d32-4a5f-9d0e-2f4a6a2f1c11", "ttl": 3600, "created_at": NOW,
        "reason": "the laptop on which it was kept was left in a train".repeat(5), "tags": ["lost", "laptops"],
    });
    body.as_object().unwrap().clone()
}

/// A request with a token that says everything by which tokens are revoked.
fn request() -> RequestHead {
    let claims = json!({ "iss": "issuer", "jti": "token 7", "sub": "ann", "sid": "session 7", "iat": NOW - 60 });
    let signer = Signer::from_secret(Algorithm::HS256, SECRET.as_bytes()).unwrap();
    let token = signer.sign(&Map::new(), &claims.to_string()).unwrap();
    let mut headers = Headers::default();
    headers.append("authorization", HeaderValue::try_from(format!("Bearer {token}")).unwrap());
    RequestHead::new(Method::GET, "/".parse().unwrap(), Version::HTTP_11, headers)
}

/// The shortest time of many that a request takes.
fn shortest((node, plugin): &(PluginAlone, Box<dyn Handler>)) -> Duration {
    let once = || {
        let head = request();
        let begun = Instant::now();
        assert!(node.send(&**plugin, head, NOW).reply.is_none());
        begun.elapsed()
    };
    (0..2_000).map(|_| once()).min().unwrap()
}

#[test]
fn a_million_revocations_take_less_than_100_megabytes_and_cost_a_request_no_more_than_one() {
    let mut many = None;
    let bytes = measure(|| many = Some(node(MANY))).bytes_current;
    println!("{bytes} bytes with {MANY} revocations");
    assert!((16_000_000..100_000_000).contains(&bytes), "{bytes} bytes");

    let (one, many) = (node(1), many.unwrap());
    let allocations = |(node, plugin): &(PluginAlone, Box<dyn Handler>)| {
        // The second time everything is there that a worker makes once.
        assert!(node.send(&**plugin, request(), NOW).reply.is_none());
        let head = request();
        let counted = measure(|| assert!(node.send(&**plugin, head, NOW).reply.is_none()));
        (counted.count_total, counted.bytes_total)
    };
    assert_eq!(allocations(&many), allocations(&one));
    let (among_one, among_many) = (shortest(&one), shortest(&many));
    println!("{among_one:?} among one, {among_many:?} among {MANY}");
}
