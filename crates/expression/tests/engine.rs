//! Our evaluation of an expression comes to the same as that of the crate which Kong itself uses.

#![cfg(test)]

use std::collections::BTreeMap;
use std::net::IpAddr;

use atc_router::ast::{Type, Value};
use atc_router::context::Context;
use atc_router::router::Router;
use atc_router::schema::Schema;
use gibbon_expression::{AddressFact, Expression, Facts, Host, NumberFact, Reach, Subsystem, TextFact};
use proptest::prelude::*;
use uuid::Uuid;

#[derive(Debug, Clone)]
struct Request {
    method: &'static str,
    host: Option<&'static str>,
    path: String,
    protocol: &'static str,
    sni: Option<&'static str>,
    headers: Vec<(&'static str, &'static str)>,
    query: &'static str,
    source: (IpAddr, Option<u16>),
    port: u16,
}

impl Facts for Request {
    fn text(&self, which: TextFact) -> Option<&str> {
        match which {
            TextFact::Method => Some(self.method),
            TextFact::Host => self.host,
            TextFact::Path => Some(&self.path),
            TextFact::Protocol => Some(self.protocol),
            TextFact::Sni => self.sni,
        }
    }

    fn any_header(&self, name: &str, accept: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        self.headers.iter().any(|(key, value)| *key == name && accept(value.as_bytes()))
    }

    fn query(&self) -> &str {
        self.query
    }

    fn number(&self, which: NumberFact) -> Option<i64> {
        match which {
            NumberFact::SourcePort => self.source.1.map(i64::from),
            NumberFact::DestinationPort => Some(self.port.into()),
        }
    }

    fn address(&self, which: AddressFact) -> Option<IpAddr> {
        (which == AddressFact::Source).then_some(self.source.0)
    }
}

// --- the engine -----------------------------------------------------------------------------------------------------

fn schema() -> Schema {
    let mut schema = Schema::default();
    for name in ["net.protocol", "tls.sni", "http.method", "http.host", "http.path"] {
        schema.add_field(name, Type::String);
    }
    for name in ["http.headers.*", "http.queries.*", "http.path.segments.*"] {
        schema.add_field(name, Type::String);
    }
    for name in ["net.src.port", "net.dst.port", "http.path.segments.len"] {
        schema.add_field(name, Type::Int);
    }
    for name in ["net.src.ip", "net.dst.ip"] {
        schema.add_field(name, Type::IpAddr);
    }
    schema
}

fn context<'s>(schema: &'s Schema, request: &Request) -> Context<'s> {
    let mut context = Context::new(schema);
    let mut segments: Vec<&str> = request.path.get(1..).unwrap_or_default().split('/').collect();
    while segments.last().is_some_and(|last| last.is_empty()) {
        segments.pop();
    }
    let mut texts: Vec<(&str, String)> = vec![
        ("http.method", request.method.to_owned()),
        ("http.path", request.path.clone()),
        ("net.protocol", request.protocol.to_owned()),
    ];
    texts.extend(request.host.map(|host| ("http.host", host.to_owned())));
    texts.extend(request.sni.map(|sni| ("tls.sni", sni.to_owned())));
    texts.extend(segments.first().map(|first| ("http.path.segments.0", (*first).to_owned())));
    texts.extend(segments.get(..2).map(|two| ("http.path.segments.0_1", two.join("/"))));
    for (name, value) in &request.headers {
        texts.push((if *name == "x-one" { "http.headers.x_one" } else { "http.headers.two" }, (*value).to_owned()));
    }
    for pair in request.query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        texts.push((if name == "q" { "http.queries.q" } else { "http.queries.p" }, value.to_owned()));
    }
    for (name, text) in texts {
        context.add_value(name, Value::String(text));
    }
    context.add_value("http.path.segments.len", Value::Int(segments.len() as i64));
    context.add_value("net.dst.port", Value::Int(request.port.into()));
    context.add_value("net.src.ip", Value::IpAddr(request.source.0));
    if let Some(port) = request.source.1 {
        context.add_value("net.src.port", Value::Int(port.into()));
    }
    context
}

/// The length of the path that matched, and the groups by number and by name.
type Found = (Option<usize>, BTreeMap<String, String>);

fn asked_of_the_engine(text: &str, request: &Request) -> Option<Found> {
    let schema = schema();
    let mut router = Router::new(&schema);
    router.add_matcher(0, Uuid::nil(), text).unwrap();
    let mut context = context(&schema, request);
    router.execute(&mut context).then(|| {
        let result = context.result.unwrap();
        let path = result.matches.get("http.path").map(|value| match value {
            Value::String(text) => text.len(),
            other => panic!("{other:?} is no path"),
        });
        (path, result.captures.into_iter().filter(|(name, _)| name != "0").collect())
    })
}

fn asked_of_us(expression: &Expression, request: &Request) -> Option<Found> {
    let outcome = expression.evaluate(request)?;
    let mut groups = BTreeMap::new();
    for group in expression.groups(&request.path, outcome) {
        let Some(text) = group.text else { continue };
        let names = [group.number.map(|number| number.to_string()), group.name.map(str::to_owned)];
        groups.extend(names.into_iter().flatten().map(|name| (name, text.clone().into_owned())));
    }
    Some((outcome.path, groups))
}

fn is_within(reach: &Reach, request: &Request) -> bool {
    let host = |host: &Host| match (host, request.host) {
        (_, None) => false,
        (Host::Is(name), Some(host)) => **name == *host,
        (Host::BeginsWith(start), Some(host)) => host.starts_with(&**start),
        (Host::EndsWith(end), Some(host)) => host.ends_with(&**end),
    };
    reach.hosts.as_ref().is_none_or(|hosts| hosts.iter().any(host))
        && reach.beginnings.as_ref().is_none_or(|list| list.iter().any(|start| request.path.starts_with(&**start)))
}

// --- what is tried --------------------------------------------------------------------------------------------------

const TEXTS: &[&str] = &["http.host", "http.path", "http.path.segments.0", "http.path.segments.0_1"];
const OTHER_TEXTS: &[&str] =
    &["http.method", "net.protocol", "tls.sni", "http.headers.x_one", "http.headers.two", "http.queries.q"];
const VALUES: &[&str] = &["/a", "/a/b", "/", "a", "a/b", "a.x", ".x", "B", "GET", "https", "1", ""];
const REGEXES: &[&str] = &["^/a", "^/(a|b)", r"(?<n>[ab])/(?<m>[ab])", "b(/a)?", "^(?<n>a)", "(x)?$", "[A-Z]"];

fn predicate() -> impl Strategy<Value = String> {
    let any_text = || prop_oneof![3 => prop::sample::select(TEXTS), 2 => prop::sample::select(OTHER_TEXTS)];
    let shaped = (any_text(), prop::sample::select(vec!["", "lower", "any", "any-lower"]));
    let left = shaped.prop_map(|(field, shape)| match shape {
        "lower" => format!("lower({field})"),
        "any" => format!("any({field})"),
        "any-lower" => format!("any(lower({field}))"),
        _ => field.to_owned(),
    });
    let operator = prop::sample::select(vec!["==", "!=", "^=", "=^", "contains"]);
    let text = (left, operator, prop::sample::select(VALUES))
        .prop_map(|(left, operator, value)| format!("{left} {operator} \"{value}\""));
    // Groups count where they are of the path, so that regexes stand there only.
    let path = prop::sample::select(vec!["http.path", "http.path.segments.0", "lower(http.path)"]);
    let regex = (path, prop::sample::select(REGEXES)).prop_map(|(field, regex)| format!("{field} ~ r#\"{regex}\"#"));
    let number = (
        prop::sample::select(vec!["net.dst.port", "net.src.port", "http.path.segments.len"]),
        prop::sample::select(vec!["==", "!=", ">", ">=", "<", "<="]),
        0..4_i64,
    );
    let number = number.prop_map(|(field, operator, value)| format!("{field} {operator} {value}"));
    let address = prop::sample::select(vec![
        "net.src.ip == 10.0.0.1",
        "net.src.ip != 10.0.0.1",
        "net.src.ip in 10.0.0.0/30",
        "net.src.ip not in 10.0.0.0/30",
        "net.src.ip in fd00::/8",
        "net.src.ip in 0.0.0.0/0",
        "net.dst.ip == 10.0.0.1",
    ]);
    prop_oneof![4 => text, 3 => regex, 1 => number, 1 => address.prop_map(str::to_owned)]
}

fn expression() -> impl Strategy<Value = String> {
    predicate().prop_recursive(4, 24, 4, |inner| {
        let joined = (prop::collection::vec(inner.clone(), 1..4), prop::sample::select(vec![" && ", " || "]));
        prop_oneof![
            joined.prop_map(|(operands, joint)| {
                operands.iter().map(|operand| format!("({operand})")).collect::<Vec<_>>().join(joint)
            }),
            // Without parentheses `||` binds closer than `&&`.
            (predicate(), predicate(), predicate()).prop_map(|(a, b, c)| format!("{a} && {b} || {c}")),
            inner.prop_map(|operand| format!("!({operand})")),
        ]
    })
}

prop_compose! {
    fn request()(
        method in prop::sample::select(vec!["GET", "POST"]),
        host in prop::sample::select(vec![None, Some("a.x"), Some("b.x"), Some("A.x"), Some("a")]),
        path in "/([abB]/?){0,4}",
        protocol in prop::sample::select(vec!["http", "https"]),
        sni in prop::sample::select(vec![None, Some("a.x"), Some("a")]),
        headers in prop::collection::vec(
            (prop::sample::select(vec!["x-one", "two"]), prop::sample::select(vec!["1", "a", "B", ""])), 0..4),
        query in prop::sample::select(vec!["", "q=1", "q=a&q=B", "p=1", "q"]),
        source in prop::sample::select(vec!["10.0.0.1", "10.0.0.2", "192.0.2.1", "fd00::1"]),
        source_port in prop::option::of(0..4_u16),
        port in 0..4_u16,
    ) -> Request {
        let source = (source.parse().unwrap(), source_port);
        Request { method, host, path, protocol, sni, headers, query, source, port }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn an_expression_is_true_of_the_same_requests_and_matches_the_same_of_their_paths(
        text in expression(),
        requests in prop::collection::vec(request(), 1..12),
    ) {
        let expression = Expression::parse(&text, Subsystem::Http).unwrap();
        let reach = expression.reach();
        for request in requests {
            let found = asked_of_us(&expression, &request);
            prop_assert_eq!(&found, &asked_of_the_engine(&text, &request), "{} of {:?}", text, request);
            prop_assert!(found.is_none() || is_within(&reach, &request), "{} reaches {:?}", text, request);
        }
    }

    #[test]
    fn what_is_no_expression_is_an_error_and_never_ends_the_program(text in ".{0,40}") {
        let _ = Expression::parse(&text, Subsystem::Http);
    }
}

#[test]
fn what_the_engine_refuses_is_refused_in_its_words() {
    let schema = schema();
    for text in [
        "",
        "http.path",
        "http.path == /a",
        r#"http.path = "/a""#,
        r#"http.nothing == "a""#,
        r#"http.path > "a""#,
        "http.path == 1",
        "net.dst.port == \"a\"",
        "net.src.ip == 10.0.0.0/8",
        "net.src.ip in 10.0.0.1",
        "net.src.ip == 999.0.0.1",
        "net.src.ip in 10.0.0.1/8",
        "lower(net.dst.port) == 1",
        r#"upper(http.path) == "a""#,
        r##"http.path ~ r#"("#"##,
        "http.path ~ 1",
        "net.dst.port ~ \"1\"",
        "net.dst.port contains 1",
        "(net.dst.port == 1",
    ] {
        let theirs = Router::new(&schema).add_matcher(0, Uuid::nil(), text).unwrap_err();
        assert_eq!(Expression::parse(text, Subsystem::Http).unwrap_err().to_string(), theirs, "{text}");
    }
    let stream = |text| Expression::parse(text, Subsystem::Stream).map(drop).map_err(|error| error.to_string());
    assert_eq!(stream(r#"http.path == "/a""#), Err("Unknown LHS field".to_owned()));
    assert_eq!(stream(r#"tls.sni == "a" && net.src.port == 1"#), Ok(()));
}

#[test]
fn the_former_name_of_the_port_still_means_it() {
    let expression = Expression::parse("net.port == 1", Subsystem::Http).unwrap();
    let request = Request {
        method: "GET",
        host: None,
        path: "/".to_owned(),
        protocol: "http",
        sni: None,
        headers: vec![],
        query: "",
        source: ("10.0.0.1".parse().unwrap(), None),
        port: 1,
    };
    assert!(expression.evaluate(&request).is_some());
    assert!(expression.evaluate(&Request { port: 2, ..request }).is_none());
}

#[test]
fn a_segment_that_no_path_can_have_is_refused() {
    for suffix in ["x", "01", "1_1", "2_1", "1_", "_"] {
        let text = format!(r#"http.path.segments.{suffix} == "a""#);
        let error = Expression::parse(&text, Subsystem::Http).unwrap_err();
        assert_eq!(error.to_string(), "illformed http.path.segments.* field", "{suffix}");
    }
}
