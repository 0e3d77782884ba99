//! The manager on its port, and the Admin API behind it.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, TcpStream, UdpSocket};

use crate::place::Place;

/// An answer as it came.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn field(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value).next().unwrap_or_default()
    }
}

/// Asks a port; `fields` are whole lines.
fn ask(ip: IpAddr, port: u16, line: &str, fields: &str, body: &str) -> Answer {
    let mut connection = TcpStream::connect((ip, port)).unwrap();
    let length = body.len();
    write!(connection, "{line} HTTP/1.1\r\nConnection: close\r\n{fields}Content-Length: {length}\r\n\r\n{body}")
        .unwrap();
    let mut bytes = Vec::new();
    connection.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const HOST: &str = "Host: localhost\r\n";
const FORM: &str = "Host: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n";

fn get(place: &Place, path: &str) -> Answer {
    ask(HERE, place.manager, &format!("GET {path}"), HOST, "")
}

/// Under which address other machines see this one, if they do; nothing is sent.
fn address_for_others() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|ip| !ip.is_loopback() && !ip.is_unspecified())
}

#[test]
fn pages_come_with_a_policy_and_any_path_is_one() {
    let place = Place::new();
    place.start();
    for path in ["/", "/services", "/consumers/some-id/jwt/new"] {
        let page = get(&place, path);
        assert_eq!((page.status, page.field("content-type")), (200, "text/html; charset=utf-8"), "{path}");
        let policy = page.field("content-security-policy");
        assert!(policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(page.field("x-content-type-options"), "nosniff");
        assert!(!page.body.contains("__CSP_NONCE__") && !page.body.contains("<script>"));
    }
    assert_eq!(ask(HERE, place.manager, "POST /services", FORM, "name=a").status, 405);
}

#[test]
fn files_of_the_pages_are_kept_for_good_and_come_compressed() {
    let place = Place::new();
    place.start();
    let page = get(&place, "/").body;
    let Some(script) = page.split("src=\"./").nth(1).and_then(|rest| rest.split('"').next()) else {
        assert!(page.contains("npm run build"), "a build without pages says how to get them");
        return;
    };
    let line = format!("GET /{script}");
    let plain = ask(HERE, place.manager, &line, HOST, "");
    assert_eq!(plain.field("cache-control"), "public, max-age=31536000, immutable");
    for coding in ["br", "gzip"] {
        let packed = ask(HERE, place.manager, &line, &format!("{HOST}Accept-Encoding: {coding}\r\n"), "");
        assert_eq!((packed.status, packed.field("content-encoding")), (200, coding));
        assert!(packed.field("content-length").parse::<usize>().unwrap() < plain.body.len());
    }
    let tag = format!("{HOST}If-None-Match: {}\r\n", plain.field("etag"));
    let kept = ask(HERE, place.manager, &line, &tag, "");
    assert_eq!((kept.status, kept.body.as_str()), (304, ""));
}

#[test]
fn a_manager_made_for_kong_finds_the_admin_api_and_may_use_it() {
    let place = Place::new();
    place.start();
    let script = get(&place, "/kconfig.js");
    assert_eq!((script.status, script.field("content-type")), (200, "text/javascript; charset=utf-8"));
    assert!(script.body.contains(&format!("'ADMIN_API_PORT': '{}'", place.admin)), "{}", script.body);
    let page = |port| format!("Host: localhost:{}\r\nOrigin: http://localhost:{port}\r\n", place.admin);
    let ours = ask(HERE, place.admin, "GET /services", &page(place.manager), "");
    let origin = format!("http://localhost:{}", place.manager);
    assert_eq!((ours.status, ours.field("access-control-allow-origin")), (200, origin.as_str()));
    assert_eq!(ask(HERE, place.admin, "GET /services", &page(place.proxy), "").status, 403);
    let shown = get(&place, "/api/").body;
    assert!(shown.contains(&format!("\"admin_gui_listeners\":[{{\"listener\":\"127.0.0.1:{}\"", place.manager)));
}

#[test]
fn the_admin_api_is_below_api_on_the_same_port() {
    let place = Place::new();
    place.start();
    let made = ask(HERE, place.manager, "POST /api/services?x=1", FORM, "name=hello&host=a.example");
    assert_eq!(made.status, 201, "{}", made.body);
    let found = get(&place, "/api/services/hello");
    assert!(found.status == 200 && found.body.contains("a.example"));
    assert_eq!(get(&place, "/api").status, 200);
    assert_eq!(get(&place, "/apiary").field("content-type"), "text/html; charset=utf-8");
}

#[test]
fn pages_of_others_may_not_use_it_there_either() {
    let place = Place::new();
    place.start();
    let own = format!("Host: localhost:{0}\r\nOrigin: http://localhost:{0}\r\n", place.manager);
    assert_eq!(ask(HERE, place.manager, "GET /api/services", &own, "").status, 200);
    let refused = [
        "Host: localhost\r\nOrigin: https://evil.example\r\n",
        "Host: localhost\r\nSec-Fetch-Site: cross-site\r\n",
        // A name that was bent to this machine: its pages say neither where they are from nor that they are pages.
        "Host: rebound.example:8002\r\n",
    ];
    for fields in refused {
        assert_eq!(ask(HERE, place.manager, "GET /api/services", fields, "").status, 403, "{fields}");
    }
}

#[test]
fn from_elsewhere_the_admin_api_asks_for_a_token_also_while_there_is_none() {
    let Some(elsewhere) = address_for_others() else { return };
    let place = Place::new();
    let open = format!("admin_gui_listen = 0.0.0.0:{}\n", place.manager);
    let file = std::fs::read_to_string(place.path("gibbon.conf")).unwrap();
    let kept = |line: &&str| !line.starts_with("admin_gui_listen");
    let text: String = file.lines().filter(kept).map(|line| format!("{line}\n")).collect();
    std::fs::write(place.path("gibbon.conf"), text + &open).unwrap();
    place.start();
    let fields = format!("Host: {elsewhere}\r\nX-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\n");
    assert_eq!(ask(elsewhere, place.manager, "GET /", &fields, "").status, 200);
    for line in ["GET /api/services", "POST /api/services", "DELETE /api/services/a"] {
        let refused = ask(elsewhere, place.manager, line, &fields, "");
        assert_eq!((refused.status, refused.body.contains("gibbon admin-token new")), (401, true), "{line}");
    }
    assert_eq!(get(&place, "/api/services").status, 200, "from here it is open");
}
