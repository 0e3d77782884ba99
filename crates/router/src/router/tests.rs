use uuid::Uuid;

use crate::{ExpressionSpec, Flavor, Found, RequestKey, RouteError, RouteFault, RouteSpec, Router, Scheme, Schemes};

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

fn paths(list: &[&str]) -> RouteSpec {
    RouteSpec { paths: texts(list), ..RouteSpec::default() }
}

fn hosts(list: &[&str]) -> RouteSpec {
    RouteSpec { hosts: texts(list), ..RouteSpec::default() }
}

fn header(name: &str, values: &[&str]) -> RouteSpec {
    RouteSpec { headers: vec![(name.to_owned(), texts(values))], ..RouteSpec::default() }
}

/// Routes get the ids 1, 2, 3, ….
fn router(routes: &[RouteSpec]) -> Router {
    let ids = (1..).map(Uuid::from_u128);
    let (router, errors) =
        Router::build(Flavor::default(), routes.iter().cloned().zip(ids).map(|(route, id)| RouteSpec { id, ..route }));
    assert_eq!(errors, []);
    router
}

fn get(path: &str) -> RequestKey<'_> {
    RequestKey { path, ..RequestKey::new(Scheme::Http, "GET") }
}

fn index(router: &Router, request: &RequestKey<'_>) -> Option<usize> {
    router.find(request).map(|found| found.index)
}

#[test]
fn no_routes_match_nothing() {
    assert!(router(&[]).find(&get("/")).is_none());
}

#[test]
fn a_prefix_has_no_regard_to_segments() {
    let router = router(&[paths(&["/a"]), paths(&["/a/b"]), paths(&["/end/"])]);
    let cases = [
        ("/a", Some((0, "/a"))),
        ("/ab", Some((0, "/a"))),
        ("/a/", Some((0, "/a"))),
        ("/a/b", Some((1, "/a/b"))),
        ("/a/bc", Some((1, "/a/b"))),
        ("/A", None),
        ("/", None),
        ("/end", None),
        ("/end/x", Some((2, "/end/"))),
    ];
    for (path, expected) in cases {
        let found = router.find(&get(path));
        assert_eq!(found.map(|found| (found.index, found.matched(path).unwrap())), expected, "{path}");
    }
}

#[test]
fn routes_and_requests_are_compared_in_their_normal_form() {
    let router = router(&[paths(&["/caf%C3%A9"]), paths(&["/a b"]), paths(&["/c\\d"]), paths(&["~/e f$"])]);
    for (raw, route) in [("/café", 0), ("/a%20b", 1), ("/c%5Cd", 2), ("/e%20f", 3)] {
        let path = crate::path::normalize(raw.as_bytes()).unwrap();
        assert_eq!(index(&router, &get(&path)), Some(route), "{raw}");
    }
}

#[test]
fn a_regex_beats_a_prefix_and_a_higher_regex_priority_a_lower_one() {
    let regex = |path, regex_priority| RouteSpec { regex_priority, ..paths(&[path]) };
    let router = router(&[
        paths(&["/items/special"]),
        regex(r"~/items/\d+$", 0),
        regex(r"~/items/\w+", 5),
        regex(r"~/items/(?<id>\d+)/x", 0),
    ]);
    assert_eq!(index(&router, &get("/items/special/1")), Some(2));
    assert_eq!(index(&router, &get("/items/42")), Some(2));
    assert_eq!(index(&router, &get("/items/-")), None);
}

#[test]
fn a_negative_regex_priority_beats_even_a_route_for_the_host() {
    let negative = RouteSpec { regex_priority: -1, ..paths(&["~/a"]) };
    let router = router(&[RouteSpec { paths: texts(&["/a"]), ..hosts(&["h.example"]) }, negative]);
    let request = RequestKey { host: "h.example", ..get("/a") };
    assert_eq!(index(&router, &request), Some(1));
}

#[test]
fn plain_hosts_beat_more_attributes_and_wildcards_do_not() {
    let path_and_method = RouteSpec { methods: texts(&["GET"]), ..paths(&["/a"]) };
    let router = router(&[path_and_method, hosts(&["h.example"]), hosts(&["*.example"])]);
    assert_eq!(index(&router, &RequestKey { host: "h.example", ..get("/a") }), Some(1));
    assert_eq!(index(&router, &RequestKey { host: "x.example", ..get("/a") }), Some(0));
    assert_eq!(index(&router, &RequestKey { host: "x.example", ..get("/b") }), Some(2));
}

#[test]
fn of_equal_routes_the_one_with_the_larger_id_wins() {
    let route = |id| RouteSpec { id: Uuid::from_u128(id), ..paths(&["/a"]) };
    let (router, _) = Router::build(Flavor::default(), [route(1), route(7), route(3)]);
    assert_eq!(router.find(&get("/a")).unwrap().id, Uuid::from_u128(7));
}

#[test]
fn each_path_of_a_route_counts_by_itself() {
    let router = router(&[paths(&["/x", "/a/long/one", "~/r/.*"]), paths(&["/x/y"]), paths(&["~/r/s"])]);
    assert_eq!(index(&router, &get("/x/y")), Some(1));
    assert_eq!(index(&router, &get("/a/long/one")), Some(0));
    // Both regexes are equally good; the part of the first route has a made-up id, which is larger than 3.
    assert_eq!(index(&router, &get("/r/s")), Some(0));
    assert_eq!(router.find(&get("/r/t")).unwrap().prefix, Some(4));
}

#[test]
fn of_the_regexes_of_one_route_the_first_gives_the_prefix() {
    let router = router(&[paths(&["~/a", "~/a/b/c", "~/a/b"])]);
    assert_eq!(router.find(&get("/a/b/c")).unwrap().prefix, Some(2));
}

#[test]
fn hosts_are_exact_or_wild_at_one_end() {
    let router = router(&[hosts(&["a.example"]), hosts(&["*.example"]), hosts(&["a.*"]), hosts(&["*.b.example"])]);
    let cases = [
        ("a.example", Some(0)),
        ("c.example", Some(1)),
        // Both wildcards fit and are equally good: the larger id wins.
        ("x.b.example", Some(3)),
        ("a.org", Some(2)),
        ("A.EXAMPLE", None),
        ("example", None),
        ("b.org", None),
        ("", None),
    ];
    for (host, expected) in cases {
        assert_eq!(index(&router, &RequestKey { host, ..get("/") }), expected, "{host}");
    }
}

#[test]
fn a_port_in_a_host_is_compared_with_the_one_asked_for_or_else_with_the_socket() {
    let router = router(&[hosts(&["p.example:8000"]), hosts(&["*.w.example:8443", "q.example"])]);
    let cases = [
        ("p.example:8000", 1, Some(0)),
        ("p.example", 8000, Some(0)),
        ("p.example", 1, None),
        ("p.example:1", 8000, None),
        ("x.w.example", 8443, Some(1)),
        ("x.w.example:8443", 1, Some(1)),
        ("x.w.example:1", 1, None),
        ("q.example:1", 1, Some(1)),
    ];
    for (host, port, expected) in cases {
        assert_eq!(index(&router, &RequestKey { host, port, ..get("/") }), expected, "{host} on {port}");
    }
}

#[test]
fn methods_are_exact() {
    let router = router(&[RouteSpec { methods: texts(&["POST", "PURGE"]), ..RouteSpec::default() }]);
    for (method, expected) in [("POST", Some(0)), ("PURGE", Some(0)), ("GET", None), ("post", None), ("LOCK", None)] {
        assert_eq!(index(&router, &RequestKey { method, ..get("/") }), expected, "{method}");
    }
}

#[test]
fn any_value_of_a_header_may_be_any_of_those_listed() {
    let router = router(&[header("X-Team", &["Blue", "red"])]);
    let find = |headers: &[(&str, &str)]| {
        let mut map = http::HeaderMap::new();
        for (name, value) in headers {
            map.append(http::HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
        }
        index(&router, &RequestKey { headers: &map, ..get("/") })
    };
    assert_eq!(find(&[("x-team", "blue")]), Some(0));
    assert_eq!(find(&[("X-TEAM", "RED")]), Some(0));
    assert_eq!(find(&[("x-team", "green"), ("x-team", "red")]), Some(0));
    assert_eq!(find(&[("x-team", "green")]), None);
    assert_eq!(find(&[("x-team", "blue, red")]), None);
    assert_eq!(find(&[]), None);
}

#[test]
fn all_headers_of_a_route_must_be_there() {
    let both = RouteSpec { headers: vec![("a".into(), texts(&["1"])), ("b".into(), texts(&["2"]))], ..paths(&["/"]) };
    let router = router(&[both, RouteSpec { paths: texts(&["/"]), ..header("a", &["1"]) }]);
    assert_eq!(index(&router, &RequestKey { headers: &[("a", "1"), ("b", "2")], ..get("/") }), Some(0));
    assert_eq!(index(&router, &RequestKey { headers: &[("a", "1")], ..get("/") }), Some(1));
    assert_eq!(index(&router, &RequestKey { headers: &[("b", "2")], ..get("/") }), None);
}

#[test]
fn a_header_value_may_be_a_regex() {
    let router = router(&[header("user_agent", &[r"~*^curl/\d", "wget"])]);
    for (value, expected) in [("Curl/8.1", Some(0)), ("WGET", Some(0)), ("my curl/8", None), ("curl/x", None)] {
        assert_eq!(index(&router, &RequestKey { headers: &[("user-agent", value)], ..get("/") }), expected, "{value}");
    }
}

#[test]
fn server_names_count_only_over_tls() {
    let router = router(&[RouteSpec { snis: texts(&["s.example.", "*.w.example"]), ..paths(&["/"]) }]);
    let cases = [
        (Scheme::Https, Some("s.example"), Some(0)),
        (Scheme::Https, Some("x.w.example"), Some(0)),
        (Scheme::Https, Some("other.example"), None),
        (Scheme::Https, None, None),
        (Scheme::Http, None, Some(0)),
    ];
    for (scheme, sni, expected) in cases {
        assert_eq!(index(&router, &RequestKey { scheme, sni, ..get("/") }), expected, "{scheme:?} {sni:?}");
    }
}

#[test]
fn a_route_for_https_is_found_in_the_clear_and_says_so() {
    let only = Schemes { http: false, https: true };
    let router = router(&[RouteSpec { protocols: only, ..paths(&["/tls"]) }, paths(&["/"])]);
    let found = router.find(&get("/tls")).unwrap();
    assert_eq!(found.index, 0);
    assert!(found.schemes.refuses(Scheme::Http));
    assert!(!found.schemes.refuses(Scheme::Https));
    assert!(!router.find(&get("/")).unwrap().schemes.refuses(Scheme::Http));
    assert!(!Schemes { http: true, https: false }.refuses(Scheme::Https));
}

#[test]
fn captures_are_there_on_demand() {
    let router = router(&[paths(&[r"~/(?<kind>\w+)/(\d+)(/x)?"]), paths(&["/plain"])]);
    let named = |found: Found<'_>, path: &'static str| -> Vec<(Option<String>, Option<String>)> {
        let text = |capture: crate::Capture<'_, '_>| (capture.name.map(str::to_owned), capture.text.map(String::from));
        found.captures(path).into_iter().map(text).collect()
    };
    let path = "/books/42/y";
    assert_eq!(
        named(router.find(&get(path)).unwrap(), path),
        [(Some("kind".to_owned()), Some("books".to_owned())), (None, Some("42".to_owned())), (None, None)]
    );
    assert_eq!(named(router.find(&get("/plain")).unwrap(), "/plain"), []);
}

#[test]
fn a_route_that_does_not_compile_keeps_what_does() {
    let id = Uuid::from_u128(9);
    let broken = RouteSpec { id, ..paths(&["/kept", "~/lost(", "~/kept-too"]) };
    let (router, errors) = Router::build(Flavor::default(), [broken, RouteSpec { id, ..header("h", &["~*["]) }]);
    let named: Vec<_> = errors.iter().map(|error| (error.id, error.to_string())).collect();
    assert_eq!(named.len(), 2);
    assert!(named[0].1.starts_with(&format!("cannot build route `{id}`: path `~/lost(` is not a valid regex: ")));
    assert!(named[1].1.contains("value `~*[` of header `h` is not a valid regex: "));
    assert_eq!(index(&router, &get("/kept")), Some(0));
    assert_eq!(index(&router, &get("/kept-too")), Some(0));
    assert_eq!(index(&router, &get("/lost(")), None);
    assert_eq!(index(&router, &RequestKey { headers: &[("h", "[")], ..get("/x") }), None);
}

#[test]
fn a_route_without_conditions_is_refused() {
    let (router, errors) = Router::build(Flavor::default(), [RouteSpec::default()]);
    assert_eq!(errors, [RouteError { id: Uuid::nil(), fault: RouteFault::Unconditional }]);
    assert!(router.find(&get("/")).is_none());
}

#[test]
fn a_router_can_be_shared_by_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Router>();
}

fn expression(text: &str, priority: u64) -> RouteSpec {
    let expression = Some(ExpressionSpec { text: text.to_owned(), priority });
    RouteSpec { expression, ..RouteSpec::default() }
}

/// Routes of the flavour `expressions`, with the ids 1, 2, 3, ….
fn expressions(routes: &[RouteSpec]) -> Router {
    let numbered = routes.iter().cloned().zip((1..).map(Uuid::from_u128));
    let (router, errors) = Router::build(Flavor::Expressions, numbered.map(|(route, id)| RouteSpec { id, ..route }));
    assert_eq!(errors, []);
    router
}

#[test]
fn expressions_are_asked_by_their_priority_and_before_other_routes() {
    let router = expressions(&[
        RouteSpec { paths: texts(&["/a/b"]), ..hosts(&["h"]) },
        expression(r#"http.path ^= "/a""#, 1),
        expression(r#"http.method == "GET""#, 2),
        expression(r#"http.path ^= "/a/b" && http.host == "h""#, 1),
    ]);
    let found = |method, path| index(&router, &RequestKey { host: "h", path, ..RequestKey::new(Scheme::Http, method) });
    assert_eq!(found("GET", "/a/b"), Some(2));
    // Of two equal priorities the larger id wins.
    assert_eq!(found("POST", "/a/b"), Some(3));
    assert_eq!(found("POST", "/a/c"), Some(1));
    assert_eq!(found("POST", "/x"), None);
    assert_eq!(router.unindexed(), 1);
}

#[test]
fn the_groups_of_the_regexes_that_matched_the_path_are_captures() {
    let router = expressions(&[expression(
        r##"http.path ~ r#"^/(?<kind>\w+)/(\d+)"# && (http.path ~ r#"^/x"# || http.path.segments.2 ~ r#"(?<last>.)$"#)"##,
        0,
    )]);
    let path = "/books/42/end";
    let found = router.find(&get(path)).unwrap();
    assert_eq!(found.matched(path), Some("/books/42"));
    let captures = found.captures(path);
    let named = |name| captures.iter().find(|capture| capture.name == Some(name)).and_then(|c| c.text.as_deref());
    let numbered = |n| captures.iter().find(|capture| capture.number == Some(n)).and_then(|c| c.text.as_deref());
    assert_eq!((named("kind"), named("last")), (Some("books"), Some("d")));
    // The last regex that matched has the numbers; what it has not, those before it keep.
    assert_eq!((numbered(1), numbered(2)), (Some("d"), Some("42")));
}

#[test]
fn an_expression_that_is_none_is_named_and_so_is_one_that_the_flavour_does_not_read() {
    let (_, errors) = Router::build(Flavor::Expressions, [expression("http.path", 0)]);
    assert!(errors[0].to_string().contains("its expression is not valid:  --> 1:10"), "{}", errors[0]);
    let (_, errors) = Router::build(Flavor::Traditional, [expression(r#"http.path == "/""#, 0)]);
    assert_eq!(errors[0].fault, RouteFault::NeedsExpressions);
}
