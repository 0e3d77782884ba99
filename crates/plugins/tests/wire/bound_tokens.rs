//! Tokens that only their holder can use, through a whole gateway: with a proof of possession (DPoP, RFC 9449), or over a
//! connection with the holder's certificate (RFC 8705).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{SHA256, digest};
use gibbon_jose::sign::Signer;
use gibbon_jose::{Algorithm, PublicKey, PublishedKey, base64url};
use gibbon_testkit::{Authority, Client, Gateway, Issued, Origin, Response};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, HandshakeKind};
use serde_json::{Map, Value, json};

use crate::started;

const HOST: &str = "gateway.test";
const SECRET: &[u8] = b"a secret of the issuer of these tests";

/// The holder of a token, and somebody else.
const HOLDER: Key = Key { private: include_str!("../keys/p256.pem"), algorithm: Algorithm::ES256 };
const THIEF: Key = Key { private: include_str!("../keys/ed25519.pem"), algorithm: Algorithm::EdDSA };

struct Key {
    private: &'static str,
    algorithm: Algorithm,
}

impl Key {
    fn jwk(&self) -> Value {
        Value::Object(PublicKey::of_private_pem(self.private).unwrap().to_jwk().unwrap())
    }

    fn thumbprint(&self) -> String {
        PublishedKey::from_jwk(&self.jwk()).unwrap().thumbprint().unwrap()
    }

    /// A field with a proof, under a name of its own, for `GET http://gateway.test/orders` with `token`, but for these
    /// members of its header and its claims.
    fn proof_with(&self, token: &str, header: Value, claims: Value) -> String {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let header = with(json!({ "typ": "dpop+jwt", "jwk": self.jwk() }), header);
        let said = json!({
            "jti": format!("proof {}", MADE.fetch_add(1, Ordering::Relaxed)), "htm": "GET",
            "htu": "http://gateway.test/orders", "iat": now(), "ath": hash(token.as_bytes()),
        });
        let signer = Signer::from_pem(self.algorithm, self.private).unwrap();
        let proof = signer.sign(header.as_object().unwrap(), &with(said, claims).to_string()).unwrap();
        format!("DPoP: {proof}")
    }

    fn proof(&self, token: &str) -> String {
        self.proof_with(token, json!({}), json!({}))
    }
}

/// A gateway with two workers and a port with TLS, on which clients may show certificates of an authority.
struct World {
    gateway: Gateway,
    origin: Origin,
    authority: Authority,
}

fn world(demand: &str) -> World {
    let authority = Authority::new();
    let builder = Gateway::builder()
        .setting("proxy_listen", "127.0.0.1:0, 127.0.0.1:0 ssl")
        .setting("nginx_worker_processes", "2")
        .setting("ssl_client_certificate", authority.file().to_str().unwrap())
        .setting("ssl_verify_client", "optional");
    let (gateway, origin) = started(builder);
    let Issued { cert, key } = authority.issue(HOST);
    let id = gateway.put("certificates", json!({ "cert": cert, "key": key }));
    gateway.put("snis", json!({ "name": HOST, "certificate": { "id": id } }));
    gateway.plugin(json!({ "name": "jwt", "config": { "bound_tokens": demand } }));
    let ann = gateway.consumer(json!({ "username": "ann" }));
    let secret = std::str::from_utf8(SECRET).unwrap();
    gateway.put("jwt_secrets", json!({ "consumer": { "id": ann }, "key": "issuer", "secret": secret }));
    World { gateway, origin, authority }
}

impl World {
    /// Asks for `/orders`, without TLS.
    fn ask(&self, fields: &[&str]) -> Response {
        self.gateway.connect().get_with("/orders?page=2", fields)
    }

    /// A connection with TLS.
    fn over_tls(&self, config: ClientConfig) -> Client {
        self.over_tls_again(&Arc::new(config))
    }

    fn over_tls_again(&self, config: &Arc<ClientConfig>) -> Client {
        Client::connect(self.gateway.addresses()[1]).over_tls(HOST, Arc::clone(config)).unwrap()
    }

    #[track_caller]
    fn is_from_ann(&self, answer: &Response) {
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(self.origin.last_request().field("x-consumer-username"), Some("ann"));
    }
}

#[track_caller]
fn is_refused(answer: &Response, reason: &str) {
    let challenge = match reason {
        "bad_proof" | "replayed_proof" => "DPoP error=\"invalid_dpop_proof\"",
        _ => "Bearer error=\"invalid_token\"",
    };
    let said: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((answer.status, &said["reason"]), (401, &json!(reason)), "{said}");
    let field = answer.field("www-authenticate").unwrap();
    assert!(field.starts_with(challenge), "{field}");
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

fn hash(bytes: &[u8]) -> String {
    base64url::encode(digest(&SHA256, bytes).as_ref())
}

fn with(mut base: Value, more: Value) -> Value {
    more.as_object().unwrap().iter().for_each(|(name, value)| base[name] = value.clone());
    base
}

/// A token of `ann` with these members as its `cnf`.
fn bound_to(confirmation: Value) -> String {
    let claims = json!({ "iss": "issuer", "cnf": confirmation }).to_string();
    Signer::from_secret(Algorithm::HS256, SECRET).unwrap().sign(&Map::new(), &claims).unwrap()
}

fn bound_to_key() -> String {
    bound_to(json!({ "jkt": HOLDER.thumbprint() }))
}

fn print_of(issued: &Issued) -> String {
    hash(&CertificateDer::from_pem_slice(issued.cert.as_bytes()).unwrap())
}

fn dpop(token: &str) -> String {
    format!("Authorization: DPoP {token}")
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}")
}

#[test]
fn a_token_that_is_bound_to_a_key_is_accepted_with_a_proof_for_each_request() {
    let (world, token) = (world("required"), bound_to_key());
    for _ in 0..3 {
        world.is_from_ann(&world.ask(&[&dpop(&token), &HOLDER.proof(&token)]));
    }
    let mut client = world.over_tls(world.authority.client());
    let proof = HOLDER.proof_with(&token, json!({}), json!({ "htu": "https://gateway.test/orders" }));
    world.is_from_ann(&client.get_with("/orders?page=2", &[&dpop(&token), &proof]));
}

#[test]
fn a_stolen_token_is_worth_nothing_without_the_key() {
    let (world, token) = (world("accepted"), bound_to_key());
    is_refused(&world.ask(&[&bearer(&token)]), "bad_proof");
    is_refused(&world.ask(&[&dpop(&token)]), "bad_proof");
    is_refused(&world.ask(&[&dpop(&token), &THIEF.proof(&token)]), "bad_proof");
    let pretending = THIEF.proof_with(&token, json!({ "jwk": HOLDER.jwk() }), json!({}));
    is_refused(&world.ask(&[&dpop(&token), &pretending]), "bad_proof");
    is_refused(&world.ask(&[&bearer(&token), &HOLDER.proof(&token)]), "bad_proof");
    is_refused(&world.ask(&[&dpop(&token), &HOLDER.proof(&token), &HOLDER.proof(&token)]), "bad_proof");
    assert_eq!(world.origin.requests().len(), 0);
}

#[test]
fn a_proof_is_for_one_method_one_uri_one_token_and_one_time() {
    let (world, token) = (world("accepted"), bound_to_key());
    for claims in [
        json!({ "htm": "POST" }),
        json!({ "htm": null }),
        json!({ "htu": "http://gateway.test/orders/7" }),
        json!({ "htu": "http://other.test/orders" }),
        json!({ "htu": null }),
        json!({ "ath": hash(b"another token") }),
        json!({ "ath": null }),
        json!({ "iat": now() - 600 }),
        json!({ "iat": now() + 600 }),
        json!({ "jti": null }),
    ] {
        let proof = HOLDER.proof_with(&token, json!({}), claims.clone());
        let answer = world.ask(&[&dpop(&token), &proof]);
        assert_eq!(answer.status, 401, "{claims}");
        is_refused(&answer, "bad_proof");
    }
    let posted = format!(
        "POST /orders HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: 0\r\n{}\r\n{}\r\n\r\n",
        dpop(&token),
        HOLDER.proof(&token)
    );
    is_refused(&world.gateway.connect().ask(posted), "bad_proof");
    assert_eq!(world.origin.requests().len(), 0);
}

#[test]
fn a_proof_is_good_once_whichever_worker_it_comes_to() {
    let (world, token) = (world("accepted"), bound_to_key());
    let proof = HOLDER.proof(&token);
    world.is_from_ann(&world.ask(&[&dpop(&token), &proof]));
    for _ in 0..16 {
        is_refused(&world.ask(&[&dpop(&token), &proof]), "replayed_proof");
    }
    world.is_from_ann(&world.ask(&[&dpop(&token), &HOLDER.proof(&token)]));
    assert_eq!(world.origin.requests().len(), 2);
}

#[test]
fn a_token_that_is_bound_to_a_certificate_is_accepted_over_its_connections() {
    let world = world("required");
    let own = world.authority.issue("holder.test");
    let token = bearer(&bound_to(json!({ "x5t#S256": print_of(&own) })));
    let config = Arc::new(world.authority.client_with(&own));
    let mut first = world.over_tls_again(&config);
    world.is_from_ann(&first.get_with("/orders", &[&token]));
    world.is_from_ann(&first.get_with("/orders", &[&token]));
    // The certificate is not shown again where a session goes on; it is still that session's.
    let mut again = (0..16).map(|_| {
        let mut client = world.over_tls_again(&config);
        world.is_from_ann(&client.get_with("/orders", &[&token]));
        client.tls(|tls| tls.handshake_kind())
    });
    assert!(again.any(|kind| kind == Some(HandshakeKind::Resumed)));
}

#[test]
fn it_is_refused_over_a_connection_with_another_certificate_or_with_none() {
    let world = world("accepted");
    let (own, other) = (world.authority.issue("holder.test"), world.authority.issue("holder.test"));
    let token = bearer(&bound_to(json!({ "x5t#S256": print_of(&own) })));
    let mut by_other = world.over_tls(world.authority.client_with(&other));
    is_refused(&by_other.get_with("/orders", &[&token]), "not_bound");
    let mut by_none = world.over_tls(world.authority.client());
    is_refused(&by_none.get_with("/orders", &[&token]), "not_bound");
    is_refused(&world.ask(&[&token]), "not_bound");
    assert_eq!(world.origin.requests().len(), 0);
}

#[test]
fn a_certificate_that_nobody_vouches_for_proves_nothing() {
    let (world, stranger) = (world("accepted"), Authority::new());
    let own = stranger.issue("holder.test");
    let token = bearer(&bound_to(json!({ "x5t#S256": print_of(&own) })));
    let config = Arc::new(world.authority.client_with(&own));
    let shaken = Client::connect(world.gateway.addresses()[1]).over_tls(HOST, config);
    // With TLS 1.3 a client believes that it is let in until it reads.
    let answered = shaken.is_ok_and(|mut client| {
        let request = format!("GET /orders HTTP/1.1\r\nHost: {HOST}\r\n{token}\r\n\r\n");
        client.try_send(request).is_ok() && client.try_response().is_ok()
    });
    assert!(!answered);
    assert_eq!(world.origin.requests().len(), 0);
}

#[test]
fn a_token_that_is_bound_to_both_needs_both() {
    let world = world("accepted");
    let own = world.authority.issue("holder.test");
    let token = bound_to(json!({ "jkt": HOLDER.thumbprint(), "x5t#S256": print_of(&own) }));
    let proof = || HOLDER.proof_with(&token, json!({}), json!({ "htu": "https://gateway.test/orders" }));
    let mut client = world.over_tls(world.authority.client_with(&own));
    is_refused(&client.get_with("/orders", &[&dpop(&token)]), "bad_proof");
    is_refused(&world.over_tls(world.authority.client()).get_with("/orders", &[&dpop(&token), &proof()]), "not_bound");
    world.is_from_ann(&client.get_with("/orders", &[&dpop(&token), &proof()]));
}

#[test]
fn a_token_that_is_bound_to_nothing_is_refused_where_all_must_be_bound() {
    let token = bearer(&bound_to(Value::Null));
    let accepting = world("accepted");
    accepting.is_from_ann(&accepting.ask(&[&token]));
    is_refused(&world("required").ask(&[&token]), "not_bound");
}
