//! `ldap-auth` with a directory that is not ours.

use gibbon_plugin_api::PluginDef;
use gibbon_testkit::slapd::{BASE, is_installed};
use gibbon_testkit::{Authority, Gateway, Issued, Origin, Slapd};
use serde_json::{Value, json};

/// Names that a directory can have, and that would say something else if they were not escaped.
const USERS: [(&str, &str); 3] = [("ann", "s3cret"), ("bo\\2c ou\\3dx", "p:w"), ("\\23 c", "pw")];

struct Arrangement {
    gateway: Gateway,
    origin: Origin,
    slapd: Slapd,
}

/// A directory with a certificate, a gateway that trusts `authority`, and the plugin with these fields besides those
/// that it cannot do without.
fn arranged(authority: &Authority, issued: &Issued, port: fn(&Slapd) -> u16, fields: Value) -> Arrangement {
    let slapd = Slapd::start(&USERS, issued);
    let origin = Origin::echoing_targets();
    let trusted = authority.file();
    let builder = Gateway::builder().setting("lua_ssl_trusted_certificate", trusted.to_str().unwrap());
    let all = gibbon_plugins::registry::all();
    let gateway = all.into_iter().fold(builder, |builder, plugin: &'static PluginDef| builder.plugin(plugin)).start();
    gateway.proxy_to(&origin);
    let mut config = json!({ "ldap_host": "localhost", "ldap_port": port(&slapd), "base_dn": BASE, "attribute": "cn" });
    config.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    gateway.plugin(json!({ "name": "ldap-auth", "config": config }));
    Arrangement { gateway, origin, slapd }
}

/// On the plain port, unless `fields` say otherwise.
fn plain(fields: Value) -> Arrangement {
    let authority = Authority::new();
    arranged(&authority, &authority.issue("localhost"), Slapd::port, fields)
}

impl Arrangement {
    /// The status for somebody who says to be `user`.
    fn status(&self, user: &str, password: &str) -> u16 {
        self.gateway.connect().get_with("/", &[&field("Authorization", user, password)]).status
    }
}

fn field(name: &str, user: &str, password: &str) -> String {
    format!("{name}: LDAP {}", base64_simd::STANDARD.encode_to_string(format!("{user}:{password}")))
}

#[test]
fn who_the_directory_knows_is_let_in_and_the_upstream_told_the_name() {
    if !is_installed() {
        return;
    }
    let it = plain(json!({ "hide_credentials": true }));
    let forged = ["X-Consumer-Username: root", "X-Credential-Identifier: root", "X-Anonymous-Consumer: true"];
    let own = field("Authorization", "ann", "s3cret");
    let fields: Vec<&str> = forged.into_iter().chain([&*own]).collect();
    assert_eq!(it.gateway.connect().get_with("/", &fields).status, 200);
    let request = it.origin.last_request();
    assert_eq!(request.all("x-credential-identifier"), ["ann"]);
    for gone in ["authorization", "x-consumer-username", "x-consumer-id", "x-anonymous-consumer"] {
        assert_eq!(request.field(gone), None, "{gone}");
    }
}

#[test]
fn who_it_does_not_know_is_unauthorized() {
    if !is_installed() {
        return;
    }
    let it = plain(json!({ "realm": "lab" }));
    let refused = it.gateway.connect().get("/");
    assert_eq!((refused.status, refused.field("www-authenticate")), (401, Some("LDAP realm=\"lab\"")));
    assert!(refused.text().contains("\"message\":\"Unauthorized\""), "{}", refused.text());
    for (user, password) in [("ann", "wrong"), ("nobody", "s3cret"), ("ann", ""), ("", "s3cret"), ("ann\0", "s3cret")] {
        assert_eq!(it.status(user, password), 401, "{user:?}");
    }
}

#[test]
fn a_name_is_a_value_whatever_it_holds() {
    if !is_installed() {
        return;
    }
    let it = plain(json!({}));
    assert_eq!(it.status("bo, ou=x", "p:w"), 200);
    assert_eq!(it.status("# c", "pw"), 200);
    for injected in ["ann,ou=people,dc=example", "x,cn=ann", "ann+sn=ann", "bo\\2c ou\\3dx", "a\r\nb", "*", "\u{0}"] {
        assert_eq!(it.status(injected, "s3cret"), 401, "{injected:?}");
    }
}

#[test]
fn the_header_for_servers_counts_where_the_one_for_proxies_is_wrong() {
    if !is_installed() {
        return;
    }
    let it = plain(json!({}));
    let (wrong, right) = (field("Proxy-Authorization", "ann", "wrong"), field("Authorization", "ann", "s3cret"));
    for _ in 0..2 {
        assert_eq!(it.gateway.connect().get_with("/", &[&wrong, &right]).status, 200);
        assert_eq!(it.gateway.connect().get_with("/", &[&wrong]).status, 401);
    }
    let right = field("Proxy-Authorization", "ann", "s3cret");
    assert_eq!(it.gateway.connect().get_with("/", &[&right]).status, 200);
}

#[test]
fn an_answer_is_believed_when_the_directory_is_gone_and_nobody_else_is_let_in() {
    if !is_installed() {
        return;
    }
    let mut it = plain(json!({}));
    assert_eq!(it.status("ann", "s3cret"), 200);
    assert_eq!(it.status("ann", "wrong"), 401);
    it.slapd.stop();
    assert_eq!(it.status("ann", "s3cret"), 200);
    assert_eq!(it.status("ann", "wrong"), 401);
    let failed = it.gateway.connect().get_with("/", &[&field("Authorization", "# c", "pw")]);
    assert_eq!((failed.status, failed.text()), (500, r#"{"message":"An unexpected error occurred"}"#.to_owned()));
}

#[test]
fn a_directory_that_is_gone_makes_nobody_anonymous() {
    if !is_installed() {
        return;
    }
    let mut it = plain(json!({ "anonymous": "nobody", "cache_ttl": 0 }));
    it.gateway.consumer(json!({ "username": "nobody" }));
    assert_eq!(it.status("ann", "wrong"), 200);
    assert_eq!(it.origin.last_request().field("x-anonymous-consumer"), Some("true"));
    assert_eq!(it.status("ann", "s3cret"), 200);
    assert_eq!(it.origin.last_request().field("x-anonymous-consumer"), None);
    it.slapd.stop();
    assert_eq!(it.status("ann", "s3cret"), 500);
}

#[test]
fn a_directory_is_asked_within_tls() {
    if !is_installed() {
        return;
    }
    let authority = Authority::new();
    let issued = authority.issue("localhost");
    let ldaps = json!({ "ldaps": true, "verify_ldap_host": true, "cache_ttl": 0 });
    let start_tls = json!({ "start_tls": true, "verify_ldap_host": true, "cache_ttl": 0 });
    for (port, fields) in [(Slapd::secured_port as fn(&Slapd) -> u16, ldaps), (Slapd::port, start_tls)] {
        let it = arranged(&authority, &issued, port, fields.clone());
        for _ in 0..2 {
            assert_eq!((it.status("ann", "s3cret"), it.status("ann", "wrong")), (200, 401), "{fields}");
        }
    }
}

#[test]
fn a_directory_that_cannot_prove_its_name_is_told_no_password() {
    if !is_installed() {
        return;
    }
    let (authority, stranger) = (Authority::new(), Authority::new());
    for issued in [authority.issue("other.example"), stranger.issue("localhost")] {
        let fields = json!({ "ldaps": true, "verify_ldap_host": true });
        let it = arranged(&authority, &issued, Slapd::secured_port, fields);
        assert_eq!(it.status("ann", "s3cret"), 500);
        // Where nobody wants proof, the same certificate will do.
        let it = arranged(&authority, &issued, Slapd::secured_port, json!({ "ldaps": true }));
        assert_eq!(it.status("ann", "s3cret"), 200);
    }
}

#[test]
fn a_directory_is_enough_where_one_of_several_proofs_is() {
    if !is_installed() {
        return;
    }
    let it = plain(json!({ "anonymous": "nobody", "header_type": "basic" }));
    it.gateway.consumer(json!({ "username": "nobody" }));
    let bo = it.gateway.consumer(json!({ "username": "bo" }));
    it.gateway.put("keyauth_credentials", json!({ "consumer": { "id": bo }, "key": "k" }));
    it.gateway.plugin(json!({ "name": "key-auth", "config": { "anonymous": "nobody" } }));
    let ann = field("Authorization", "ann", "s3cret").replace("LDAP", "Basic");
    let told = |fields: &[&str]| {
        assert_eq!(it.gateway.connect().get_with("/", fields).status, 200);
        let request = it.origin.last_request();
        let field = |name: &str| request.field(name).map(str::to_owned);
        (field("x-consumer-username"), field("x-credential-identifier"), field("x-anonymous-consumer"))
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(told(&[&ann]), (None, some("ann"), None));
    assert_eq!(told(&["apikey: k"]).0, some("bo"));
    assert_eq!(told(&["apikey: k", &ann]).0, some("bo"));
    assert_eq!(told(&[]), (some("nobody"), None, some("true")));
}

#[test]
fn both_proofs_are_asked_for_where_none_is_enough() {
    if !is_installed() {
        return;
    }
    let it = plain(json!({}));
    let bo = it.gateway.consumer(json!({ "username": "bo" }));
    it.gateway.put("keyauth_credentials", json!({ "consumer": { "id": bo }, "key": "k" }));
    it.gateway.plugin(json!({ "name": "key-auth" }));
    let ann = field("Authorization", "ann", "s3cret");
    let status = |fields: &[&str]| it.gateway.connect().get_with("/", fields).status;
    assert_eq!((status(&[&ann]), status(&["apikey: k"]), status(&["apikey: k", &ann])), (401, 401, 200));
}
