//! Services that speak HTTPS.

use gibbon_testkit::{Authority, Gateway, Issued, Origin, TlsFront};
use serde_json::{Value, json};

/// A gateway that trusts `front`, and has a service that leads there by this host.
fn gateway(front: &TlsFront, host: &str, service: Value) -> Gateway {
    let gateway = Gateway::with(&[("lua_ssl_trusted_certificate", front.certificate())]);
    let mut body = json!({ "protocol": "https", "host": host, "port": front.port(), "retries": 0 });
    body.as_object_mut().unwrap().extend(service.as_object().unwrap().clone());
    let service = gateway.service(body);
    gateway.route_to(service, json!({ "paths": ["/"], "strip_path": false }));
    gateway
}

#[test]
fn a_service_is_reached_over_tls_on_one_connection_for_all_requests() {
    let origin = Origin::echoing_targets();
    let front = TlsFront::before(&origin, "localhost");
    let gateway = gateway(&front, "localhost", json!({}));
    let mut client = gateway.connect();
    for _ in 0..3 {
        assert_eq!(client.get("/x").text(), "/x");
        assert_eq!(client.post("/y", b"a body").text(), "/y");
    }
    assert_eq!(front.names(), [Some("localhost".to_owned())]);
    assert_eq!(origin.last_request().field("host"), Some(&*format!("localhost:{}", front.port())));
}

#[test]
fn large_bodies_go_both_ways() {
    let body = vec![b'x'; 4_000_000];
    let sent = body.clone();
    let origin = Origin::start(move |request| {
        assert_eq!(request.body.len(), sent.len());
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", sent.len());
        gibbon_testkit::Action::send(head).then_send(&*sent)
    });
    let front = TlsFront::before(&origin, "localhost");
    let gateway = gateway(&front, "localhost", json!({}));
    assert!(gateway.connect().post("/", &body).body == body);
}

#[test]
fn an_upstream_that_has_to_prove_who_it_is_does_so_for_the_name_that_was_asked_for() {
    let origin = Origin::echoing_targets();
    let front = TlsFront::before(&origin, "localhost");
    for (host, verify, status) in [
        ("localhost", json!(true), 200),
        ("127.0.0.1", json!(true), 502),
        ("127.0.0.1", json!(false), 200),
        ("127.0.0.1", Value::Null, 200),
    ] {
        let gateway = gateway(&front, host, json!({ "tls_verify": verify }));
        assert_eq!(gateway.connect().get("/").status, status, "{host} {verify}");
    }
}

#[test]
fn an_upstream_that_nobody_trusts_is_not_reached_where_it_has_to_be_verified() {
    let origin = Origin::echoing_targets();
    let (front, other) = (TlsFront::before(&origin, "localhost"), TlsFront::before(&origin, "localhost"));
    let gateway = gateway(&other, "localhost", json!({ "port": front.port(), "tls_verify": true }));
    assert_eq!(gateway.connect().get("/").status, 502);
    assert!(origin.requests().is_empty());
}

#[test]
fn with_preserve_host_the_handshake_asks_for_the_clients_host() {
    let origin = Origin::echoing_targets();
    let front = TlsFront::before(&origin, "gateway.test");
    let gateway = gateway(&front, "localhost", json!({ "tls_verify": true }));
    let service = gateway.service(json!({
        "protocol": "https", "host": "127.0.0.1", "port": front.port(), "tls_verify": true, "retries": 0
    }));
    gateway.route_to(service, json!({ "paths": ["/kept"], "preserve_host": true }));
    assert_eq!(gateway.connect().get("/").status, 502);
    let mut client = gateway.connect();
    assert_eq!(client.get("/kept").status, 200);
    assert_eq!(front.names(), [Some("gateway.test".to_owned())]);
    let answer = client.ask("GET /kept HTTP/1.1\r\nHost: other.test:8000\r\n\r\n");
    assert_eq!(answer.status, 502);
}

#[test]
fn a_port_that_speaks_no_tls_gets_504_after_the_time_to_connect() {
    let origin = Origin::echoing_targets();
    let front = TlsFront::before(&origin, "localhost");
    let gateway = gateway(&front, "localhost", json!({ "port": origin.port(), "connect_timeout": 300 }));
    assert_eq!(gateway.connect().get("/").status, 504);
    assert!(origin.requests().is_empty());
}

/// A service behind `front`, with these fields; the status of a request to it.
fn status(gateway: &Gateway, front: &TlsFront, fields: Value) -> u16 {
    let mut body = json!({ "protocol": "https", "host": "localhost", "port": front.port(), "retries": 0 });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let service = gateway.service(body);
    let path = format!("/{service}");
    gateway.route_to(service, json!({ "paths": [path] }));
    gateway.connect().get(&path).status
}

#[test]
fn a_service_may_name_the_authorities_that_are_believed_in_place_of_the_usual_ones() {
    let (origin, authority, other) = (Origin::echoing_targets(), Authority::new(), Authority::new());
    let front = TlsFront::with(&origin, &authority.issue("localhost"));
    let file = other.file();
    let gateway = Gateway::with(&[("lua_ssl_trusted_certificate", file.to_str().unwrap())]);
    let id = |authority: &Authority| gateway.put("ca_certificates", json!({ "cert": authority.cert() }));
    let (good, bad) = (id(&authority), id(&other));
    let verified = |ids: &[uuid::Uuid]| status(&gateway, &front, json!({ "tls_verify": true, "ca_certificates": ids }));
    assert_eq!(verified(&[]), 502);
    assert_eq!(verified(&[bad]), 502);
    assert_eq!(verified(&[good]), 200);
    assert_eq!(verified(&[bad, good]), 200);
    assert_eq!(status(&gateway, &front, json!({ "tls_verify": false, "ca_certificates": [bad] })), 200);
}

#[test]
fn a_chain_is_as_long_as_it_may_be() {
    let (origin, authority) = (Origin::echoing_targets(), Authority::new());
    let fronts = [
        TlsFront::with(&origin, &authority.issue("localhost")),
        TlsFront::with(&origin, &authority.intermediate().issue("localhost")),
        TlsFront::with(&origin, &authority.intermediate().intermediate().issue("localhost")),
    ];
    let file = authority.file();
    let gateway = Gateway::with(&[("lua_ssl_trusted_certificate", file.to_str().unwrap())]);
    let statuses = |depth: Value| {
        fronts.each_ref().map(|front| status(&gateway, front, json!({ "tls_verify": true, "tls_verify_depth": depth })))
    };
    assert_eq!(statuses(json!(0)), [200, 502, 502]);
    assert_eq!(statuses(json!(1)), [200, 200, 502]);
    assert_eq!(statuses(json!(2)), [200, 200, 200]);
    assert_eq!(statuses(Value::Null), [200, 200, 502], "as `lua_ssl_verify_depth` has it");
}

#[test]
fn an_upstream_that_asks_is_shown_the_certificate_of_the_service_or_that_of_the_settings() {
    let (origin, authority, clients) = (Origin::echoing_targets(), Authority::new(), Authority::new());
    let front = TlsFront::asking(&origin, &authority.issue("localhost"), &clients);
    let (good, bad) = (clients.issue("gibbon"), authority.issue("gibbon"));
    let shown = |issued: &Issued| json!({ "cert": issued.cert, "key": issued.key });
    let plain = Gateway::start();
    assert_eq!(status(&plain, &front, json!({})), 502);
    let service = |gateway: &Gateway, issued: &Issued| {
        let id = gateway.put("certificates", shown(issued));
        status(gateway, &front, json!({ "client_certificate": { "id": id } }))
    };
    assert_eq!((service(&plain, &good), service(&plain, &bad)), (200, 502));
    let (rsa, wrong) = (clients.issue_rsa("gibbon"), authority.issue_rsa("gibbon"));
    assert_eq!((service(&plain, &rsa), service(&plain, &wrong)), (200, 502));
    let settings = [("client_ssl", "on"), ("client_ssl_cert", &*good.cert), ("client_ssl_cert_key", &*good.key)];
    let usual = Gateway::with(&settings);
    assert_eq!(status(&usual, &front, json!({})), 200);
    assert_eq!(service(&usual, &bad), 502, "the service's own comes first");
}

#[test]
fn a_connection_that_was_made_with_another_certificate_is_not_used_again() {
    let (origin, authority, clients) = (Origin::echoing_targets(), Authority::new(), Authority::new());
    let front = TlsFront::asking(&origin, &authority.issue("localhost"), &clients);
    let gateway = Gateway::start();
    let (good, bad) = (clients.issue("gibbon"), authority.issue("gibbon"));
    let id = gateway.put("certificates", json!({ "cert": good.cert, "key": good.key }));
    let fields = json!({ "client_certificate": { "id": id } });
    let mut body = json!({ "protocol": "https", "host": "localhost", "port": front.port(), "retries": 0 });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let service = gateway.service(body);
    gateway.route_to(service, json!({ "paths": ["/"] }));
    assert_eq!(gateway.connect().get("/").status, 200);
    gateway.put("certificates", json!({ "id": id, "cert": bad.cert, "key": bad.key }));
    assert_eq!(gateway.connect().get("/").status, 502);
    assert_eq!(origin.requests().len(), 1);
}

#[test]
fn a_websocket_goes_through_tls() {
    let origin = Origin::start(|_| {
        gibbon_testkit::Action::send(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        )
        .then_echo()
    });
    let front = TlsFront::before(&origin, "localhost");
    let gateway = gateway(&front, "localhost", json!({}));
    let mut client = gateway.connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    assert_eq!(client.head_of_response().status, 101);
    client.send("ping");
    assert_eq!(client.read_raw(4), b"ping");
}
