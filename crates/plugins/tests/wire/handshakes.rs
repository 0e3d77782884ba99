//! Functions of `certificate`, seen by clients that speak TLS.

use std::sync::Arc;

use gibbon_testkit::{Authority, Client, Gateway, Origin, StreamOrigin};
use rustls::{ClientConfig, HandshakeKind};
use serde_json::{Value, json};

use crate::started;

/// A gateway with TLS for `localhost`, and with `pre-function` in this configuration for everything.
struct World {
    authority: Authority,
    gateway: Gateway,
    _origin: Origin,
}

impl World {
    fn with(settings: &[(&str, &str)], config: Value) -> Self {
        let world = Self::bare(settings, |authority| authority.issue("localhost"));
        world.gateway.plugin(json!({ "name": "pre-function", "config": config }));
        world
    }

    fn running(code: &str) -> Self {
        Self::with(&[], json!({ "certificate": [code] }))
    }

    fn bare(settings: &[(&str, &str)], issue: impl FnOnce(&Authority) -> gibbon_testkit::Issued) -> Self {
        let authority = Authority::new();
        let shown = issue(&authority);
        let usual = [("proxy_listen", "127.0.0.1:0 ssl"), ("ssl_cert", &shown.cert), ("ssl_cert_key", &shown.key)];
        let builder =
            usual.iter().chain(settings).fold(Gateway::builder(), |builder, (key, value)| builder.setting(key, value));
        let (gateway, origin) = started(builder);
        Self { authority, gateway, _origin: origin }
    }

    fn has_certificate_for(&self, name: &str) {
        let issued = self.authority.issue(name);
        let id = self.gateway.put("certificates", json!({ "cert": issued.cert, "key": issued.key }));
        self.gateway.put("snis", json!({ "name": name, "certificate": { "id": id } }));
    }

    fn connect(&self, name: &str, config: ClientConfig) -> std::io::Result<Client> {
        self.gateway.connect().over_tls(name, Arc::new(config))
    }

    /// What a handshake that asks for `localhost` comes to: the status of a request, or why it has failed.
    fn outcome(&self) -> Result<u16, String> {
        let client = self.connect("localhost", self.authority.client());
        client.map(|mut client| client.get("/").status).map_err(|error| error.to_string())
    }
}

fn is_told_of_an_internal_error(outcome: &Result<u16, String>) -> bool {
    outcome.as_ref().is_err_and(|error| error.contains("InternalError"))
}

#[test]
fn a_function_sees_the_name_that_a_client_asks_for() {
    let world = World::running("if ngx.var.ssl_server_name == 'closed.test' then ngx.exit(ngx.ERROR) end");
    world.has_certificate_for("open.test");
    world.has_certificate_for("closed.test");
    let kept =
        |name: &str, config: ClientConfig| world.connect(name, config).is_ok_and(|mut c| c.get("/").status == 200);
    for config in [world.authority.client(), world.authority.client_of_tls12()] {
        assert!(kept("open.test", config.clone()));
        assert!(!kept("CLOSED.test", config));
    }
}

#[test]
fn an_error_in_a_function_ends_the_handshake_as_in_kong() {
    for code in ["error('no')", "kong.request.get_method()", "ngx.exit(444)"] {
        let outcome = World::running(code).outcome();
        assert!(is_told_of_an_internal_error(&outcome), "{code}: {outcome:?}");
    }
    for code in ["pcall(error, 'no')", "ngx.exit(ngx.OK)", "kong.log.notice('from ', kong.client.get_ip())"] {
        assert_eq!(World::running(code).outcome(), Ok(200), "{code}");
    }
}

#[test]
fn a_function_that_would_not_end_is_ended_and_the_worker_goes_on() {
    let listen = "127.0.0.1:0 ssl, 127.0.0.1:0";
    let code = "if ngx.var.server_port ~= nil then while true do pcall(function() while true do end end) end end";
    let world = World::with(&[("proxy_listen", listen)], json!({ "certificate": [code] }));
    let mut beside = Client::connect(world.gateway.addresses()[1]);
    assert_eq!(beside.get("/before").text(), "/before");
    for _ in 0..2 {
        assert!(is_told_of_an_internal_error(&world.outcome()));
    }
    assert_eq!(beside.get("/after").text(), "/after");
}

#[test]
fn only_an_instance_for_everything_runs_in_a_handshake() {
    let world = World::bare(&[], |authority| authority.issue("localhost"));
    let service = world.gateway.service(json!({ "host": "127.0.0.1", "port": 1 }));
    let route = world.gateway.route_to(service, json!({ "paths": ["/elsewhere"] }));
    let config = json!({ "certificate": ["error('no')"] });
    for (name, scope, id) in [("pre-function", "route", route), ("post-function", "service", service)] {
        world.gateway.plugin(json!({ "name": name, "config": config, scope: { "id": id } }));
    }
    assert_eq!(world.outcome(), Ok(200));
    let id = world.gateway.plugin(json!({ "name": "pre-function", "config": config }));
    assert!(is_told_of_an_internal_error(&world.outcome()));
    world.gateway.delete("plugins", id);
    assert_eq!(world.outcome(), Ok(200));
}

#[test]
fn functions_of_two_plugins_share_what_no_request_sees() {
    let config = json!({
        "certificate": ["kong.ctx.shared.seen = 'in the handshake'"],
        "access": ["kong.response.exit(200, tostring(kong.ctx.shared.seen))"],
    });
    let world = World::with(&[], config);
    let code = "assert(kong.ctx.shared.seen == 'in the handshake')";
    world.gateway.plugin(json!({ "name": "post-function", "config": { "certificate": [code] } }));
    let mut client = world.connect("localhost", world.authority.client()).unwrap();
    assert_eq!(client.get("/").text(), "nil");
}

#[test]
fn a_handshake_that_resumes_a_session_has_its_functions_as_well() {
    let code = "local n = 0 return function() n = n + 1 if n == 3 then error('the third') end end";
    let world = World::running(code);
    let config = Arc::new(world.authority.client());
    let kind = || {
        let mut client = world.gateway.connect().over_tls("localhost", Arc::clone(&config)).ok()?;
        assert_eq!(client.get("/").status, 200);
        client.tls(|tls| tls.handshake_kind())
    };
    assert_eq!([kind(), kind(), kind()], [Some(HandshakeKind::Full), Some(HandshakeKind::Resumed), None]);
}

#[test]
fn a_function_may_keep_sessions_from_being_used_again() {
    for tickets in ["on", "off"] {
        let config = json!({ "certificate": ["kong.client.tls.disable_session_reuse()"] });
        let world = World::with(&[("ssl_session_tickets", tickets)], config);
        for config in [world.authority.client(), world.authority.client_of_tls12()] {
            let config = Arc::new(config);
            for _ in 0..2 {
                let mut client = world.gateway.connect().over_tls("localhost", Arc::clone(&config)).unwrap();
                assert_eq!(client.get("/").status, 200);
                assert_eq!(client.tls(|tls| tls.handshake_kind()), Some(HandshakeKind::Full), "{tickets}");
            }
        }
    }
}

#[test]
fn a_function_may_ask_a_client_for_a_certificate_whoever_has_issued_it() {
    let told = "local chain = kong.client.tls.get_full_client_certificate_chain()
        kong.response.exit(200, chain or 'none')";
    let ask = "if ngx.var.ssl_server_name ~= 'plain.test' then kong.client.tls.request_client_certificate() end";
    let world = World::with(&[], json!({ "certificate": [ask], "access": [told] }));
    world.has_certificate_for("plain.test");
    let own = Authority::new().issue("somebody");
    let shown = |name: &str, config: ClientConfig| world.connect(name, config).unwrap().get("/").text();
    assert_eq!(shown("localhost", world.authority.client()), "none");
    assert_eq!(
        shown("localhost", world.authority.client_with(&own)).replace("\r\n", "\n"),
        own.cert.replace("\r\n", "\n")
    );
    assert_eq!(shown("plain.test", world.authority.client_with(&own)), "none");
}

#[test]
fn a_certificate_with_an_rsa_key_is_shown_after_the_functions_have_run() {
    let world = World::bare(&[], |authority| authority.issue_rsa("localhost"));
    let code = "kong.client.tls.request_client_certificate() kong.client.tls.disable_session_reuse()";
    world.gateway.plugin(json!({ "name": "pre-function", "config": { "certificate": [code] } }));
    assert_eq!(world.outcome(), Ok(200));
    world.gateway.plugin(json!({ "name": "post-function", "config": { "certificate": ["error('no')"] } }));
    assert!(is_told_of_an_internal_error(&world.outcome()));
}

#[test]
fn in_handshakes_of_streams_run_instances_for_streams() {
    let (authority, origin) = (Authority::new(), StreamOrigin::echoing());
    let shown = authority.issue("db.test");
    let builder = Gateway::builder()
        .setting("stream_listen", "127.0.0.1:0 ssl")
        .setting("ssl_cert", &shown.cert)
        .setting("ssl_cert_key", &shown.key);
    let (gateway, _unused) = started(builder);
    let service = gateway.service(json!({ "protocol": "tcp", "host": "127.0.0.1", "port": origin.port() }));
    gateway.route_to(service, json!({ "protocols": ["tls"], "snis": ["db.test"] }));
    let echoes = || {
        let client = Client::connect(gateway.stream_addresses()[0]);
        let mut client = client.over_tls("db.test", Arc::new(authority.client())).ok()?;
        client.send("x");
        Some(client.read_raw(1))
    };
    let config = json!({ "certificate": ["if ngx.var.ssl_server_name == 'db.test' then error('no') end"] });
    gateway.plugin(json!({ "name": "pre-function", "config": config }));
    assert_eq!(echoes().as_deref(), Some(&b"x"[..]));
    gateway.plugin(json!({ "name": "post-function", "config": config, "protocols": ["tls"] }));
    assert_eq!(echoes(), None);
}
