use gibbon_conf::{ConfFile, Machine, Sources, User, load};

use super::*;

fn manager(settings: &[(&str, &str)]) -> Manager {
    let env = settings.iter().map(|(name, value)| (format!("GIBBON_{name}"), (*value).to_owned())).collect();
    let machine = Machine { user: User::Root, cores: 1, folder: "/".into() };
    Manager::new(&load(&Sources { file: ConfFile::Search(vec![]), env, options: vec![], machine }).unwrap().conf)
}

fn get(manager: &Manager, path: &str) -> Response<Bytes> {
    manager.answer(&Method::GET, path, &HeaderMap::new())
}

fn text(response: &Response<Bytes>) -> &str {
    std::str::from_utf8(response.body()).unwrap()
}

fn field<'r>(response: &'r Response<Bytes>, name: &str) -> &'r str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[test]
fn what_is_below_api_belongs_to_the_admin_api() {
    let cases = [
        ("/api", Some("/")),
        ("/api/", Some("/")),
        ("/api/services?size=1&tags=a%2Cb", Some("/services?size=1&tags=a%2Cb")),
        ("/api/services/a%2Fb", Some("/services/a%2Fb")),
        ("/apis", None),
        ("/services/api", None),
        ("/", None),
    ];
    for (uri, expected) in cases {
        let place = manager(&[]).place(&Uri::try_from(uri).unwrap());
        assert_eq!(place, expected.map_or(Place::Page, |uri| Place::Api(Uri::from_static(uri))), "{uri}");
    }
}

#[test]
fn a_path_in_front_moves_pages_and_api() {
    let manager = manager(&[("ADMIN_GUI_PATH", "/manager/")]);
    assert_eq!(manager.place(&Uri::from_static("/manager/api/status")), Place::Api(Uri::from_static("/status")));
    assert_eq!(manager.place(&Uri::from_static("/api/status")), Place::Page);
    assert!(text(&get(&manager, "/manager/services")).contains("<base href=\"/manager/\""));
    for path in ["/", "/manager"] {
        let moved = get(&manager, path);
        assert_eq!((moved.status(), field(&moved, "location")), (StatusCode::FOUND, "/manager/"));
    }
    assert_eq!(get(&manager, "/elsewhere").status(), StatusCode::NOT_FOUND);
    assert!(text(&get(&manager, "/manager/kconfig.js")).contains("'ADMIN_GUI_PATH': '/manager'"));
}

#[test]
fn every_path_is_the_first_page_with_a_word_of_its_own() {
    let manager = manager(&[]);
    let mut words = Vec::new();
    for path in ["/", "/index.html", "/services/some/deep/link"] {
        let page = get(&manager, path);
        assert_eq!((page.status(), field(&page, "content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
        assert_eq!(field(&page, "cache-control"), "no-store");
        let policy = field(&page, "content-security-policy");
        let word = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'self'; script-src 'self'; style-src 'self' 'nonce-"));
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
        assert!(word.len() == 24 && text(&page).contains(&word));
        words.push(word);
    }
    words.sort();
    words.dedup();
    assert_eq!(words.len(), 3);
}

#[test]
fn all_answers_keep_others_from_framing_or_guessing() {
    let manager = manager(&[]);
    for path in ["/", "/kconfig.js", "/assets/gone.js"] {
        let answer = get(&manager, path);
        assert_eq!(field(&answer, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(field(&answer, "x-frame-options"), "DENY", "{path}");
        assert!(field(&answer, "content-security-policy").contains("frame-ancestors 'none'"), "{path}");
    }
    assert_eq!(get(&manager, "/assets/gone.js").status(), StatusCode::NOT_FOUND);
}

#[test]
fn a_manager_made_for_kong_is_told_where_the_admin_api_is() {
    let usual = get(&manager(&[]), "/kconfig.js");
    assert_eq!(field(&usual, "content-type"), "text/javascript; charset=utf-8");
    let expected = "window.K_CONFIG = {\n  'ADMIN_GUI_PATH': '/',\n  'ADMIN_API_URL': '',\n  'ADMIN_API_PORT': '8001',\n  \
                    'ADMIN_API_SSL_PORT': '8444',\n  'ANONYMOUS_REPORTS': 'false'\n}\n";
    assert_eq!(text(&usual), expected);
    let moved = manager(&[("ADMIN_GUI_API_URL", "https://api.example.com"), ("ADMIN_LISTEN", "0.0.0.0:9001")]);
    let moved = get(&moved, "/kconfig.js");
    assert!(text(&moved).contains("'ADMIN_API_URL': 'https://api.example.com',\n  'ADMIN_API_PORT': '9001'"));
    assert!(text(&moved).contains("'ADMIN_API_SSL_PORT': ''"));
}

#[test]
fn pages_can_only_be_read() {
    let refused = manager(&[]).answer(&Method::POST, "/services", &HeaderMap::new());
    assert_eq!((refused.status(), field(&refused, "allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD"));
    let head = manager(&[]).answer(&Method::HEAD, "/kconfig.js", &HeaderMap::new());
    assert!(head.body().is_empty() && field(&head, "content-length") != "0");
}
