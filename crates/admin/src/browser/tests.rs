use super::*;

fn rules() -> BrowserRules {
    let settings = Admin {
        listeners: Vec::new(),
        demand: gibbon_conf::Demand::Usual,
        tls: gibbon_conf::PortTls::default(),
        body_bytes: None,
        gui_urls: vec!["https://manager.example.com".to_owned(), "http://10.0.0.9:8002".to_owned()],
        allowed_hosts: vec!["gateway.example.com".to_owned()],
        tokens: vec![],
    };
    BrowserRules::new(&settings, "Node-1")
}

fn fields(fields: &[(&'static str, &str)]) -> HeaderMap {
    let fields =
        fields.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
    fields.collect()
}

fn admit(method: Method, headers: &[(&'static str, &str)]) -> Result<Cors, ApiError> {
    rules().admit("http", &method, &Uri::from_static("/services"), &fields(headers))
}

#[test]
fn programs_may_use_any_name() {
    for host in ["kong:8001", "rebound.example.net", "127.0.0.1:8001", ""] {
        assert_eq!(admit(Method::POST, &[("host", host)]).unwrap(), Cors::Open, "{host}");
    }
    assert_eq!(admit(Method::POST, &[]).unwrap(), Cors::Open);
}

#[test]
fn only_known_pages_may_read_or_write() {
    let cases = [
        ("https://manager.example.com", true),
        ("https://MANAGER.example.com", true),
        ("http://10.0.0.9:8002", true),
        ("http://localhost:8001", true),
        ("http://manager.example.com", false),
        ("https://manager.example.com:8443", false),
        ("https://manager.example.com.evil.example", false),
        ("https://evil.example", false),
        ("http://localhost:3000", false),
        ("https://localhost:8001", false),
        ("null", false),
        ("", false),
    ];
    for (origin, admitted) in cases {
        for method in [Method::GET, Method::POST, Method::OPTIONS] {
            let outcome = admit(method, &[("host", "localhost:8001"), ("origin", origin)]);
            match outcome {
                Ok(cors) => {
                    assert!(admitted && cors == Cors::Origin(HeaderValue::from_str(origin).unwrap()), "{origin}")
                }
                Err(error) => assert!(!admitted && matches!(error, ApiError::Forbidden(_)), "{origin}"),
            }
        }
    }
}

#[test]
fn two_origins_are_none() {
    let mut headers = fields(&[("host", "localhost"), ("origin", "https://manager.example.com")]);
    headers.append(header::ORIGIN, HeaderValue::from_static("https://evil.example"));
    assert!(rules().admit("http", &Method::GET, &Uri::from_static("/"), &headers).is_err());
}

#[test]
fn a_browser_must_name_this_machine() {
    let cases = [
        ("127.0.0.1:8001", true),
        ("192.168.7.7", true),
        ("[::1]:8001", true),
        ("[::1]", true),
        ("localhost:8001", true),
        ("LOCALHOST.", true),
        ("node-1:8001", true),
        ("manager.example.com", true),
        ("gateway.example.com:80", true),
        ("rebound.example.net", false),
        ("rebound.example.net:8001", false),
        ("localhost.evil.example", false),
        ("127.0.0.1.evil.example", false),
        ("evil.example@localhost", false),
        ("2130706433", false),
        ("localhost:8001:x", false),
        ("", false),
    ];
    for (host, admitted) in cases {
        let outcome = admit(Method::GET, &[("host", host), ("sec-fetch-site", "none")]);
        assert_eq!(outcome.is_ok(), admitted, "{host}");
        let outcome = admit(Method::GET, &[("host", host), ("origin", "https://manager.example.com")]);
        assert_eq!(outcome.is_ok(), admitted, "{host}");
    }
    assert!(admit(Method::GET, &[("sec-fetch-site", "none")]).is_err());
}

#[test]
fn every_name_in_the_request_counts() {
    let mut headers = fields(&[("host", "localhost"), ("sec-fetch-site", "none")]);
    let foreign = Uri::from_static("http://rebound.example.net/services");
    assert!(rules().admit("http", &Method::GET, &foreign, &headers).is_err());
    headers.append(header::HOST, HeaderValue::from_static("rebound.example.net"));
    assert!(rules().admit("http", &Method::GET, &Uri::from_static("/"), &headers).is_err());
}

#[test]
fn a_page_elsewhere_may_link_here_but_not_load_or_post() {
    let link = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    let image = [("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")];
    let frame = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")];
    let cases = [
        (Method::GET, "cross-site", link, true),
        (Method::GET, "cross-site", image, false),
        (Method::GET, "same-site", image, false),
        (Method::GET, "cross-site", frame, false),
        (Method::POST, "cross-site", link, false),
        (Method::POST, "same-site", link, false),
        (Method::GET, "same-origin", image, true),
        (Method::GET, "none", link, true),
    ];
    for (method, site, kind, admitted) in cases {
        let mut headers = vec![("host", "localhost:8001"), ("sec-fetch-site", site)];
        headers.extend(kind);
        assert_eq!(admit(method.clone(), &headers).is_ok(), admitted, "{method} {site} {kind:?}");
    }
}

fn decorated(cors: &Cors, method: Method, asked: &[(&'static str, &str)]) -> Vec<String> {
    let mut answer = Answer::no_content().header(header::ALLOW, HeaderValue::from_static("GET, POST"));
    decorate(&mut answer, cors, &method, &fields(asked));
    answer.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect()
}

#[test]
fn answers_to_programs_are_open_to_everyone() {
    let expected = ["allow: GET, POST", "access-control-allow-origin: *", "access-control-allow-credentials: true"];
    assert_eq!(decorated(&Cors::Open, Method::GET, &[]), expected);
    assert_eq!(decorated(&Cors::Open, Method::TRACE, &[]), ["allow: GET, POST"]);
}

#[test]
fn options_says_which_methods_and_fields_are_allowed() {
    let open = decorated(&Cors::Open, Method::OPTIONS, &[]);
    assert!(open.contains(&"access-control-allow-methods: GET, POST".to_owned()), "{open:?}");
    assert!(open.contains(&"access-control-allow-headers: Content-Type".to_owned()), "{open:?}");
    let asked = decorated(&Cors::Open, Method::OPTIONS, &[("access-control-request-headers", "x-a, x-b")]);
    assert!(asked.contains(&"access-control-allow-headers: x-a, x-b".to_owned()), "{asked:?}");
}

#[test]
fn a_page_that_may_is_echoed_and_one_that_may_not_reads_nothing() {
    let origin = Cors::Origin(HeaderValue::from_static("https://manager.example.com"));
    let expected = [
        "allow: GET, POST",
        "access-control-expose-headers: ETag",
        "vary: Origin",
        "access-control-allow-origin: https://manager.example.com",
        "access-control-allow-credentials: true",
    ];
    assert_eq!(decorated(&origin, Method::GET, &[]), expected);
    assert_eq!(decorated(&Cors::Refused, Method::OPTIONS, &[]), ["allow: GET, POST", "vary: Origin"]);
}

fn manager_on(listeners: &str) -> BrowserRules {
    let conf = crate::testing::conf(&[("ADMIN_GUI_LISTEN", listeners)]);
    BrowserRules::new(&conf.admin, "node-1").with_manager(&conf.manager)
}

#[test]
fn pages_of_the_manager_may_under_the_name_under_which_the_request_comes() {
    let rules = manager_on("0.0.0.0:8002, 0.0.0.0:8445 ssl");
    let cases = [
        ("http://localhost:8002", "localhost:8001", true),
        ("https://localhost:8445", "localhost:8001", true),
        ("http://10.0.0.5:8002", "10.0.0.5:8001", true),
        ("http://[::1]:8002", "[::1]:8001", true),
        ("http://10.0.0.6:8002", "10.0.0.5:8001", false),
        ("https://localhost:8002", "localhost:8001", false),
        ("http://localhost:8003", "localhost:8001", false),
        ("http://localhost", "localhost:8001", false),
        ("http://evil.example:8002", "evil.example:8001", false),
    ];
    for (origin, host, admitted) in cases {
        let headers = fields(&[("host", host), ("origin", origin)]);
        let outcome = rules.admit("http", &Method::POST, &Uri::from_static("/services"), &headers);
        assert_eq!(outcome.is_ok(), admitted, "{origin} on {host}");
    }
}

#[test]
fn a_page_over_tls_is_of_this_server_if_that_speaks_tls() {
    let headers = fields(&[("host", "localhost:8445"), ("origin", "https://localhost:8445")]);
    for (scheme, admitted) in [("https", true), ("http", false)] {
        let outcome = rules().admit(scheme, &Method::POST, &Uri::from_static("/services"), &headers);
        assert_eq!(outcome.is_ok(), admitted, "{scheme}");
    }
}
