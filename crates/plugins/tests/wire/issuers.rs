//! Issuers that publish their keys: a server with TLS that the tests rotate, stop and start, and a whole gateway.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gibbon_jose::sign::Signer;
use gibbon_jose::{Algorithm, PublicKey, PublishedKey};
use gibbon_plugin_api::{AdminCall, PluginDef};
use gibbon_schema::Object;
use gibbon_testkit::{Action, Authority, Gateway, Origin, TlsFront, eventually};
use http::Method;
use serde_json::{Value, json};

const ISSUER: &str = "https://issuer.example";

const ONE: (&str, &str) = (include_str!("../keys/rsa.pem"), include_str!("../keys/rsa.public.pem"));
const OTHER: (&str, &str) = (include_str!("../keys/rsa.other.pem"), include_str!("../keys/rsa.other.public.pem"));

/// What an issuer publishes, and how it is.
struct Published {
    keys: Vec<(String, &'static str)>,
    /// What is answered instead of the set.
    instead: Option<fn() -> Action>,
    /// Where the set is, as the document says.
    jwks_uri: String,
    issuer: String,
}

/// An issuer at `localhost`.
struct Issuer {
    published: Arc<Mutex<Published>>,
    origin: Origin,
    front: TlsFront,
    authority: Authority,
}

impl Issuer {
    /// With the first key, under the name `one`.
    fn start() -> Self {
        let published = Published {
            keys: vec![("one".to_owned(), ONE.1)],
            instead: None,
            jwks_uri: String::new(),
            issuer: ISSUER.to_owned(),
        };
        let published = Arc::new(Mutex::new(published));
        let state = Arc::clone(&published);
        let origin = Origin::start(move |request| {
            let state = state.lock().unwrap();
            match (request.target.as_str(), state.instead) {
                (_, Some(instead)) => instead(),
                ("/.well-known/openid-configuration", _) => {
                    Action::ok(&json!({ "issuer": state.issuer, "jwks_uri": state.jwks_uri }).to_string())
                }
                ("/jwks", _) => {
                    Action::ok(&json!({ "keys": state.keys.iter().map(jwk).collect::<Vec<_>>() }).to_string())
                }
                _ => Action::answer("404 Not Found", &[], ""),
            }
        });
        let authority = Authority::new();
        let front = TlsFront::with(&origin, &authority.issue("localhost"));
        let issuer = Self { published, origin, front, authority };
        issuer.state().jwks_uri = issuer.url("/jwks");
        issuer
    }

    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.front.port())
    }

    fn state(&self) -> MutexGuard<'_, Published> {
        self.published.lock().unwrap()
    }

    /// How often the set was asked for.
    fn asked(&self) -> usize {
        self.origin.requests().iter().filter(|request| request.target == "/jwks").count()
    }

    fn rotate(&self) {
        self.state().keys = vec![("two".to_owned(), OTHER.1)];
    }

    fn stop(&self) {
        self.state().instead = Some(Action::close);
    }

    fn start_again(&self) {
        self.state().instead = None;
    }

    /// A gateway that believes the authority of the issuer and may reach it, and an upstream.
    fn gateway(&self, kept: Option<&Path>) -> (Gateway, Origin) {
        self.gateway_with(kept, "localhost")
    }

    fn gateway_with(&self, kept: Option<&Path>, listed: &str) -> (Gateway, Origin) {
        let upstream = Origin::echoing_targets();
        let trusted = self.authority.file();
        let mut builder = Gateway::builder()
            .setting("lua_ssl_trusted_certificate", trusted.to_str().unwrap())
            .setting("jwt_issuer_hosts", listed);
        for plugin in gibbon_plugins::registry::all() {
            builder = builder.plugin(plugin as &'static PluginDef);
        }
        if let Some(folder) = kept {
            builder = builder.issuer_keys(folder);
        }
        let gateway = builder.start();
        gateway.proxy_to(&upstream);
        (gateway, upstream)
    }

    /// The same with the plugin, which knows the issuer by the URL of its set.
    fn known(&self) -> (Gateway, Origin) {
        let (gateway, upstream) = self.gateway(None);
        self.plugin(&gateway);
        (gateway, upstream)
    }

    fn plugin(&self, gateway: &Gateway) {
        let issuer = json!({ "issuer": ISSUER, "jwks_uri": self.url("/jwks") });
        gateway.plugin(json!({ "name": "jwt", "config": { "issuers": [issuer] } }));
    }
}

fn jwk((kid, pem): &(String, &'static str)) -> Value {
    let mut jwk = Value::Object(PublicKey::from_pem(pem).unwrap().to_jwk().unwrap());
    jwk["kid"] = kid.as_str().into();
    jwk["use"] = "sig".into();
    jwk
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

/// A token of the issuer under a name of its key.
fn token((private, _): (&str, &str), kid: &str) -> String {
    let claims = json!({ "iss": ISSUER, "sub": "joe", "exp": now() + 300 }).to_string();
    let header = json!({ "kid": kid }).as_object().unwrap().clone();
    Signer::from_pem(Algorithm::RS256, private).unwrap().sign(&header, &claims).unwrap()
}

fn ask(gateway: &Gateway, token: &str) -> u16 {
    gateway.connect().get_with("/", &[&format!("Authorization: Bearer {token}")]).status
}

/// What the Admin API says of keys.
fn report(gateway: &Gateway) -> Value {
    admin(gateway, "/jwt/keys", Object::new()).1
}

/// Mints a token by the Admin API.
fn mint(gateway: &Gateway, values: Value) -> (u16, Value) {
    admin(gateway, "/jwt/mint", values.as_object().unwrap().clone())
}

fn admin(gateway: &Gateway, template: &str, values: Object) -> (u16, Value) {
    let path = gibbon_plugins::registry::admin_paths().find(|path| path.template == template).unwrap();
    let call = AdminCall {
        method: Method::GET,
        parameters: Vec::new(),
        values,
        configured: Vec::new(),
        node: gateway.configuration().node().clone(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let answer = runtime.block_on((path.answer)(call));
    (answer.status.as_u16(), answer.body.unwrap())
}

#[test]
fn keys_are_fetched_before_the_first_token_comes_and_not_again_for_the_next() {
    let issuer = Issuer::start();
    let (gateway, upstream) = issuer.known();
    eventually("the keys are there", || issuer.asked() == 1);
    let token = token(ONE, "one");
    for _ in 0..20 {
        assert_eq!(ask(&gateway, &token), 200);
    }
    assert_eq!(upstream.last_request().field("x-credential-identifier"), Some("joe"));
    assert_eq!(issuer.asked(), 1);
    let report = report(&gateway);
    let place = &report["data"][0];
    assert_eq!((&place["url"], &place["failure"]), (&json!(issuer.url("/jwks")), &Value::Null));
    assert_eq!((&place["keys"][0]["kid"], &place["keys"][0]["alg"]), (&json!("one"), &json!("RS256")));
    assert!(now() - place["keys"][0]["last_used"].as_i64().unwrap() < 60);
}

#[test]
fn many_who_come_first_wait_for_one_answer() {
    let issuer = Issuer::start();
    let (gateway, _upstream) = issuer.gateway(None);
    issuer.state().instead = Some(|| Action::default().then_pause(Duration::from_millis(300)).then_close());
    issuer.plugin(&gateway);
    issuer.start_again();
    let token = token(ONE, "one");
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..20).map(|_| scope.spawn(|| ask(&gateway, &token))).collect();
        let statuses: Vec<_> = asking.into_iter().map(|asking| asking.join().unwrap()).collect();
        assert!(statuses.iter().all(|status| [200, 503].contains(status)), "{statuses:?}");
    });
    eventually("there are keys", || ask(&gateway, &token) == 200);
    assert!(issuer.asked() <= 3, "{}", issuer.asked());
}

#[test]
fn a_new_key_is_known_with_the_first_token_that_names_it_and_the_old_one_is_gone() {
    let issuer = Issuer::start();
    let (gateway, _upstream) = issuer.known();
    assert_eq!(ask(&gateway, &token(ONE, "one")), 200);
    assert_eq!(ask(&gateway, &token(OTHER, "two")), 401);
    issuer.rotate();
    // That name was asked for in vain a moment ago; another token with a name that is new has the set fetched.
    assert_eq!(ask(&gateway, &token(OTHER, "three")), 401);
    assert_eq!(ask(&gateway, &token(OTHER, "two")), 200);
    assert_eq!(ask(&gateway, &token(ONE, "one")), 401);
}

#[test]
fn made_up_names_of_keys_are_refused_and_do_not_reach_the_issuer() {
    let issuer = Issuer::start();
    let (gateway, _upstream) = issuer.known();
    assert_eq!(ask(&gateway, &token(ONE, "one")), 200);
    let begun = Instant::now();
    for number in 0..200 {
        assert_eq!(ask(&gateway, &token(OTHER, &format!("made up {number}"))), 401);
    }
    let allowed = 4 + usize::try_from(begun.elapsed().as_secs() / 10).unwrap();
    assert!(issuer.asked() <= allowed, "{} > {allowed}", issuer.asked());
    assert_eq!(ask(&gateway, &token(ONE, "one")), 200);
}

#[test]
fn while_an_issuer_is_down_its_last_keys_are_used() {
    let issuer = Issuer::start();
    let (gateway, _upstream) = issuer.known();
    assert_eq!(ask(&gateway, &token(ONE, "one")), 200);
    issuer.stop();
    assert_eq!(ask(&gateway, &token(OTHER, "two")), 401);
    eventually("it was asked and did not answer", || report(&gateway)["data"][0]["failure"].is_string());
    assert_eq!(ask(&gateway, &token(ONE, "one")), 200);
}

#[test]
fn where_keys_were_never_fetched_nothing_can_be_said_until_they_are() {
    let issuer = Issuer::start();
    issuer.stop();
    let (gateway, _upstream) = issuer.known();
    assert_eq!(ask(&gateway, &token(ONE, "one")), 503);
    issuer.start_again();
    eventually("the issuer is there again", || ask(&gateway, &token(ONE, "one")) == 200);
}

#[test]
fn the_last_keys_are_known_after_a_restart_without_the_issuer() {
    let issuer = Issuer::start();
    let kept = tempfile::tempdir().unwrap();
    let (gateway, _upstream) = issuer.gateway(Some(kept.path()));
    issuer.plugin(&gateway);
    assert_eq!(ask(&gateway, &token(ONE, "one")), 200);
    eventually("they are kept", || std::fs::read_dir(kept.path()).unwrap().count() == 1);
    drop(gateway);
    issuer.stop();
    let (gateway, _upstream) = issuer.gateway(Some(kept.path()));
    issuer.plugin(&gateway);
    assert_eq!(ask(&gateway, &token(ONE, "one")), 200);
    assert_eq!(ask(&gateway, &token(OTHER, "one")), 401);
}

#[test]
fn a_credential_has_its_keys_where_its_issuer_publishes_them() {
    let issuer = Issuer::start();
    let (gateway, upstream) = issuer.gateway(None);
    gateway.plugin(json!({ "name": "jwt", "config": {} }));
    let ann = gateway.consumer(json!({ "username": "ann" }));
    issuer.state().issuer = issuer.url("");
    for place in [json!({ "jwks_uri": issuer.url("/jwks") }), json!({ "issuer_discovery": issuer.url("") })] {
        let mut credential = json!({ "consumer": { "id": ann }, "key": ISSUER, "algorithm": "RS256" });
        place.as_object().unwrap().iter().for_each(|(name, value)| credential[name] = value.clone());
        let id = gateway.put("jwt_secrets", credential);
        assert_eq!(ask(&gateway, &token(ONE, "one")), 200);
        assert_eq!(upstream.last_request().field("x-consumer-username"), Some("ann"));
        assert_eq!(ask(&gateway, &token(OTHER, "one")), 401);
        gateway.delete("jwt_secrets", id);
    }
}

#[test]
fn a_credential_whose_keys_are_pinned_believes_no_other_key_of_its_issuer() {
    let issuer = Issuer::start();
    let (gateway, _upstream) = issuer.gateway(None);
    gateway.plugin(json!({ "name": "jwt", "config": {} }));
    let ann = gateway.consumer(json!({ "username": "ann" }));
    issuer.state().keys = vec![("one".to_owned(), ONE.1), ("two".to_owned(), OTHER.1)];
    for ((pinned, kid), (other, other_kid)) in [((ONE, "one"), (OTHER, "two")), ((OTHER, "two"), (ONE, "one"))] {
        let print = PublishedKey::from_jwk(&jwk(&(kid.to_owned(), pinned.1))).unwrap().thumbprint().unwrap();
        let credential = json!({
            "consumer": { "id": ann }, "key": ISSUER, "algorithm": "RS256", "jwks_uri": issuer.url("/jwks"),
            "thumbprints": [print],
        });
        let id = gateway.put("jwt_secrets", credential);
        assert_eq!(ask(&gateway, &token(pinned, kid)), 200, "{kid}");
        assert_eq!(ask(&gateway, &token(other, other_kid)), 401, "{other_kid}");
        gateway.delete("jwt_secrets", id);
    }
}

#[test]
fn a_document_says_where_the_keys_are_and_is_believed_about_its_own_issuer_alone() {
    let issuer = Issuer::start();
    let (gateway, _upstream) = issuer.gateway(None);
    let config = json!({ "issuers": [{ "issuer": ISSUER, "discovery": issuer.url("") }] });
    gateway.plugin(json!({ "name": "jwt", "config": config }));
    assert_eq!(ask(&gateway, &token(ONE, "one")), 200);
    issuer.state().issuer = "https://other.example".to_owned();
    let (gateway, _upstream) = issuer.gateway(None);
    gateway.plugin(json!({ "name": "jwt", "config": config }));
    assert_eq!(ask(&gateway, &token(ONE, "one")), 503);
    let failure = report(&gateway)["data"][0]["failure"].as_str().unwrap().to_owned();
    assert!(failure.contains("the document is of another issuer"), "{failure}");
}

#[test]
fn nothing_is_connected_to_that_is_not_public_unless_it_is_listed() {
    let issuer = Issuer::start();
    for listed in ["", "localhost:1", "example.com"] {
        let (gateway, _upstream) = issuer.gateway_with(None, listed);
        issuer.plugin(&gateway);
        assert_eq!(ask(&gateway, &token(ONE, "one")), 503);
        let failure = report(&gateway)["data"][0]["failure"].as_str().unwrap().to_owned();
        assert!(failure.contains("its address is not public"), "{failure}");
    }
    assert_eq!((issuer.origin.connections(), issuer.front.names().len()), (0, 0));
}

#[test]
fn a_document_may_not_lead_to_what_is_not_public_or_without_tls() {
    let issuer = Issuer::start();
    let inside = Origin::echoing_targets();
    let (gateway, _upstream) = issuer.gateway(None);
    issuer.state().jwks_uri = inside.url("/latest/meta-data");
    let config = json!({ "issuers": [{ "issuer": ISSUER, "discovery": issuer.url("") }] });
    gateway.plugin(json!({ "name": "jwt", "config": config }));
    assert_eq!(ask(&gateway, &token(ONE, "one")), 503);
    issuer.state().jwks_uri = format!("https://127.0.0.1:{}/", inside.port());
    eventually("it was asked again", || {
        let failure = report(&gateway)["data"][0]["failure"].as_str().unwrap_or_default().to_owned();
        failure.contains("its address is not public")
    });
    assert_eq!(inside.connections(), 0);
}

#[test]
fn a_redirect_to_another_server_is_not_followed() {
    let issuer = Issuer::start();
    let (gateway, _upstream) = issuer.gateway(None);
    issuer.state().instead = Some(|| Action::answer("302 Found", &["Location: https://localhost:9/jwks"], ""));
    issuer.plugin(&gateway);
    assert_eq!(ask(&gateway, &token(ONE, "one")), 503);
    let failure = report(&gateway)["data"][0]["failure"].as_str().unwrap().to_owned();
    assert!(failure.contains("is redirected to another server"), "{failure}");
}

#[test]
fn an_answer_that_is_too_long_or_no_set_is_not_taken() {
    let too_long: fn() -> Action = || Action::ok(&format!("{}{}", r#"{"keys":[]}"#, " ".repeat(300 * 1024)));
    for instead in [too_long, || Action::ok("<html>"), || Action::answer("500 Oh", &[], "")] {
        let issuer = Issuer::start();
        let (gateway, _upstream) = issuer.gateway(None);
        issuer.state().instead = Some(instead);
        issuer.plugin(&gateway);
        assert_eq!(ask(&gateway, &token(ONE, "one")), 503);
        assert!(report(&gateway)["data"][0]["failure"].is_string());
    }
}

#[test]
fn an_issuer_that_does_not_answer_holds_a_request_up_for_a_while_and_no_longer() {
    let issuer = Issuer::start();
    let (gateway, _upstream) = issuer.gateway(None);
    issuer.state().instead = Some(Action::hang);
    issuer.plugin(&gateway);
    let begun = Instant::now();
    assert_eq!(ask(&gateway, &token(ONE, "one")), 503);
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}

#[test]
fn the_keys_of_a_key_set_are_those_of_an_issuer_from_the_moment_that_they_are_written() {
    let issuer = Issuer::start();
    let (gateway, _upstream) = issuer.gateway(None);
    for by_name in [true, false] {
        let set = gateway.put("key_sets", json!({ "name": format!("set {by_name}") }));
        let named = if by_name { format!("set {by_name}") } else { set.to_string() };
        let config = json!({ "issuers": [{ "issuer": ISSUER, "key_set": named }] });
        let plugin = gateway.plugin(json!({ "name": "jwt", "config": config }));
        assert_eq!(ask(&gateway, &token(ONE, "one")), 401);
        let pem = json!({ "private_key": ONE.0 });
        let first = gateway.put("keys", json!({ "kid": "one", "set": { "id": set }, "pem": pem }));
        assert_eq!(ask(&gateway, &token(ONE, "one")), 200);
        let jwk = jwk(&("two".to_owned(), OTHER.1)).to_string();
        gateway.put("keys", json!({ "kid": "two", "set": { "id": set }, "jwk": jwk }));
        assert_eq!((ask(&gateway, &token(OTHER, "two")), ask(&gateway, &token(ONE, "one"))), (200, 200));
        gateway.delete("keys", first);
        assert_eq!((ask(&gateway, &token(OTHER, "two")), ask(&gateway, &token(ONE, "one"))), (200, 401));
        gateway.delete("plugins", plugin);
    }
    assert_eq!(issuer.asked(), 0);
}

#[test]
fn a_token_is_minted_for_development_and_for_nothing_else() {
    let issuer = Issuer::start();
    let (gateway, _upstream) = issuer.gateway(None);
    gateway.plugin(json!({ "name": "jwt", "config": { "claims_to_verify": ["exp"] } }));
    let ann = gateway.consumer(json!({ "username": "ann" }));
    let credential = |more: Value| {
        let mut body = json!({ "consumer": { "id": ann } });
        more.as_object().unwrap().iter().for_each(|(name, value)| body[name] = value.clone());
        gateway.put("jwt_secrets", body)
    };
    credential(json!({ "key": "dev", "secret": "a secret of the tests", "development_only": true }));
    credential(json!({ "key": "real", "secret": "a secret of the tests" }));
    credential(json!({ "key": "off", "secret": "a secret of the tests", "development_only": false }));
    credential(json!({ "key": "rsa", "algorithm": "RS256", "rsa_public_key": ONE.1, "development_only": true }));
    let (status, minted) = mint(&gateway, json!({ "key": "dev", "claims": { "sub": "me" }, "expires_in": 60 }));
    assert_eq!(status, 201);
    assert_eq!(ask(&gateway, minted["token"].as_str().unwrap()), 200);
    assert!((now() + 50..=now() + 60).contains(&minted["expires_at"].as_i64().unwrap()));
    for (key, status) in [("real", 403), ("off", 403), ("rsa", 400), ("nobody", 404)] {
        let (answered, body) = mint(&gateway, json!({ "key": key }));
        assert_eq!((answered, body.get("token")), (status, None), "{key}");
    }
}

#[test]
fn a_token_is_minted_with_the_private_key_of_the_gateway_that_belongs_to_a_credential() {
    let issuer = Issuer::start();
    let (gateway, _upstream) = issuer.gateway(None);
    gateway.plugin(json!({ "name": "jwt", "config": { "claims_to_verify": ["exp"] } }));
    let ann = gateway.consumer(json!({ "username": "ann" }));
    let credential = |key: &str, more: Value| {
        let mut body = json!({ "consumer": { "id": ann }, "key": key, "algorithm": "RS256", "rsa_public_key": ONE.1 });
        more.as_object().unwrap().iter().for_each(|(name, value)| body[name] = value.clone());
        gateway.put("jwt_secrets", body)
    };
    credential("dev", json!({ "development_only": true }));
    credential("real", json!({}));
    let secret = json!({ "algorithm": "HS256", "rsa_public_key": null, "secret": "s", "development_only": true });
    credential("secret", secret);
    let one = gateway.put("keys", json!({ "name": "one", "kid": "one", "pem": { "private_key": ONE.0 } }));
    gateway.put("keys", json!({ "name": "other", "kid": "other", "pem": { "private_key": OTHER.0 } }));
    gateway.put("keys", json!({ "name": "public", "kid": "public", "pem": { "public_key": ONE.1 } }));
    for signing_key in ["one", &one.to_string()] {
        let (status, minted) = mint(&gateway, json!({ "key": "dev", "signing_key": signing_key }));
        assert_eq!(status, 201, "{minted}");
        assert_eq!(ask(&gateway, minted["token"].as_str().unwrap()), 200);
    }
    for (key, signing_key, status) in [
        ("dev", json!(null), 400),
        ("dev", json!("other"), 400),
        ("dev", json!("public"), 400),
        ("dev", json!(7), 400),
        ("dev", json!("nobody"), 404),
        ("real", json!("one"), 403),
        ("secret", json!("one"), 400),
    ] {
        let (answered, body) = mint(&gateway, json!({ "key": key, "signing_key": signing_key }));
        assert_eq!((answered, body.get("token")), (status, None), "{key} {signing_key}");
    }
}

#[test]
fn it_is_told_when_each_key_of_a_credential_was_last_of_use() {
    let issuer = Issuer::start();
    let (gateway, _upstream) = issuer.gateway(None);
    gateway.plugin(json!({ "name": "jwt", "config": {} }));
    let ann = gateway.consumer(json!({ "username": "ann" }));
    let id = gateway.put(
        "jwt_secrets",
        json!({
            "consumer": { "id": ann }, "key": ISSUER, "algorithm": "RS256", "rsa_public_key": ONE.1,
            "keys": [{ "kid": "two", "rsa_public_key": OTHER.1 }],
        }),
    );
    assert_eq!(ask(&gateway, &token(OTHER, "two")), 200);
    let report = report(&gateway);
    let place = &report["data"][0];
    assert_eq!(place["credential"]["id"], json!(id));
    let used: Vec<_> = place["keys"].as_array().unwrap().iter().map(|key| key["last_used"].is_i64()).collect();
    let kids: Vec<_> = place["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str()).collect();
    assert_eq!(kids.iter().zip(used).filter(|(_, used)| *used).collect::<Vec<_>>(), [(&Some("two"), true)]);
}
