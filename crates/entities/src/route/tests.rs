use serde_json::json;

use super::*;
use crate::Protocol;
use crate::testing::{ID, NOW, env, inserted, object, updated, violations};

const SERVICE: &str = "33333333-3333-4333-8333-333333333333";

#[test]
fn the_definition_and_the_struct_agree() {
    let body = inserted(
        &definition(Flavor::default()),
        json!({
            "name": "r", "protocols": ["http", "https"], "methods": ["GET"], "hosts": ["*.example.com:8443"],
            "paths": ["/x", "~/re/\\d+$"], "headers": {"x-team": ["a", "b"]}, "snis": ["example.com"],
            "https_redirect_status_code": 302, "regex_priority": 7, "strip_path": false, "preserve_host": true,
            "path_handling": "v1", "request_buffering": false, "response_buffering": false, "tags": ["t"],
            "service": {"id": SERVICE},
        }),
    );
    let expected = Route {
        id: ID.parse().unwrap(),
        created_at: NOW,
        updated_at: NOW,
        name: Some("r".into()),
        protocols: [Protocol::Http, Protocol::Https].into_iter().collect(),
        methods: vec!["GET".into()],
        hosts: vec!["*.example.com:8443".into()],
        paths: vec!["/x".into(), "~/re/\\d+$".into()],
        headers: vec![("x-team".into(), vec!["a".into(), "b".into()])],
        snis: vec!["example.com".into()],
        sources: vec![],
        destinations: vec![],
        expression: None,
        priority: 0,
        https_redirect_status_code: 302,
        regex_priority: 7,
        strip_path: false,
        path_handling: PathHandling::V1,
        preserve_host: true,
        request_buffering: false,
        response_buffering: false,
        service: Some(SERVICE.parse().unwrap()),
        tags: vec!["t".into()],
        json: Rendered::default(),
    };
    assert_eq!(Route::from_body(&body), Ok(expected));
}

#[test]
fn a_stream_is_known_by_its_ends() {
    let ends = json!([{"ip": "10.1.0.0/16", "port": 1234}, {"port": 5}, {"ip": "::1"}]);
    let body = inserted(
        &definition(Flavor::default()),
        json!({"protocols": ["tcp"], "sources": ends, "destinations": [{"port": 80.0}]}),
    );
    assert_eq!(body["sources"][1], json!({"ip": null, "port": 5}));
    let route = Route::from_body(&body).unwrap();
    assert_eq!(route.sources[0], Endpoint { ip: "10.1.0.0/16".parse().ok(), port: Some(1234) });
    assert_eq!(route.sources[2], Endpoint { ip: "::1".parse().ok(), port: None });
    assert_eq!(route.destinations, [Endpoint { ip: None, port: Some(80) }]);
}

#[test]
fn a_damaged_body_is_named_by_its_field() {
    let mut body = inserted(&definition(Flavor::default()), json!({"paths": ["/x"]}));
    body["protocols"] = json!(["smoke"]);
    assert_eq!(Route::from_body(&body).unwrap_err().to_string(), "field `protocols` cannot be `smoke`");
    body["protocols"] = json!(["http"]);
    body["headers"] = json!({"x": "y"});
    assert_eq!(Route::from_body(&body).unwrap_err().to_string(), "field `headers` is not a map of arrays of strings");
}

#[test]
fn a_route_must_have_something_to_match_by_its_protocols() {
    let cases = [
        (
            json!(["http", "https"]),
            "must set one of 'methods', 'hosts', 'headers', 'paths', 'snis' when 'protocols' is 'https'",
        ),
        (json!(["http"]), "must set one of 'methods', 'hosts', 'headers', 'paths' when 'protocols' is 'http'"),
        (json!(["grpcs"]), "must set one of 'hosts', 'headers', 'paths', 'snis' when 'protocols' is 'grpcs'"),
        (json!(["grpc"]), "must set one of 'hosts', 'headers', 'paths' when 'protocols' is 'grpc'"),
        (
            json!(["tcp", "udp"]),
            "must set one of 'sources', 'destinations', 'snis' when 'protocols' is 'tcp', 'tls' or 'udp'",
        ),
        (json!(["tls_passthrough"]), "must set snis when 'protocols' is 'tls_passthrough'"),
    ];
    for (protocols, text) in cases {
        let found = violations(&definition(Flavor::default()), json!({ "protocols": protocols }));
        assert_eq!(found.fields(), &object(json!({ "@entity": [text] })));
        assert_eq!(found.message(), format!("schema violation ({text})"));
    }
}

#[test]
fn a_change_to_nothing_to_match_by_is_refused() {
    let body = inserted(&definition(Flavor::default()), json!({"paths": ["/x"]}));
    assert_eq!(
        updated(&definition(Flavor::default()), &body, json!({"paths": null})).unwrap_err().message(),
        "schema violation (must set one of 'methods', 'hosts', 'headers', 'paths', 'snis' when 'protocols' is 'https')"
    );
}

#[test]
fn what_means_nothing_for_a_protocol_cannot_be_set() {
    let cases = [
        ("http", "sources", json!([{"port": 1}]), "'http' or 'https'"),
        ("https", "destinations", json!("x"), "'http' or 'https'"),
        ("tcp", "methods", json!(["GET"]), "'tcp', 'tls', 'tls_passthrough' or 'udp'"),
        ("udp", "hosts", json!(["a"]), "'tcp', 'tls', 'tls_passthrough' or 'udp'"),
        ("tls", "paths", json!(["/"]), "'tcp', 'tls', 'tls_passthrough' or 'udp'"),
        ("tls_passthrough", "headers", json!({"x": ["y"]}), "'tcp', 'tls', 'tls_passthrough' or 'udp'"),
        ("grpc", "methods", json!(["GET"]), "'grpc' or 'grpcs'"),
        ("grpcs", "strip_path", json!(true), "'grpc' or 'grpcs'"),
    ];
    for (protocol, field, value, protocols) in cases {
        let found = violations(&definition(Flavor::default()), json!({"protocols": [protocol], field: value}));
        assert_eq!(found.fields()[field], json!(format!("cannot set '{field}' when 'protocols' is {protocols}")));
    }
}

#[test]
fn server_names_need_tls() {
    let found =
        violations(&definition(Flavor::default()), json!({"protocols": ["http"], "paths": ["/"], "snis": ["a"]}));
    let text = "'snis' can only be set when 'protocols' is 'grpcs', 'https', 'tls' or 'tls_passthrough'";
    assert_eq!(found.fields(), &object(json!({"snis": "length must be 0", "@entity": [text]})));
    inserted(&definition(Flavor::default()), json!({"protocols": ["http", "https"], "snis": ["a"]}));
}

#[test]
fn grpc_keeps_its_paths() {
    let body = inserted(&definition(Flavor::default()), json!({"protocols": ["grpc"], "paths": ["/"]}));
    assert_eq!(body["strip_path"], false);
    assert_eq!(inserted(&definition(Flavor::default()), json!({"paths": ["/"]}))["strip_path"], true);
}

#[test]
fn protocols_come_from_one_family() {
    let found = violations(&definition(Flavor::default()), json!({"protocols": ["http", "tcp"], "paths": ["/"]}));
    let text = "these sets are mutually exclusive: ('http', 'https'), ('tcp', 'tls', 'udp')";
    assert_eq!(found.fields(), &object(json!({ "protocols": text })));
}

#[test]
fn an_unknown_protocol_is_all_that_is_told() {
    let body = json!({"protocols": ["smoke"], "paths": ["no-slash"], "methods": ["get it"]});
    assert_eq!(
        violations(&definition(Flavor::default()), body).message(),
        "schema violation (protocols: unknown type: smoke)"
    );
    for (protocols, violation) in [
        (json!(7), json!("expected a set")),
        (json!([]), json!("length must be at least 1")),
        (json!([5]), json!(["expected a string"])),
        (json!(null), json!("required field missing")),
    ] {
        let found = violations(&definition(Flavor::default()), json!({"protocols": protocols, "paths": ["/"]}));
        assert_eq!(found.fields(), &object(json!({ "protocols": violation })));
    }
}

/// The violation of one element of a list.
fn of_element(field: &'static str, element: &str) -> String {
    let found = violations(&definition(Flavor::default()), json!({ field: [element] }));
    found.fields()[field][0].as_str().unwrap().to_owned()
}

#[test]
fn paths_are_prefixes_in_normal_form_or_regular_expressions() {
    let cases = [
        ("no-slash", "should start with: / (fixed path) or ~/ (regex path)"),
        ("~x", "should start with: / (fixed path) or ~/ (regex path)"),
        ("/a//b", "must not have empty segments"),
        ("/a/../b", "non-normalized path, consider use '/b' instead"),
        ("/a/%62", "non-normalized path, consider use '/a/b' instead"),
        ("/a%2", "invalid url-encoded value: '%2'"),
        ("", "length must be at least 1"),
    ];
    for (path, text) in cases {
        assert_eq!(of_element("paths", path), text, "{path}");
    }
    for path in ["/", "/a.b/~c", "/a%2Fb", "/re/\\d+", "/grüße", "~/a/(?<id>\\d+)$", "~/a(?!b)", "~/(a|b)/../c"] {
        inserted(&definition(Flavor::default()), json!({ "paths": [path] }));
    }
}

#[test]
fn a_broken_regular_expression_is_named_with_its_fault_in_one_line() {
    for pattern in ["/([", "/(?P<x", "/\\p{Nope}", "/(a{1000}){1000}{1000}"] {
        let text = of_element("paths", &format!("~{pattern}"));
        assert!(text.starts_with(&format!("invalid regex: '{pattern}' (")) && text.ends_with(')'), "{text}");
        assert!(!text.contains('\n') && !text.ends_with("()"), "{text}");
    }
}

#[test]
fn hosts_have_at_most_one_wildcard_at_an_end() {
    let cases = [
        ("*.*", "invalid wildcard: must have at most one wildcard"),
        ("a.*.b", "invalid wildcard: must be placed at leftmost or rightmost label"),
        ("*a.b", "invalid wildcard: must be placed at leftmost or rightmost label"),
        ("a b", "invalid hostname: a b"),
        ("*.a b", "invalid hostname: abc.a b"),
        ("a:99999", "invalid port number"),
    ];
    for (host, text) in cases {
        assert_eq!(of_element("hosts", host), text, "{host}");
    }
    for host in ["example.com", "*.example.com", "example.*", "*.example.com:80", "1.2.3.4:80", "::1", "[::1]:80"] {
        inserted(&definition(Flavor::default()), json!({ "hosts": [host] }));
    }
}

#[test]
fn methods_are_in_capitals() {
    assert_eq!(of_element("methods", "get"), "invalid value: get");
    assert_eq!(
        inserted(&definition(Flavor::default()), json!({"methods": ["PURGE", "PURGE"]}))["methods"],
        json!(["PURGE"])
    );
}

#[test]
fn the_host_header_has_a_field_of_its_own() {
    let found = violations(&definition(Flavor::default()), json!({"headers": {"HOST": ["a"]}}));
    let text = "cannot contain 'host' header, which must be specified in the 'hosts' attribute";
    assert_eq!(found.fields(), &object(json!({ "headers": text })));
    let found = violations(&definition(Flavor::default()), json!({"headers": {"x y": ["a"]}}));
    let text = "bad header name 'x y', allowed characters are A-Z, a-z, 0-9, '_', and '-'";
    assert_eq!(found.fields()["headers"], text);
}

#[test]
fn a_single_header_value_may_be_a_regular_expression_and_must_then_be_one() {
    inserted(&definition(Flavor::default()), json!({"headers": {"x": ["~*^a+$"], "y": ["~*(", "b"]}}));
    let found = violations(&definition(Flavor::default()), json!({"headers": {"x": ["~*("]}}));
    let text = found.fields()["@entity"][0].as_str().unwrap();
    assert!(text.starts_with("Router Expression failed validation: header 'x': invalid regex: '(' ("), "{text}");
}

#[test]
fn ends_of_streams_have_an_address_or_a_port() {
    let found = violations(
        &definition(Flavor::default()),
        json!({"protocols": ["tcp"], "sources": [{"ip": "x"}, {}, {"port": 70000}]}),
    );
    assert_eq!(
        found.fields()["sources"],
        json!([
            {"ip": "invalid ip or cidr range: 'x'"},
            {"@entity": ["at least one of these fields must be non-empty: 'ip', 'port'"]},
            {"port": "value should be between 0 and 65535"},
        ])
    );
}

#[test]
fn forms_give_routes_their_lists_and_references() {
    let form = json!({"paths": ["/one"], "methods": "GET", "service": {"id": SERVICE}, "headers": {"x": "y"}, "strip_path": "false"});
    let form = definition(Flavor::default()).coerce_form(object(form), &env());
    let body = definition(Flavor::default()).prepare_insert(form, &env()).unwrap();
    assert_eq!((&body["methods"], &body["headers"]), (&json!(["GET"]), &json!({"x": ["y"]})));
    assert_eq!((&body["service"], &body["strip_path"]), (&json!({"id": SERVICE}), &json!(false)));
}

fn refused(flavor: Flavor, input: Value) -> String {
    violations(&definition(flavor), input).fields()["@entity"][0].as_str().unwrap_or_default().to_owned()
}

#[test]
fn an_expression_stands_in_the_place_of_all_other_conditions() {
    let definition = definition(Flavor::Expressions);
    let body = inserted(&definition, json!({"expression": "http.path ^= \"/x\"", "priority": 7}));
    let route = Route::from_body(&body).unwrap();
    assert_eq!((route.expression.as_deref(), route.priority), (Some("http.path ^= \"/x\""), 7));
    let plain = Route::from_body(&inserted(&definition, json!({"paths": ["/x"]}))).unwrap();
    assert_eq!((plain.expression, plain.priority), (None, 0));
    let conditions = "'methods', 'hosts', 'paths', 'headers', 'snis', 'sources' or 'destinations'";
    let cases = [
        (
            json!({"expression": "http.path ^= \"/x\"", "paths": ["/x"]}),
            format!("cannot set 'expression' with {conditions} simultaneously"),
        ),
        (
            json!({"expression": "http.path ^= \"/x\"", "regex_priority": 1}),
            "cannot set 'regex_priority' with 'expression' simultaneously".to_owned(),
        ),
        (json!({"paths": ["/x"], "priority": 1}), format!("cannot set 'priority' with {conditions} simultaneously")),
        (json!({"expression": "http.nothing == 1"}), "Unknown LHS field".to_owned()),
        (
            json!({"expression": "tls.sni == \"a\" && http.path == 1"}),
            "Type mismatch between the LHS and RHS values of predicate".to_owned(),
        ),
        (json!({"expression": "http.path.segments.01 == \"a\""}), "illformed http.path.segments.* field".to_owned()),
        (json!({"protocols": ["tcp"], "expression": "http.path == \"a\""}), "Unknown LHS field".to_owned()),
    ];
    for (input, reason) in cases {
        let text = input.to_string();
        assert_eq!(
            refused(Flavor::Expressions, input),
            format!("Router Expression failed validation: {reason}"),
            "{text}"
        );
    }
    let syntax = refused(Flavor::Expressions, json!({"expression": "http.path = 1"}));
    assert!(syntax.starts_with("Router Expression failed validation:  --> 1:11\n"), "{syntax}");
}

#[test]
fn only_one_flavour_has_expressions_and_asks_where_requests_come_from() {
    let expression = json!({"expression": "http.path ^= \"/x\""});
    let ends = json!({"sources": [{"ip": "10.0.0.0/8"}], "hosts": ["a.example"]});
    for flavor in [Flavor::TraditionalCompatible, Flavor::Traditional] {
        assert_eq!(violations(&definition(flavor), expression.clone()).fields()["expression"], "unknown field");
        let refused = violations(&definition(flavor), ends.clone());
        assert_eq!(refused.fields()["sources"], "cannot set 'sources' when 'protocols' is 'http' or 'https'");
    }
    inserted(&definition(Flavor::Expressions), ends);
    let nothing = refused(Flavor::Expressions, json!({}));
    assert_eq!(
        nothing,
        "must set one of 'methods', 'hosts', 'headers', 'paths', 'snis', 'expression' when 'protocols' is 'https'"
    );
}

#[test]
fn the_documents_of_the_flavours_differ_in_what_these_have() {
    let names = |flavor| {
        let document = definition(flavor).to_json();
        let fields = document["fields"].as_array().unwrap().clone();
        let names: Vec<String> = fields.iter().flat_map(|field| field.as_object().unwrap().keys().cloned()).collect();
        (names, document["entity_checks"].as_array().unwrap().len())
    };
    let (compatible, checks) = names(Flavor::TraditionalCompatible);
    assert_eq!((names(Flavor::Traditional), checks), ((compatible.clone(), 2), 3));
    let (expressions, _) = names(Flavor::Expressions);
    assert_eq!(expressions, [compatible, vec!["expression".to_owned(), "priority".to_owned()]].concat());
    let document = definition(Flavor::Expressions).to_json();
    let priority = document["fields"].as_array().unwrap().last().unwrap()["priority"].clone();
    assert_eq!(
        (&priority["between"], &priority["default"], &priority["required"]),
        (&json!([0, 70_368_744_177_663_i64]), &json!(0), &json!(true))
    );
}

#[test]
fn server_names_have_wildcards_in_all_flavours_but_one() {
    let input = json!({"snis": ["*.example.com"], "protocols": ["https"]});
    inserted(&definition(Flavor::TraditionalCompatible), input.clone());
    inserted(&definition(Flavor::Expressions), input.clone());
    assert!(violations(&definition(Flavor::Traditional), input).fields()["snis"].is_array());
}
