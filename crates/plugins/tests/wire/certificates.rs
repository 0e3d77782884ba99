//! Certificates from an authority that gives them out by itself, through a whole gateway.

use std::sync::Arc;

use gibbon_plugin_api::{AdminAnswer, AdminCall, Configured, Keeping};
use gibbon_schema::Object;
use gibbon_testkit::acme_server::{AcmeServer, OTHER_ROOT, ROOT};
use gibbon_testkit::{Authority, Client, Gateway, Origin, TlsFront, eventually, redis};
use http::Method;
use rustls::ClientConfig;
use serde_json::{Value, json};
use uuid::Uuid;

const HOST: &str = "a.example";

/// A gateway, an authority, and what is behind the gateway.
struct World {
    gateway: Gateway,
    server: AcmeServer,
    _origin: Origin,
}

/// A gateway with the plugin, whose challenges the authority can see.
fn world(config: Value) -> World {
    world_with(config, &[], Keeping::Lasting)
}

fn world_with(config: Value, settings: &[(&str, &str)], keeping: Keeping) -> World {
    let world = bare(settings, keeping);
    world.plugin(config);
    world
}

/// The same without the plugin.
fn bare(settings: &[(&str, &str)], keeping: Keeping) -> World {
    let (origin, server) = (Origin::echoing_targets(), AcmeServer::start());
    let listens = Gateway::builder().setting("proxy_listen", "127.0.0.1:0, 127.0.0.1:0 ssl").keeping(keeping);
    let set = settings.iter().fold(listens, |builder, (key, value)| builder.setting(key, value));
    let all = gibbon_plugins::registry::all();
    let gateway = all.into_iter().fold(set, |builder, plugin| builder.plugin(plugin));
    let gateway = gateway.entities(gibbon_plugins::registry::entities()).start();
    gateway.proxy_to(&origin);
    server.look_at(gateway.address().port());
    World { gateway, server, _origin: origin }
}

impl World {
    fn plugin(&self, config: Value) -> Uuid {
        let mut whole = json!({
            "account_email": "owner@a.example",
            "api_uri": self.server.directory(),
            "tos_accepted": true,
            "cert_type": "ecc",
            "domains": [HOST, "*.b.example"],
        });
        config.as_object().unwrap().iter().for_each(|(name, value)| whole[name] = value.clone());
        self.gateway.plugin(json!({ "name": "acme", "config": whole }))
    }

    /// Shakes hands as a client that asks for `host` and believes nobody but the authority.
    fn handshake(&self, host: &str) -> Option<Client> {
        self.handshake_of(host, self.server.client())
    }

    fn handshake_of(&self, host: &str, config: Arc<ClientConfig>) -> Option<Client> {
        Client::connect(self.gateway.addresses()[1]).over_tls(host, config).ok()
    }

    /// Waits until clients are shown a certificate for `host` that they believe.
    fn wait_for(&self, host: &str) -> Client {
        let mut client = None;
        eventually("there is a certificate", || {
            client = self.handshake(host);
            client.is_some()
        });
        client.unwrap()
    }

    /// Asks the Admin API.
    fn admin(&self, method: Method, template: &str, parameters: &[&str], values: Value) -> AdminAnswer {
        let path = gibbon_plugins::registry::admin_paths().find(|path| path.template == template).unwrap();
        let call = AdminCall {
            method,
            parameters: parameters.iter().map(|parameter| (*parameter).to_owned()).collect(),
            values: object(values),
            configured: vec![Configured { id: Uuid::nil(), config: Value::Null }],
            node: self.gateway.configuration().node().clone(),
        };
        block_on((path.answer)(call))
    }

    fn create(&self, host: &str) -> (u16, String) {
        told(&self.admin(Method::POST, "/acme", &[], json!({ "host": host })))
    }

    /// All records of a kind.
    fn records(&self, kind: &'static str) -> Vec<Object> {
        let records = self.gateway.configuration().node().records.clone().unwrap();
        block_on(records.all(kind)).unwrap()
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn object(value: Value) -> Object {
    value.as_object().unwrap().clone()
}

fn told(answer: &AdminAnswer) -> (u16, String) {
    let message = answer.body.as_ref().and_then(|body| body["message"].as_str()).unwrap_or_default();
    (answer.status.as_u16(), message.to_owned())
}

fn shown(client: &Client) -> Vec<u8> {
    client.tls(|tls| tls.peer_certificates().unwrap()[0].to_vec())
}

#[test]
fn the_first_handshake_gets_another_certificate_and_soon_there_is_one() {
    let world = world(json!({}));
    assert!(world.handshake(HOST).is_none());
    let mut client = world.wait_for(HOST);
    assert_eq!(client.get("/over-tls").text(), "/over-tls");
    assert_eq!(world.server.ordered(), [HOST]);
    let (certificates, snis) = (world.records("certificates"), world.records("snis"));
    assert_eq!((certificates.len(), snis.len()), (1, 1));
    assert_eq!((&snis[0]["name"], &snis[0]["tags"]), (&json!(HOST), &json!(["managed-by-acme"])));
    assert_eq!(snis[0]["certificate"]["id"], certificates[0]["id"]);
}

#[test]
fn a_name_that_is_not_listed_gets_none() {
    let world = world(json!({}));
    for host in ["c.example", "b.example", "xb.example"] {
        assert!(world.handshake(host).is_none());
    }
    assert!(world.handshake("X.b.Example").is_none());
    world.wait_for("x.b.example");
    assert_eq!(world.server.ordered(), ["x.b.example"]);
    assert_eq!(world.create("c.example").0, 400);
}

#[test]
fn any_name_gets_one_where_the_configuration_says_so() {
    let world = world(json!({ "allow_any_domain": true, "domains": null }));
    world.wait_for("c.example");
}

#[test]
fn a_certificate_of_somebody_else_is_left_alone() {
    let world = world(json!({}));
    let authority = Authority::new();
    let issued = authority.issue("x.b.example");
    let id = world.gateway.put("certificates", json!({ "cert": issued.cert, "key": issued.key }));
    world.gateway.put("snis", json!({ "name": "x.b.example", "certificate": { "id": id } }));
    assert!(world.handshake_of("x.b.example", authority.client().into()).is_some());
    world.wait_for(HOST);
    assert_eq!(world.server.ordered(), [HOST]);
}

#[test]
fn keys_of_rsa_have_the_size_that_is_wanted() {
    let world = world(json!({ "cert_type": "rsa", "rsa_key_size": 2048 }));
    world.wait_for(HOST);
    let answer = world.admin(Method::GET, "/acme/certificates/{certificates}", &[HOST], json!({}));
    assert_eq!(answer.body.unwrap()["data"]["pubkey_type"], "rsaEncryption");
}

#[test]
fn a_host_is_left_alone_for_which_it_went_wrong() {
    let world = world(json!({ "fail_backoff_minutes": 7 }));
    world.server.look_at(1);
    assert!(world.handshake(HOST).is_none());
    let mut answer = (0, String::new());
    eventually("it has gone wrong", || {
        answer = world.create(HOST);
        answer.0 == 500
    });
    let expected = "failed to update certificate: please try again in ";
    assert!(answer.1.starts_with(expected), "{}", answer.1);
    assert!(answer.1.ends_with("this is configurable with config.fail_backoff_minutes"), "{}", answer.1);
    assert_eq!(world.server.ordered().len(), 1);
    // Other hosts are not concerned.
    world.server.look_at(world.gateway.address().port());
    world.wait_for("x.b.example");
}

#[test]
fn what_the_authority_says_against_it_is_told() {
    let world = world(json!({}));
    world.server.look_at(1);
    let (status, message) = world.create(HOST);
    let expected = "failed to update certificate: could not create certificate for host: a.example err: \
                    the authority answers 403: urn:ietf:params:acme:error:unauthorized wrong answer";
    assert_eq!((status, &*message), (500, expected));
}

#[test]
fn terms_that_nobody_agrees_to_are_not_agreed_to() {
    let world = world(json!({ "tos_accepted": false }));
    let (status, message) = world.create(HOST);
    assert_eq!(status, 500);
    assert!(message.contains("urn:ietf:params:acme:error:userActionRequired"), "{message}");
    assert_eq!(world.server.opened()[0]["termsOfServiceAgreed"], false);
}

#[test]
fn a_certificate_that_will_soon_be_invalid_is_renewed_with_its_key() {
    let world = world(json!({ "renew_threshold_days": 14 }));
    world.server.valid_for(10);
    let first = shown(&world.wait_for(HOST));
    let key = world.records("certificates")[0]["key"].clone();
    world.server.valid_for(90);
    let answer = world.admin(Method::PATCH, "/acme", &[], json!({}));
    assert_eq!(told(&answer), (202, "Renewal process started successfully".to_owned()));
    eventually("it is renewed", || shown(&world.handshake(HOST).unwrap()) != first);
    eventually("the old one is gone", || world.records("certificates").len() == 1);
    assert_eq!(world.records("certificates")[0]["key"], key);
    assert_eq!(world.server.ordered(), [HOST, HOST]);
}

#[test]
fn a_certificate_that_is_valid_for_long_is_not_renewed() {
    let world = world(json!({}));
    world.server.valid_for(90);
    let first = shown(&world.wait_for(HOST));
    world.server.valid_for(10);
    world.wait_for("x.b.example");
    world.admin(Method::PATCH, "/acme", &[], json!({}));
    // This one is due and comes last.
    eventually("the other one is renewed", || world.server.ordered().len() == 3);
    assert_eq!(world.server.ordered(), [HOST, "x.b.example", "x.b.example"]);
    assert_eq!(shown(&world.handshake(HOST).unwrap()), first);
}

#[test]
fn the_admin_api_gets_certificates_and_shows_them() {
    let world = world(json!({}));
    assert_eq!(world.create(""), (400, "host must be provided and containing a single domain".to_owned()));
    assert_eq!(world.create("a.example:80"), (400, "port is not allowed in host".to_owned()));
    assert_eq!(world.create(HOST), (201, "certificate for host a.example is created".to_owned()));
    let first = shown(&world.wait_for(HOST));
    // A new one, if somebody wants that.
    assert_eq!(world.create("A.EXAMPLE").0, 201);
    assert_ne!(shown(&world.handshake(HOST).unwrap()), first);
    let list = world.admin(Method::GET, "/acme/certificates", &[], json!({})).body.unwrap();
    let one = &list["data"][0];
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    assert_eq!((&one["host"], &one["issuer_cn"], &one["valid"]), (&json!(HOST), &json!(ROOT), &json!(true)));
    assert_eq!(one["pubkey_type"], "id-ecPublicKey");
    assert_eq!(one["digest"].as_str().unwrap().split(':').count(), 20);
    let same = world.admin(Method::GET, "/acme/certificates/{certificates}", &["a.Example"], json!({}));
    assert_eq!(same.body.unwrap()["data"], *one);
    let none = world.admin(Method::GET, "/acme/certificates/{certificates}", &["c.example"], json!({}));
    assert_eq!(none.status, 404);
    let invalid = world.admin(Method::GET, "/acme/certificates", &[], json!({ "invalid_only": "true" }));
    assert_eq!(invalid.body.unwrap(), json!({ "data": [] }));
}

#[test]
fn whether_challenges_are_answered_can_be_tried() {
    let world = world(json!({ "domains": ["127.0.0.1"] }));
    let test = |host: &str| json!({ "host": host, "test_http_challenge_flow": "true" });
    let refused = told(&world.admin(Method::POST, "/acme", &[], test("c.example")));
    let expected = "problem found running sanity check for c.example: host is not included in plugin config.domains";
    assert_eq!(refused, (400, expected.to_owned()));
    assert_eq!(world.server.ordered(), [] as [&str; 0]);
}

#[test]
fn challenges_are_answered_over_http_for_the_hosts_of_the_plugin() {
    let world = world(json!({}));
    let ask = |address, host: &str, token: &str| {
        let mut client = Client::connect(address);
        client.send(format!("GET /.well-known/acme-challenge/{token} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        let answer = client.response();
        (answer.status, answer.text())
    };
    let http = world.gateway.address();
    let unknown = (404, "Not found\n".to_owned());
    for (host, token) in [(HOST, "x"), ("A.example:8000", "nobodys"), ("x.b.example", "a.b"), (HOST, "%2e%2e")] {
        assert_eq!(ask(http, host, token), unknown, "{host} {token}");
    }
    for (host, token) in [("c.example", "x"), (HOST, "")] {
        assert_eq!(ask(http, host, token), (200, format!("/.well-known/acme-challenge/{token}")), "{host} {token}");
    }
    let mut client = world.wait_for(HOST);
    assert_eq!(client.get("/.well-known/acme-challenge/x").text(), "/.well-known/acme-challenge/x");
}

#[test]
fn records_of_the_gateway_keep_what_all_nodes_need() {
    let world = world(json!({ "storage": "kong" }));
    world.wait_for(HOST);
    let names = || {
        let mut names: Vec<_> =
            world.records("acme_storage").iter().map(|record| record["key"].as_str().unwrap().to_owned()).collect();
        names.sort_unstable();
        names
    };
    let account = format!("kong_acme:account:{}:b3duZXJAYS5leGFtcGxl", world.server.directory());
    let expected = [account, "kong_acme:renew_config:a.example".to_owned()];
    eventually("locks are let go", || names() == expected);
    // The next order is of the same account.
    assert_eq!(world.create("x.b.example").0, 201);
    let opened = world.server.opened();
    assert_eq!((opened.len(), &opened[0]["contact"]), (2, &json!(["mailto:owner@a.example"])));
}

#[test]
fn a_redis_keeps_what_all_nodes_need() {
    if !redis::is_installed() {
        return;
    }
    let redis = redis::Redis::start();
    let reached = json!({ "host": "127.0.0.1", "port": redis.port(), "extra_options": { "namespace": "gw:" } });
    let world = world(json!({ "storage": "redis", "storage_config": { "redis": reached } }));
    world.server.valid_for(10);
    world.wait_for(HOST);
    let kept = redis.ask(&["EXISTS gw:kong_acme:renew_config:a.example"]);
    assert!(kept.contains(":1"), "{kept}");
    world.admin(Method::PATCH, "/acme", &[], json!({}));
    eventually("it is renewed", || world.server.ordered().len() == 2);
    let challenge = redis.ask(&["EXISTS gw:token_0#http-01"]);
    assert!(challenge.contains(":0"), "{challenge}");
}

#[test]
fn without_a_database_a_certificate_comes_back_that_the_next_configuration_has_taken_away() {
    let world = world_with(json!({}), &[], Keeping::Declared);
    let first = shown(&world.wait_for(HOST));
    let id: Uuid = world.records("certificates")[0]["id"].as_str().unwrap().parse().unwrap();
    world.gateway.delete("certificates", id);
    assert!(world.handshake(HOST).is_none());
    assert_eq!(shown(&world.wait_for(HOST)), first);
    assert_eq!(world.server.ordered().len(), 1);
}

#[test]
fn the_key_of_the_account_may_be_one_of_the_gateway_and_bound_to_another_account() {
    let world = bare(&[], Keeping::Lasting);
    let set = world.gateway.put("key_sets", json!({ "name": "set" }));
    let pem = include_str!("../keys/rsa.pem");
    for set in [json!(null), json!({ "id": set })] {
        let pem = if set.is_null() { include_str!("../keys/p256.pem") } else { pem };
        world.gateway.put("keys", json!({ "kid": "mine", "set": set, "pem": { "private_key": pem } }));
    }
    world.plugin(json!({
        "account_key": { "key_id": "mine", "key_set": "set" },
        "eab_kid": "known", "eab_hmac_key": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ",
    }));
    assert_eq!(world.create(HOST).0, 201);
    let bound = &world.server.opened()[0]["externalAccountBinding"];
    let (header, key) = (decoded(bound, "protected"), decoded(bound, "payload"));
    assert_eq!((&header["alg"], &header["kid"], &key["kty"]), (&json!("HS256"), &json!("known"), &json!("RSA")));
    assert!(header["url"].as_str().unwrap().ends_with("/account"));
}

/// The text of a JWK with the name `mine`, of which some members were taken away.
fn jwk(text: &str, without: &[&str]) -> String {
    let mut jwk: Value = serde_json::from_str(text).unwrap();
    jwk.as_object_mut().unwrap().retain(|name, _| !without.contains(&name.as_str()));
    jwk["kid"] = json!("mine");
    jwk.to_string()
}

#[test]
fn the_key_of_the_account_may_be_a_jwk() {
    let ec = include_str!("../keys/p256.jwk");
    for (text, kind) in [(ec, "EC"), (include_str!("../keys/rsa.jwk"), "RSA")] {
        let world = bare(&[], Keeping::Lasting);
        world.gateway.put("keys", json!({ "kid": "mine", "jwk": jwk(text, &[]) }));
        let binding = json!({ "eab_kid": "known", "eab_hmac_key": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ" });
        let mut config = json!({ "account_key": { "key_id": "mine" }, "storage": "kong" });
        config.as_object_mut().unwrap().extend(object(binding));
        world.plugin(config);
        assert_eq!(world.create(HOST).0, 201);
        // The next order reads the key as it was kept.
        assert_eq!(world.create("x.b.example").0, 201);
        let opened = world.server.opened();
        let keys = opened.iter().map(|opened| decoded(&opened["externalAccountBinding"], "payload"));
        let expected = decoded_public(text);
        assert_eq!(keys.collect::<Vec<_>>(), [expected.clone(), expected], "{kind}");
        assert_eq!(world.server.accounts(), 1);
    }
}

/// What everybody may know of a JWK.
fn decoded_public(text: &str) -> Value {
    let mut jwk: Value = serde_json::from_str(text).unwrap();
    jwk.as_object_mut().unwrap().retain(|name, _| ["kty", "crv", "x", "y", "n", "e"].contains(&name.as_str()));
    jwk
}

/// A part of a signed text.
fn decoded(signed: &Value, name: &str) -> Value {
    let bytes = base64_simd::URL_SAFE_NO_PAD.decode_to_vec(signed[name].as_str().unwrap()).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn a_jwk_without_its_private_half_is_named_by_what_it_lacks() {
    let world = bare(&[], Keeping::Lasting);
    let public = jwk(include_str!("../keys/p256.jwk"), &["d"]);
    world.gateway.put("keys", json!({ "kid": "mine", "jwk": public }));
    world.plugin(json!({ "account_key": { "key_id": "mine" } }));
    let (status, message) = world.create(HOST);
    assert_eq!(status, 500);
    assert!(message.ends_with("member `d` of the JWK is missing or malformed"), "{message}");
}

#[test]
fn a_key_that_is_not_there_is_named() {
    let world = world(json!({ "account_key": { "key_id": "mine" } }));
    let (status, message) = world.create(HOST);
    assert_eq!(status, 500);
    assert!(message.ends_with("there is no private key `mine`"), "{message}");
}

#[test]
fn the_chain_is_the_one_that_is_preferred() {
    let world = world(json!({ "preferred_chain": OTHER_ROOT }));
    assert_eq!(world.create(HOST).0, 201);
    assert!(world.handshake_of(HOST, world.server.other_client()).is_some());
    assert!(world.handshake(HOST).is_none());
}

#[test]
fn a_chain_that_is_not_offered_is_not_waited_for() {
    let world = world(json!({ "preferred_chain": "Nobody's Root" }));
    assert_eq!(world.create(HOST).0, 201);
    assert!(world.handshake(HOST).is_some());
}

#[test]
fn a_nonce_that_the_authority_does_not_like_is_replaced() {
    let world = world(json!({}));
    world.server.dislike(2);
    assert_eq!(world.create(HOST).0, 201);
}

#[test]
fn the_authority_has_to_prove_who_it_is() {
    let authority = Authority::new();
    let file = authority.file();
    for (trusted, expected) in [(Some(file.to_str().unwrap()), 201), (None, 500)] {
        let settings: Vec<_> = trusted.map(|file| ("lua_ssl_trusted_certificate", file)).into_iter().collect();
        let world = bare(&settings, Keeping::Lasting);
        let front = TlsFront::before_port(world.server.port(), &authority.issue("localhost"));
        let base = format!("https://localhost:{}", front.port());
        world.server.say_base(&base);
        world.plugin(json!({ "api_uri": format!("{base}/directory") }));
        assert_eq!(world.create(HOST).0, expected);
    }
}
