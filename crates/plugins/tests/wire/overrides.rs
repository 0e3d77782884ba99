//! What Lua out of a configuration has requests do otherwise than their services say, seen from the upstreams.

use gibbon_testkit::{Action, Authority, FullPort, Gateway, Origin, TlsFront};
use serde_json::{Value, json};

use crate::started;

/// A gateway with these settings whose route for everything leads to a service with these fields, by way of `code` in
/// `access`.
fn gateway(settings: &[(&str, &str)], code: &str, service: Value) -> Gateway {
    let builder = settings.iter().fold(Gateway::builder(), |builder, (key, value)| builder.setting(key, value));
    let (gateway, _unused) = started(builder);
    let service = gateway.service(service);
    gateway.route_to(service, json!({ "paths": ["/"], "methods": ["GET", "POST"], "strip_path": false }));
    gateway.plugin(json!({ "name": "pre-function", "config": { "access": [code] } }));
    gateway
}

fn before(origin: &Origin, code: &str, fields: Value) -> Gateway {
    let mut service = json!({ "host": "127.0.0.1", "port": origin.port() });
    service.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    gateway(&[], code, service)
}

#[test]
fn an_upstream_is_asked_as_often_again_as_the_code_says() {
    let code = "local n = kong.request.get_query_arg('n') if n then kong.service.set_retries(tonumber(n)) end";
    let origin = Origin::start(|_| Action::close());
    let gateway = before(&origin, code, json!({ "retries": 1 }));
    let mut asked = 0;
    for (target, times) in [("/?n=0", 1), ("/?n=4", 5), ("/", 2)] {
        assert_eq!(gateway.connect().get(target).status, 502, "{target}");
        asked += times;
        assert_eq!(origin.requests().len(), asked, "{target}");
    }
}

#[test]
fn an_answer_is_waited_for_as_long_as_the_code_says() {
    let code = "kong.service.set_timeouts(60000, 60000, 200)";
    let origin = Origin::start(|request| if request.connection == 0 { Action::hang() } else { Action::ok("at last") });
    let gateway = before(&origin, code, json!({ "retries": 1 }));
    assert_eq!(gateway.connect().get("/").text(), "at last", "the time is that of one attempt");
    assert_eq!(origin.requests().len(), 2);
}

#[test]
fn a_connection_is_waited_for_as_long_as_the_code_says() {
    let port = FullPort::new();
    let code = "kong.service.set_timeouts(200, 60000, 60000)";
    let gateway = gateway(&[], code, json!({ "host": "127.0.0.1", "port": port.port(), "retries": 0 }));
    assert_eq!(gateway.connect().get("/").status, 504);
}

#[test]
fn a_request_is_taken_in_the_time_that_the_code_says() {
    let origin = Origin::reading_nothing();
    let gateway = before(&origin, "kong.service.set_timeouts(60000, 200, 60000)", json!({ "retries": 0 }));
    let mut client = gateway.connect();
    // More than the buffers of both sockets take.
    let length = 64 * 1024 * 1024;
    let upload = client.second_handle();
    client.send(format!("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n"));
    let status = std::thread::scope(|scope| {
        // The gateway ends the connection while this goes on.
        scope.spawn(move || (0..length / 65536).try_for_each(|_| upload.try_send([b'x'; 65536])));
        client.response().status
    });
    assert_eq!(status, 504);
}

#[test]
fn what_the_code_says_holds_for_the_targets_of_an_upstream_as_well() {
    let (origin, code) = (Origin::start(|_| Action::close()), "kong.service.set_retries(3)");
    let gateway = gateway(&[], code, json!({ "host": "both.upstream", "retries": 0 }));
    let upstream = gateway.put("upstreams", json!({ "name": "both.upstream" }));
    gateway.target_at(upstream, &origin);
    assert_eq!(gateway.connect().get("/").status, 502);
    assert_eq!(origin.requests().len(), 4);
}

#[test]
fn an_upstream_has_to_prove_who_it_is_where_the_code_says_so_and_only_there() {
    let (origin, trusted, other) = (Origin::echoing_targets(), Authority::new(), Authority::new());
    let front = TlsFront::with(&origin, &other.issue("localhost"));
    let (known, file) = (TlsFront::with(&origin, &trusted.issue("localhost")), trusted.file());
    let code = "local on = kong.request.get_query_arg('verify')
        if on then assert(kong.service.set_tls_verify(on == 'true') == true) end";
    for (front, own, target, status) in [
        (&front, json!(null), "/", 200),
        (&front, json!(null), "/?verify=true", 502),
        (&front, json!(true), "/", 502),
        (&front, json!(true), "/?verify=false", 200),
        (&known, json!(false), "/?verify=true", 200),
    ] {
        let service = json!({
            "protocol": "https", "host": "localhost", "port": front.port(), "retries": 0, "tls_verify": own
        });
        let settings = [("lua_ssl_trusted_certificate", file.to_str().unwrap())];
        let gateway = gateway(&settings, code, service);
        assert_eq!(gateway.connect().get(target).status, status, "{own} {target}");
    }
}

#[test]
fn requests_that_verify_use_no_connection_of_those_that_do_not() {
    let (origin, stranger) = (Origin::echoing_targets(), Authority::new());
    let front = TlsFront::with(&origin, &stranger.issue("localhost"));
    let code = "if kong.request.get_query_arg('verify') then kong.service.set_tls_verify(true) end";
    let service = json!({ "protocol": "https", "host": "localhost", "port": front.port(), "retries": 0 });
    let gateway = gateway(&[], code, service);
    let mut client = gateway.connect();
    assert_eq!(["/", "/?verify=1", "/"].map(|target| client.get(target).status), [200, 502, 200]);
}

#[test]
fn a_chain_is_as_long_as_the_code_says() {
    let (origin, authority) = (Origin::echoing_targets(), Authority::new());
    let front = TlsFront::with(&origin, &authority.intermediate().intermediate().issue("localhost"));
    let file = authority.file();
    let code = "kong.service.set_tls_verify(true)
        local depth = kong.request.get_query_arg('depth')
        if depth then assert(kong.service.set_tls_verify_depth(tonumber(depth)) == true) end";
    let service = json!({ "protocol": "https", "host": "localhost", "port": front.port(), "retries": 0 });
    let gateway = gateway(&[("lua_ssl_trusted_certificate", file.to_str().unwrap())], code, service);
    for (target, status) in [("/", 502), ("/?depth=1", 502), ("/?depth=2", 200), ("/?depth=100000", 200)] {
        assert_eq!(gateway.connect().get(target).status, status, "{target}");
    }
}
