//! `gibbon migrate from-kong`, from a made-up Admin API, from files, and from a gateway of our own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};

use gibbon_testkit::{Action, Origin, TlsFront};
use serde_json::{Value, json};

use crate::place::Place;

/// An Admin API that pages, and has what this gateway has not. It lives as long as the test.
fn made_up_kong() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || listener.incoming().flatten().for_each(answer));
    url
}

fn answer(stream: TcpStream) {
    let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
    let target = lines.next().unwrap_or_default().split(' ').nth(1).unwrap_or_default().to_owned();
    let token = lines.take_while(|line| !line.is_empty()).any(|line| line.eq_ignore_ascii_case("kong-admin-token: t"));
    let (status, body) = match page(&target) {
        _ if !token => ("401 Unauthorized", json!({"message": "Invalid credentials"})),
        Some(body) => ("200 OK", body),
        None => ("404 Not Found", json!({"message": "Not found"})),
    };
    let body = body.to_string();
    let head = "Connection: close\r\nContent-Type: application/json";
    let _ = write!(&stream, "HTTP/1.1 {status}\r\n{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
}

const SERVICE: &str = "0dc6f45b-8f8d-40d2-a504-473544ee1901";
const ROUTE: &str = "0dc6f45b-8f8d-40d2-a504-473544ee1902";
const CONSUMER: &str = "0dc6f45b-8f8d-40d2-a504-473544ee1903";
const UPSTREAM: &str = "0dc6f45b-8f8d-40d2-a504-473544ee1904";
const PLUGIN: &str = "0dc6f45b-8f8d-40d2-a504-473544ee1905";

fn page(target: &str) -> Option<Value> {
    let last = |records: Value| json!({"data": records, "next": null});
    let targets = format!("/upstreams/{UPSTREAM}/targets?size=1000");
    Some(match target {
        "/" => json!({"version": "3.10.0"}),
        "/endpoints" => json!({"data": [
            "/", "/services", "/services/{services}", "/tags", "/tags/{tags}", "/rbac", "/rbac/{rbac}", "/status",
            "/status/dns", "/licences", "/licences/:licences", "/empty", "/empty/{empty}",
        ]}),
        "/services?size=1000" => {
            last(json!([{"id": SERVICE, "name": "a", "host": "a.internal", "created_at": 7, "updated_at": 8}]))
        }
        "/routes?size=1000" => json!({
            "data": [{"id": ROUTE, "name": "r", "paths": ["/r"], "service": {"id": SERVICE}, "ws_id": UPSTREAM, "new": null}],
            "next": "/routes?offset=a%2Fb", "offset": "a/b",
        }),
        "/routes?size=1000&offset=a%2Fb" => {
            last(json!([{"id": CONSUMER, "paths": ["/s"], "service": {"id": SERVICE}}]))
        }
        "/consumers?size=1000" => last(json!([{"id": CONSUMER, "username": "ann"}])),
        "/key-auths?size=1000" => last(json!([{"id": PLUGIN, "key": "k", "consumer": {"id": CONSUMER}}])),
        "/plugins?size=1000" => last(json!([
            {"id": PLUGIN, "name": "key-auth", "route": {"id": ROUTE}, "config": {}},
            {"id": SERVICE, "name": "made-up", "service": {"id": SERVICE}, "config": {"x": 1}},
        ])),
        "/upstreams?size=1000" => last(json!([{"id": UPSTREAM, "name": "u"}])),
        other if other == targets => {
            last(json!([{"id": PLUGIN, "target": "192.0.2.1:80", "upstream": {"id": UPSTREAM}}]))
        }
        "/rbac?size=1000" => last(json!([{"id": SERVICE}, {"id": ROUTE}])),
        "/empty?size=1000" => last(json!([])),
        _ => return None,
    })
}

fn export(place: &Place) -> String {
    let path = place.path("export.yml");
    let _ = std::fs::remove_file(&path);
    assert_eq!(place.run_with_file(&["config", "db_export", path.to_str().unwrap()]).status, 0);
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn what_a_kong_has_is_taken_over_and_the_rest_is_named() {
    let (url, place) = (made_up_kong(), Place::new());
    let from_kong = ["migrate", "from-kong", "--admin-url", &url, "--headers", "Kong-Admin-Token:t"];
    let dry = place.run_with_file(&[&from_kong[..], &["--dry-run"]].concat());
    assert!(dry.status == 1 && dry.out.ends_with("dry run: nothing was written\n"), "{}{}", dry.out, dry.err);
    assert!(!export(&place).contains("services"));

    let done = place.run_with_file(&from_kong);
    let expected = [
        "1 services",
        "2 routes",
        "1 consumers",
        "1 keyauth_credentials",
        "1 plugins",
        "1 upstreams",
        "1 targets",
        "not taken over: plugins made-up: name: plugin 'made-up' not enabled; add it to the 'plugins' configuration property",
        "not taken over: rbac: 2 of them; this gateway has no such entity",
        "import successful: 8 records written, 0 were there already",
    ];
    for line in expected {
        assert!(done.out.lines().any(|said| said == line), "{line} in {}{}", done.out, done.err);
    }
    assert_eq!(done.out.lines().count(), expected.len(), "{}", done.out);
    assert!(done.status == 1 && done.err.contains("2 of the lines above"), "{}", done.err);
    let export = export(&place);
    for part in [SERVICE, ROUTE, "  updated_at: 8\n", "192.0.2.1:80"] {
        assert!(export.contains(part), "{part} in {export}");
    }
    let again = place.run_with_file(&[&from_kong[..], &["--skip-unknown"]].concat());
    assert!(again.status == 0 && again.out.contains("0 records written, 8 were there already"), "{}", again.out);
}

#[test]
fn an_admin_api_that_refuses_or_is_none_is_named() {
    let (url, place) = (made_up_kong(), Place::new());
    let done = place.run_with_file(&["migrate", "from-kong", "--admin-url", &url]);
    let text = format!("Error: `{url}/` answers 401: {{\"message\":\"Invalid credentials\"}}");
    assert!(done.status == 1 && done.err.starts_with(&text), "{}", done.err);
    let nobody = format!("http://127.0.0.1:{}", place.admin);
    let done = place.run_with_file(&["migrate", "from-kong", "--admin-url", &nobody]);
    assert!(done.status == 1 && done.err.starts_with(&format!("Error: cannot read `{nobody}/`")), "{}", done.err);
}

#[test]
fn what_another_gibbon_has_is_taken_over_without_a_difference() {
    let source = Place::new();
    let file = "_format_version: '3.0'
services: [{name: a, host: a, tags: [t], routes: [{name: r, paths: [/r, '~/x/\\d+$'], plugins: [{name: jwt}]}]}]
upstreams: [{name: u, targets: [{target: '192.0.2.1:80'}]}]
consumers:
- {username: ann, custom_id: c, keyauth_credentials: [{key: k}], jwt_secrets: [{key: i}]}
plugins: [{name: key-auth, instance_name: whole, config: {hide_credentials: true}}]
";
    std::fs::write(source.path("kong.yml"), file).unwrap();
    let imported = source.run_with_file(&["config", "db_import", source.path("kong.yml").to_str().unwrap()]);
    assert_eq!(imported.status, 0, "{}", imported.err);
    source.start();
    let place = Place::new();
    let url = format!("http://127.0.0.1:{}", source.admin);
    let done = place.run_with_file(&["migrate", "from-kong", "--admin-url", &url]);
    assert_eq!(done.status, 0, "{}{}", done.out, done.err);
    assert_eq!(export(&place), export(&source));
}

#[test]
fn a_file_of_deck_is_taken_over_but_not_a_template_of_one() {
    let place = Place::new();
    let path = place.path("deck.yaml");
    let text = "_format_version: '3.0'\n_info: {select_tags: [team]}\nconsumer_groups: [{name: gold}]\nconsumers: [{username: ann, groups: [{name: gold}]}]\n";
    std::fs::write(&path, text).unwrap();
    let from_file = ["migrate", "from-kong", "--file", path.to_str().unwrap()];
    let done = place.run_with_file(&from_file);
    assert!(done.status == 1 && done.out.contains("not taken over: consumer_groups: 1 of them"), "{}", done.out);
    assert!(export(&place).contains("- team"));
    std::fs::write(&path, "_format_version: '3.0'\nconsumers: [{username: '${{ env \"DECK_NAME\" }}'}]\n").unwrap();
    let done = place.run_with_file(&from_file);
    assert!(done.status == 1 && done.err.contains("placeholders of decK"), "{}", done.err);
}

#[test]
fn a_kong_behind_tls_is_believed_by_its_authority_or_by_nobody_who_was_not_told_to() {
    let kong = Origin::start(|request| match page(&request.target) {
        Some(body) => Action::answer("200 OK", &["Content-Type: application/json"], &body.to_string()),
        None => Action::answer("404 Not Found", &[], "{}"),
    });
    let (front, stranger) = (TlsFront::before(&kong, "localhost"), TlsFront::before(&kong, "localhost"));
    let place = Place::new();
    let url = format!("https://localhost:{}", front.port());
    let ask = |tls: &[&str]| {
        let from_kong = ["migrate", "from-kong", "--admin-url", &url, "--skip-unknown", "--dry-run"];
        place.run_with_file(&[&from_kong[..], tls].concat())
    };
    for refused in [ask(&[]), ask(&["--ca-cert", stranger.certificate()])] {
        let text = format!("Error: cannot read `{url}/`");
        assert!(refused.status == 1 && refused.err.starts_with(&text), "{}{}", refused.out, refused.err);
    }
    for taken in [ask(&["--ca-cert", front.certificate()]), ask(&["--tls-skip-verify"])] {
        assert!(taken.status == 0 && taken.out.contains("1 services\n2 routes\n"), "{}{}", taken.out, taken.err);
    }
    assert_eq!(front.names().first(), Some(&Some("localhost".to_owned())));
    let nothing = place.path("empty.pem");
    std::fs::write(&nothing, "no certificate\n").unwrap();
    let nothing = ask(&["--ca-cert", nothing.to_str().unwrap()]);
    assert!(nothing.status == 1 && nothing.err.contains("cannot read certificates from"), "{}", nothing.err);
}
