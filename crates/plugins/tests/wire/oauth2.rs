//! `oauth2` through a whole gateway: applications, codes, tokens.

use gibbon_plugin_api::PluginDef;
use gibbon_testkit::{Client, Gateway, Origin, Response};
use serde_json::{Value, json};
use uuid::Uuid;

const REDIRECT: &str = "https://app.example/cb";

/// A verifier of 43 characters, and its challenge (RFC 7636, appendix B).
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// That of `secret`, as Kong makes it.
const HASH_OF_KONG: &str =
    "$pbkdf2-sha512$i=10000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$vmRQw0BpocKqrhRKR3m3G/IeOsJdowFFKr1BqQJRowY";

struct Arrangement {
    gateway: Gateway,
    origin: Origin,
    ann: Uuid,
    plugin: Uuid,
}

/// A gateway behind a proxy that it trusts, with the plugin and one application of ann's.
fn arranged(fields: Value) -> Arrangement {
    let origin = Origin::echoing_targets();
    let builder = Gateway::builder().setting("trusted_ips", "127.0.0.0/8");
    let all = gibbon_plugins::registry::all();
    let gateway = all.into_iter().fold(builder, |builder, plugin: &'static PluginDef| builder.plugin(plugin));
    let gateway = gateway.entities(gibbon_plugins::registry::entities()).start();
    gateway.proxy_to(&origin);
    let mut config = json!({
        "provision_key": "prov", "accept_http_if_already_terminated": true, "scopes": ["mail", "photos"],
        "enable_authorization_code": true, "enable_implicit_grant": true, "enable_client_credentials": true,
        "enable_password_grant": true,
    });
    config.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let plugin = gateway.plugin(json!({ "name": "oauth2", "config": config }));
    let ann = gateway.consumer(json!({ "username": "ann" }));
    let it = Arrangement { gateway, origin, ann, plugin };
    it.application(json!({ "client_id": "app", "client_secret": "sec" }));
    it
}

impl Arrangement {
    fn application(&self, fields: Value) -> Uuid {
        let mut body = json!({ "name": "app", "redirect_uris": [REDIRECT], "consumer": { "id": self.ann } });
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.gateway.put("oauth2_credentials", body)
    }

    fn post_with(&self, path: &str, form: &str, fields: &[&str]) -> Response {
        let mut all = vec!["X-Forwarded-Proto: https"];
        all.extend(fields);
        self.gateway.connect().ask(post(path, &all, form))
    }

    /// Status and body of an answer of an endpoint.
    fn post(&self, path: &str, form: &str) -> (u16, Value) {
        let answer = self.post_with(path, form, &[]);
        assert_eq!((answer.field("cache-control"), answer.field("pragma")), (Some("no-store"), Some("no-cache")));
        (answer.status, serde_json::from_str(&answer.text()).unwrap())
    }

    fn token(&self, form: &str) -> (u16, Value) {
        self.post("/oauth2/token", form)
    }

    /// Where the browser of a user who has agreed is sent.
    fn authorize(&self, form: &str) -> (u16, String) {
        let form = format!("client_id=app&provision_key=prov&authenticated_userid=u1&{form}");
        let (status, body) = self.post("/oauth2/authorize", &form);
        (status, body["redirect_uri"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned())
    }

    fn code(&self, form: &str) -> String {
        let (status, uri) = self.authorize(&format!("response_type=code&{form}"));
        assert_eq!(status, 200, "{uri}");
        uri.strip_prefix(&format!("{REDIRECT}?code=")).unwrap_or_else(|| panic!("{uri}")).to_owned()
    }

    fn get(&self, token: &str) -> Response {
        self.gateway.connect().get_with("/", &[&format!("Authorization: Bearer {token}")])
    }
}

/// A form.
fn post(path: &str, fields: &[&str], form: &str) -> String {
    let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    let length = form.len();
    let kind = "application/x-www-form-urlencoded";
    format!(
        "POST {path} HTTP/1.1\r\nHost: a.example\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{fields}\r\n{form}"
    )
}

fn problem(error: &str, description: &str) -> (u16, Value) {
    (400, json!({ "error": error, "error_description": description }))
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("{value} has no {name}"))
}

const CREDENTIALS: &str = "client_id=app&client_secret=sec";

#[test]
fn an_application_gets_a_token_for_its_secret_and_the_upstream_is_told_whose_it_is() {
    let it = arranged(json!({ "hide_credentials": true }));
    let form = format!("grant_type=client_credentials&scope=mail%20photos&state=x&{CREDENTIALS}");
    let (status, token) = it.token(&form);
    assert_eq!((status, &token["token_type"], &token["expires_in"]), (200, &json!("bearer"), &json!(7200)));
    assert_eq!((&token["refresh_token"], &token["state"]), (&Value::Null, &json!("x")));
    let token = text(&token, "access_token");
    assert_eq!(token.len(), 32);
    let forged = ["X-Authenticated-UserId: root", "X-Authenticated-Scope: all"];
    let own = format!("Authorization: Bearer {token}");
    let fields: Vec<&str> = forged.into_iter().chain([&*own]).collect();
    assert_eq!(it.gateway.connect().get_with("/", &fields).status, 200);
    let request = it.origin.last_request();
    for (name, value) in [
        ("x-consumer-username", Some("ann")),
        ("x-credential-identifier", Some("app")),
        ("x-authenticated-scope", Some("mail photos")),
        ("x-authenticated-userid", None),
        ("authorization", None),
    ] {
        assert_eq!(request.field(name), value, "{name}");
    }
}

#[test]
fn a_token_is_found_where_clients_put_it() {
    let it = arranged(json!({ "hide_credentials": true }));
    let (_, token) = it.token(&format!("grant_type=client_credentials&{CREDENTIALS}"));
    let token = text(&token, "access_token");
    let mut client = it.gateway.connect();
    assert_eq!(client.get_with("/", &[&format!("Authorization: token {token}")]).status, 200);
    assert_eq!(client.get(&format!("/a?b=1&access_token={token}")).text(), "/a?b=1");
    assert_eq!(client.ask(post("/a", &[], &format!("access_token={token}&c=2"))).status, 200);
    assert_eq!(it.origin.last_request().body, b"c=2");
}

#[test]
fn a_request_without_a_good_token_is_refused() {
    let it = arranged(json!({ "realm": "lab" }));
    let mut client = it.gateway.connect();
    let refused = client.get_with("/", &[]);
    let body = json!({ "error": "invalid_request", "error_description": "The access token is missing" });
    assert_eq!((refused.status, refused.field("www-authenticate")), (401, Some("Bearer realm=\"lab\"")));
    assert_eq!(serde_json::from_str::<Value>(&refused.text()).unwrap(), body);
    let refused = it.get("unknown");
    let description = "The access token is invalid or has expired";
    let challenge = format!("Bearer realm=\"lab\", error=\"invalid_token\", error_description=\"{description}\"");
    assert_eq!((refused.status, refused.field("www-authenticate")), (401, Some(&*challenge)));
    let body = json!({ "error": "invalid_token", "error_description": description });
    assert_eq!(serde_json::from_str::<Value>(&refused.text()).unwrap(), body);
}

#[test]
fn tokens_are_given_out_over_https_alone_and_on_being_posted_for() {
    let it = arranged(json!({}));
    let mut client = it.gateway.connect();
    let refused = client.ask(post("/oauth2/token", &[], CREDENTIALS));
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("You must use HTTPS"), "{}", refused.text());
    let refused = client.get("/below/oauth2/token/");
    assert_eq!(refused.status, 405);
    assert!(refused.text().contains("The HTTP method GET is invalid for the token endpoint"), "{}", refused.text());
    let refused = client.get("/oauth2/authorize");
    assert!(refused.text().contains("is invalid for the authorization endpoint"), "{}", refused.text());
}

#[test]
fn a_code_is_good_for_one_token_of_its_application() {
    let it = arranged(json!({}));
    it.application(json!({ "client_id": "other", "client_secret": "sec" }));
    let code = it.code("scope=mail");
    let form = format!("grant_type=authorization_code&code={code}");
    assert_eq!(
        it.token(&format!("{form}&client_id=other&client_secret=sec")),
        problem("invalid_request", "Invalid code")
    );
    let (status, token) = it.token(&format!("{form}&{CREDENTIALS}"));
    assert_eq!(status, 200, "{token}");
    assert_eq!(it.token(&format!("{form}&{CREDENTIALS}")), problem("invalid_request", "Invalid code"));
    assert_eq!(it.get(text(&token, "access_token")).status, 200);
    let request = it.origin.last_request();
    assert_eq!(
        (request.field("x-authenticated-userid"), request.field("x-authenticated-scope")),
        (Some("u1"), Some("mail"))
    );
}

#[test]
fn of_several_who_show_the_same_code_at_once_one_gets_a_token() {
    let it = arranged(json!({}));
    let form = format!("grant_type=authorization_code&code={}&{CREDENTIALS}", it.code("scope=mail"));
    let statuses = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..8).map(|_| scope.spawn(|| it.token(&form).0)).collect();
        tries.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
}

#[test]
fn users_are_sent_to_registered_addresses_alone() {
    let it = arranged(json!({}));
    let evil = "response_type=code&redirect_uri=https%3A%2F%2Fapp.example%2Fcb%2F..%2Fevil";
    let (status, uri) = it.authorize(&format!("{evil}&state=a%26b"));
    assert_eq!(status, 400);
    let expected = "error=invalid_request&error_description=Invalid%20redirect_uri%20that%20does%20not%20match%20with\
        %20any%20redirect_uri%20created%20with%20the%20application&state=a%26b";
    assert_eq!(uri, format!("{REDIRECT}?{expected}"));
    let (status, body) =
        it.post("/oauth2/authorize", "client_id=none&provision_key=prov&authenticated_userid=u&response_type=code");
    assert_eq!((status, body), problem("invalid_client", "Invalid client authentication"));
}

#[test]
fn who_asks_users_proves_it_and_says_who_has_agreed() {
    let it = arranged(json!({}));
    let base = "client_id=app&response_type=code";
    let wrong = problem("invalid_provision_key", "Invalid provision_key");
    assert_eq!(it.post("/oauth2/authorize", base), wrong);
    assert_eq!(it.post("/oauth2/authorize", &format!("{base}&provision_key=x&authenticated_userid=u")), wrong);
    let nobody = problem("invalid_authenticated_userid", "Missing authenticated_userid parameter");
    assert_eq!(it.post("/oauth2/authorize", &format!("{base}&provision_key=prov&authenticated_userid=%20")), nobody);
    let twice = format!("{base}&provision_key=prov&provision_key=prov&authenticated_userid=u");
    assert_eq!(it.post("/oauth2/authorize", &twice), wrong);
}

#[test]
fn a_scope_is_one_of_those_that_there_are() {
    let it = arranged(json!({ "mandatory_scope": true }));
    let form = format!("grant_type=client_credentials&{CREDENTIALS}");
    assert_eq!(it.token(&form), problem("invalid_scope", "You must specify a scope"));
    assert_eq!(it.token(&format!("{form}&scope=mail+all")), problem("invalid_scope", "\"all\" is an invalid scope"));
    assert_eq!(it.token(&format!("{form}&scope=mail&scope=mail")), problem("invalid_scope", "scope must be a string"));
    let (status, uri) = it.authorize("response_type=code");
    assert_eq!(
        (status, uri),
        (400, format!("{REDIRECT}?error=invalid_scope&error_description=You%20must%20specify%20a%20scope"))
    );
}

#[test]
fn a_browser_gets_a_token_behind_the_hash() {
    let it = arranged(json!({}));
    let (status, uri) = it.authorize("response_type=token&scope=mail&state=s");
    assert_eq!(status, 200);
    let fragment = uri.strip_prefix(&format!("{REDIRECT}#access_token=")).unwrap();
    let (token, rest) = fragment.split_once('&').unwrap();
    assert_eq!(rest, "expires_in=7200&state=s&token_type=bearer");
    assert_eq!(it.get(token).status, 200);
}

#[test]
fn a_password_grant_needs_who_knows_the_user() {
    let it = arranged(json!({}));
    let form = format!("grant_type=password&{CREDENTIALS}&authenticated_userid=u1");
    assert_eq!(it.token(&form), problem("invalid_provision_key", "Invalid provision_key"));
    let (status, token) = it.token(&format!("{form}&provision_key=prov"));
    assert_eq!((status, text(&token, "refresh_token").len()), (200, 32));
    assert_eq!(it.get(text(&token, "access_token")).status, 200);
}

#[test]
fn a_refresh_token_is_good_for_one_new_token() {
    let it = arranged(json!({}));
    it.application(json!({ "client_id": "other", "client_secret": "sec" }));
    let code = it.code("scope=mail");
    let (_, old) = it.token(&format!("grant_type=authorization_code&code={code}&{CREDENTIALS}"));
    let form = format!("grant_type=refresh_token&refresh_token={}", text(&old, "refresh_token"));
    let others = it.token(&format!("{form}&client_id=other&client_secret=sec"));
    assert_eq!(others, problem("invalid_client", "Invalid client authentication"));
    let (status, new) = it.token(&format!("{form}&{CREDENTIALS}"));
    assert_eq!(status, 200, "{new}");
    assert_ne!(new["refresh_token"], old["refresh_token"]);
    assert_eq!(it.get(text(&old, "access_token")).status, 401);
    assert_eq!(it.get(text(&new, "access_token")).status, 200);
    assert_eq!(it.origin.last_request().field("x-authenticated-scope"), Some("mail"));
    assert_eq!(it.token(&format!("{form}&{CREDENTIALS}")), problem("invalid_request", "Invalid refresh_token"));
}

#[test]
fn a_refresh_token_can_be_one_that_stays() {
    let it = arranged(json!({ "reuse_refresh_token": true }));
    let (_, old) = it.token(&format!("grant_type=authorization_code&code={}&{CREDENTIALS}", it.code("scope=mail")));
    let form = format!("grant_type=refresh_token&refresh_token={}&{CREDENTIALS}", text(&old, "refresh_token"));
    for _ in 0..2 {
        let (status, new) = it.token(&form);
        assert_eq!((status, &new["refresh_token"]), (200, &old["refresh_token"]));
        assert_eq!(it.get(text(&new, "access_token")).status, 200);
    }
    assert_eq!(it.get(text(&old, "access_token")).status, 401);
}

#[test]
fn an_application_proves_itself_in_a_header_or_in_the_body() {
    let it = arranged(json!({}));
    it.application(json!({ "client_id": "hashed", "client_secret": "sec", "hash_secret": true }));
    let form = "grant_type=client_credentials";
    let basic = |pair: &str| format!("Authorization: Basic {}", base64_simd::STANDARD.encode_to_string(pair));
    it.application(json!({ "client_id": "kong", "client_secret": HASH_OF_KONG, "hash_secret": true }));
    for pair in ["app:sec", "hashed:sec", "kong:secret"] {
        assert_eq!(it.post_with("/oauth2/token", form, &[&basic(pair)]).status, 200, "{pair}");
    }
    for pair in ["app:wrong", "hashed:wrong", "kong:wrong", "app:", "app"] {
        let refused = it.post_with("/oauth2/token", form, &[&basic(pair)]);
        assert!([400, 401].contains(&refused.status), "{pair}");
        if pair.contains(":w") {
            assert_eq!((refused.status, refused.field("www-authenticate")), (401, Some("Basic realm=\"OAuth2.0\"")));
        }
    }
    let wrong = problem("invalid_client", "Invalid client authentication");
    assert_eq!(it.token(&format!("{form}&client_id=app&client_secret=wrong")), wrong);
    assert_eq!(it.token(&format!("{form}&client_id=none&client_secret=sec")), wrong);
    assert_eq!(it.token(&format!("{form}&client_id=app")), wrong);
    assert_eq!(
        it.token("grant_type=other&client_id=app&client_secret=sec"),
        problem("unsupported_grant_type", "Invalid grant_type")
    );
}

#[test]
fn a_public_application_binds_its_codes_to_a_secret_of_the_moment() {
    let it = arranged(json!({}));
    it.application(json!({ "client_id": "public", "client_type": "public" }));
    let ask = |form: &str| {
        let form = format!("client_id=public&provision_key=prov&authenticated_userid=u&response_type=code&{form}");
        it.post("/oauth2/authorize", &form)
    };
    let (status, body) = ask("");
    assert_eq!(status, 400);
    assert!(text(&body, "redirect_uri").contains("code_challenge%20is%20required%20for%20public%20clients"), "{body}");
    assert!(text(&ask("code_challenge=x&code_challenge_method=plain").1, "redirect_uri").contains("must%20be%20S256"));
    let (_, body) = ask(&format!("code_challenge={CHALLENGE}&code_challenge_method=S256"));
    let code = text(&body, "redirect_uri").split_once("code=").unwrap().1.to_owned();
    let form = format!("grant_type=authorization_code&code={code}&client_id=public");
    let missing = "code_verifier is required for PKCE authorization requests";
    assert_eq!(it.token(&form), problem("invalid_request", missing));
    let short = "code_verifier must be between 43 and 128 characters";
    assert_eq!(it.token(&format!("{form}&code_verifier=x")), problem("invalid_request", short));
    let wrong = "x".repeat(43);
    assert_eq!(it.token(&format!("{form}&code_verifier={wrong}")), problem("invalid_grant", "Invalid code"));
    let secret = problem("invalid_request", "client_secret is disallowed for public clients");
    assert_eq!(it.token(&format!("{form}&code_verifier={VERIFIER}&client_secret=s")), secret);
    assert_eq!(it.token(&format!("{form}&code_verifier={VERIFIER}")).0, 200);
}

#[test]
fn a_token_is_for_one_service_unless_all_say_that_it_is_for_all() {
    let it = arranged(json!({}));
    let (_, token) = it.token(&format!("grant_type=client_credentials&{CREDENTIALS}"));
    let token = text(&token, "access_token").to_owned();
    let other = it.gateway.service_at(&it.origin, json!({}));
    it.gateway.route_to(other, json!({ "hosts": ["other.example"] }));
    let mut client = it.gateway.connect();
    let own = format!("Authorization: Bearer {token}");
    let at_other = |client: &mut Client, own: &str| {
        client.ask(format!("GET / HTTP/1.1\r\nHost: other.example\r\n{own}\r\n\r\n")).status
    };
    assert_eq!(at_other(&mut client, &own), 401);
    let config = json!({ "provision_key": "prov", "accept_http_if_already_terminated": true,
        "enable_client_credentials": true, "global_credentials": true });
    it.gateway.plugin(json!({ "id": it.plugin, "name": "oauth2", "config": config }));
    let (_, global) = it.token(&format!("grant_type=client_credentials&{CREDENTIALS}"));
    let global = format!("Authorization: Bearer {}", text(&global, "access_token"));
    assert_eq!((at_other(&mut client, &global), at_other(&mut client, &own)), (200, 401));
}

#[test]
fn tokens_go_with_their_application_and_can_be_made_and_taken_back_by_administrators() {
    let it = arranged(json!({}));
    let application = it.application(json!({ "client_id": "second", "client_secret": "sec" }));
    let (_, token) = it.token("grant_type=client_credentials&client_id=second&client_secret=sec");
    let token = text(&token, "access_token").to_owned();
    assert_eq!(it.get(&token).status, 200);
    it.gateway.delete("oauth2_credentials", application);
    assert_eq!(it.get(&token).status, 401);
}

#[test]
fn a_token_is_enough_where_one_of_several_proofs_is() {
    let it = arranged(json!({ "anonymous": "nobody" }));
    it.gateway.consumer(json!({ "username": "nobody" }));
    it.gateway.plugin(json!({ "name": "key-auth", "config": { "anonymous": "nobody" } }));
    it.gateway.put("keyauth_credentials", json!({ "consumer": { "id": it.ann }, "key": "k" }));
    let (_, token) = it.token(&format!("grant_type=client_credentials&{CREDENTIALS}"));
    let own = format!("Authorization: Bearer {}", text(&token, "access_token"));
    for (fields, username, anonymous) in [
        (vec![&*own], "ann", None),
        (vec!["apikey: k"], "ann", None),
        (vec!["Authorization: Bearer wrong"], "nobody", Some("true")),
    ] {
        assert_eq!(it.gateway.connect().get_with("/", &fields).status, 200);
        let request = it.origin.last_request();
        assert_eq!(
            (request.field("x-consumer-username"), request.field("x-anonymous-consumer")),
            (Some(username), anonymous)
        );
    }
}

/// A token that ann's other credential has signed (RFC 7515, with HS256).
fn signed(secret: &str) -> String {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let encode = |bytes: &[u8]| base64_simd::URL_SAFE_NO_PAD.encode_to_string(bytes);
    let text = format!("{}.{}", encode(br#"{"alg":"HS256"}"#), encode(br#"{"iss":"issuer"}"#));
    let mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(&text);
    format!("{text}.{}", encode(&mac.finalize().into_bytes()))
}

#[test]
fn tokens_of_either_kind_are_enough_or_both_are_needed() {
    let it = arranged(json!({ "anonymous": "nobody" }));
    it.gateway.consumer(json!({ "username": "nobody" }));
    let jwt = it.gateway.plugin(json!({ "name": "jwt", "config": { "anonymous": "nobody" } }));
    let key = json!({ "consumer": { "id": it.ann }, "key": "issuer", "secret": "a secret of ann and this test" });
    it.gateway.put("jwt_secrets", key);
    let (_, token) = it.token(&format!("grant_type=client_credentials&{CREDENTIALS}"));
    let opaque = format!("Authorization: Bearer {}", text(&token, "access_token"));
    let signed = signed("a secret of ann and this test");
    let told = |target: &str, fields: &[&str]| {
        assert_eq!(it.gateway.connect().get_with(target, fields).status, 200);
        it.origin.last_request().field("x-consumer-username").map(str::to_owned)
    };
    let name = |name: &str| Some(name.to_owned());
    assert_eq!(told("/", &[&format!("Authorization: Bearer {signed}")]), name("ann"));
    assert_eq!(told("/", &[&opaque]), name("ann"));
    assert_eq!(told("/", &["Authorization: Bearer neither"]), name("nobody"));
    // Without an anonymous consumer each of them asks for its own.
    it.gateway
        .plugin(json!({ "id": jwt, "name": "jwt", "config": { "uri_param_names": ["jwt"], "header_names": [] } }));
    let status = |target: &str, fields: &[&str]| it.gateway.connect().get_with(target, fields).status;
    assert_eq!(status("/", &[&opaque]), 401);
    assert_eq!(status(&format!("/?jwt={signed}"), &[&opaque]), 200);
}
