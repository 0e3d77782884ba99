use gibbon_entities::Body;
use gibbon_plugin_api::{Headers, RequestHead};
use gibbon_schema::Object;
use http::{HeaderName, HeaderValue, Method, Version};
use serde_json::{Value, json};

use super::{Format, Propagation, SpanId, TraceId};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

fn propagation(config: Value) -> Propagation {
    Propagation::read(Body::new(config.as_object().unwrap()), Format::W3c).unwrap()
}

fn headers(fields: &[(&str, &str)]) -> Headers {
    let mut headers = Headers::default();
    for (name, value) in fields {
        headers.append(HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    headers
}

/// What is extracted from these fields in one format, as text: trace, span, parent, sampled.
fn extracted(format: &str, fields: &[(&str, &str)]) -> (String, String, String, Option<bool>) {
    let propagation = propagation(json!({ "propagation": { "extract": [format] } }));
    let context = propagation.extract(&headers(fields)).context;
    let text = |id: Option<String>| id.unwrap_or_default();
    (
        text(context.trace.map(|id| id.to_string())),
        text(context.span.map(|id| id.to_string())),
        text(context.parent.map(|id| id.to_string())),
        context.sampled,
    )
}

fn found(trace: &str, span: &str, parent: &str, sampled: Option<bool>) -> (String, String, String, Option<bool>) {
    (trace.to_owned(), span.to_owned(), parent.to_owned(), sampled)
}

fn nothing() -> (String, String, String, Option<bool>) {
    found("", "", "", None)
}

/// The fields that go upstream, and the ids for logs, of a request that came with `fields`.
fn passed_on(config: Value, fields: &[(&str, &str)]) -> (Vec<(String, String)>, Value) {
    let propagation = propagation(config);
    let mut head = RequestHead::new(Method::GET, "/".parse().unwrap(), Version::HTTP_11, headers(fields));
    let extracted = propagation.extract(&head.headers);
    let mut context = extracted.context.clone();
    context.trace = context.trace.or(TraceId::from_hex(TRACE));
    context.parent = context.span;
    context.span = Some(SpanId([1; 8]));
    let mut ids = Object::new();
    propagation.inject(&mut head, &context, &extracted, &mut ids);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let mut all: Vec<_> = head.headers.iter().map(|(name, value)| (text(name).to_lowercase(), text(value))).collect();
    all.sort();
    (all, Value::Object(ids))
}

fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn w3c_is_read_as_the_recommendation_says() {
    let read = |value: &str| extracted("w3c", &[("traceparent", value)]);
    assert_eq!(read(&format!("00-{TRACE}-{SPAN}-01")), found(TRACE, SPAN, "", Some(true)));
    assert_eq!(read(&format!("00-{TRACE}-{SPAN}-02")), found(TRACE, SPAN, "", Some(false)));
    for bad in [
        String::new(),
        format!("01-{TRACE}-{SPAN}-01"),
        format!("00-{TRACE}-{SPAN}-1"),
        format!("00-{TRACE}-{SPAN}-01-x"),
        format!("00-{}-{SPAN}-01", "0".repeat(32)),
        format!("00-{TRACE}-{}-01", "0".repeat(16)),
        format!("00-{}-{SPAN}-01", "g".repeat(32)),
        format!("00-+{}-{SPAN}-01", &TRACE[1..]),
    ] {
        assert_eq!(read(&bad), nothing(), "{bad}");
    }
}

#[test]
fn b3_is_read_from_several_fields_and_from_one() {
    let parent = "0000000000000009";
    let several =
        [("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN), ("x-b3-parentspanid", parent), ("x-b3-sampled", "0")];
    assert_eq!(extracted("b3", &several), found(TRACE, SPAN, parent, Some(false)));
    let short = format!("{:0>32}", &TRACE[16..]);
    assert_eq!(
        extracted("b3", &[("x-b3-traceid", &TRACE[16..]), ("x-b3-flags", "1")]),
        found(&short, "", "", Some(true))
    );
    assert_eq!(extracted("b3", &[("x-b3-traceid", TRACE), ("x-b3-spanid", "xyz")]), nothing());
    for (single, expected) in [
        (format!("{TRACE}-{SPAN}"), found(TRACE, SPAN, "", None)),
        (format!("{TRACE}-{SPAN}-1"), found(TRACE, SPAN, "", Some(true))),
        (format!("{TRACE}-{SPAN}-d-{parent}"), found(TRACE, SPAN, parent, Some(true))),
        (format!("{TRACE}-{SPAN}-0-{parent}"), found(TRACE, SPAN, parent, Some(false))),
        ("1".to_owned(), found("", "", "", Some(true))),
        ("0".to_owned(), found("", "", "", Some(false))),
        (format!("{TRACE}-{SPAN}-x"), nothing()),
        (TRACE.to_owned(), nothing()),
    ] {
        assert_eq!(extracted("b3", &[("b3", &single)]), expected, "{single}");
    }
    assert_eq!(extracted("b3", &[("tracestate", &format!("b3={TRACE}-{SPAN}"))]), found(TRACE, SPAN, "", None));
    assert_eq!(extracted("b3", &[("tracestate", "vendor=1")]), nothing());
}

#[test]
fn the_other_formats_are_read() {
    for (format, fields, expected) in [
        ("jaeger", vec![("uber-trace-id", format!("{TRACE}:{SPAN}:0:1"))], found(TRACE, SPAN, "", Some(true))),
        (
            "jaeger",
            vec![("uber-trace-id", "abc:1:2:00".into())],
            found(&format!("{:0>32}", "abc"), "0000000000000001", "0000000000000002", Some(false)),
        ),
        ("jaeger", vec![("uber-trace-id", format!("{TRACE}:0:0:1"))], nothing()),
        (
            "ot",
            vec![
                ("ot-tracer-traceid", TRACE.into()),
                ("ot-tracer-spanid", SPAN.into()),
                ("ot-tracer-sampled", "true".into()),
            ],
            found(TRACE, SPAN, "", Some(true)),
        ),
        ("ot", vec![("ot-tracer-traceid", "1".into())], nothing()),
        (
            "aws",
            vec![("x-amzn-trace-id", format!("Root=1-{}-{};Parent={SPAN}; Sampled=1;x=y", &TRACE[..8], &TRACE[8..]))],
            found(TRACE, SPAN, "", Some(true)),
        ),
        ("aws", vec![("x-amzn-trace-id", format!("Root=2-{}-{}", &TRACE[..8], &TRACE[8..]))], nothing()),
        (
            "gcp",
            vec![("x-cloud-trace-context", format!("{TRACE}/255;o=1"))],
            found(TRACE, "00000000000000ff", "", Some(true)),
        ),
        (
            "gcp",
            vec![("x-cloud-trace-context", format!("{TRACE}/255"))],
            found(TRACE, "00000000000000ff", "", Some(false)),
        ),
        ("gcp", vec![("x-cloud-trace-context", format!("{TRACE}/x"))], nothing()),
        (
            "datadog",
            vec![
                ("x-datadog-trace-id", " 256 ".into()),
                ("x-datadog-parent-id", "15".into()),
                ("x-datadog-sampling-priority", "2".into()),
            ],
            found(&format!("{:0>32}", "100"), "000000000000000f", "", Some(true)),
        ),
        ("datadog", vec![("x-datadog-trace-id", "12x".into())], nothing()),
        (
            "instana",
            vec![
                ("x-instana-t", TRACE.into()),
                ("x-instana-s", SPAN.into()),
                ("x-instana-l", "1,correlationType=web".into()),
            ],
            found(TRACE, SPAN, "", Some(true)),
        ),
        ("instana", vec![("x-instana-l", "0".into())], found("", "", "", Some(false))),
    ] {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
        assert_eq!(extracted(format, &fields), expected, "{format} {fields:?}");
    }
}

#[test]
fn each_format_is_written() {
    let came = [("traceparent", &*format!("00-{TRACE}-{SPAN}-01"))];
    let written = |format: &str| {
        let config = json!({ "propagation": { "extract": ["w3c"], "clear": ["traceparent"], "inject": [format] } });
        passed_on(config, &came)
    };
    let low = u64::from_str_radix(&TRACE[16..], 16).unwrap().to_string();
    let own = "0101010101010101";
    let number = 0x0101_0101_0101_0101_u64.to_string();
    for (format, name, id, fields) in [
        ("w3c", "w3c", TRACE, vec![("traceparent", format!("00-{TRACE}-{own}-01"))]),
        (
            "b3",
            "b3",
            TRACE,
            vec![
                ("x-b3-parentspanid", SPAN.into()),
                ("x-b3-sampled", "1".into()),
                ("x-b3-spanid", own.into()),
                ("x-b3-traceid", TRACE.into()),
            ],
        ),
        ("b3-single", "b3", TRACE, vec![("b3", format!("{TRACE}-{own}-1-{SPAN}"))]),
        ("jaeger", "jaeger", TRACE, vec![("uber-trace-id", format!("{TRACE}:{own}:{SPAN}:01"))]),
        (
            "ot",
            "ot",
            TRACE,
            vec![
                ("ot-tracer-sampled", "1".into()),
                ("ot-tracer-spanid", own.into()),
                ("ot-tracer-traceid", TRACE.into()),
            ],
        ),
        (
            "aws",
            "aws",
            TRACE,
            vec![("x-amzn-trace-id", format!("Root=1-{}-{};Parent={own};Sampled=1", &TRACE[..8], &TRACE[8..]))],
        ),
        ("gcp", "gcp", TRACE, vec![("x-cloud-trace-context", format!("{TRACE}/{number};o=1"))]),
        (
            "datadog",
            "datadog",
            &low,
            vec![
                ("x-datadog-parent-id", number.clone()),
                ("x-datadog-sampling-priority", "1".into()),
                ("x-datadog-trace-id", low.clone()),
            ],
        ),
        (
            "instana",
            "instana",
            TRACE,
            vec![("x-instana-l", "1".into()), ("x-instana-s", own.into()), ("x-instana-t", TRACE.into())],
        ),
    ] {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
        assert_eq!(written(format), (pairs(&fields), json!({ name: id })), "{format}");
    }
}

#[test]
fn a_context_goes_on_as_it_came_or_else_in_the_default_format() {
    let config = json!({ "header_type": "preserve", "propagation": { "default_format": "w3c" } });
    let names = |fields: &[(&str, &str)]| {
        passed_on(config.clone(), fields).0.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(&[]), "traceparent");
    assert_eq!(names(&[("b3", &format!("{TRACE}-{SPAN}-1"))]), "b3");
    assert_eq!(names(&[("x-b3-sampled", "1")]), "x-b3-sampled x-b3-spanid x-b3-traceid");
    assert_eq!(
        names(&[("uber-trace-id", &format!("{TRACE}:{SPAN}:0:1")), ("uberctx-k", "a%20b")]),
        "uber-trace-id uberctx-k"
    );
    assert_eq!(
        names(&[("tracestate", "vendor=1"), ("traceparent", &format!("00-{TRACE}-{SPAN}-01"))]),
        "traceparent tracestate"
    );
}

#[test]
fn an_id_keeps_its_length_where_the_format_allows_it() {
    let short = &TRACE[16..];
    let came = [("x-b3-traceid", short), ("x-b3-spanid", SPAN)];
    let config = |format: &str| json!({ "propagation": { "extract": ["b3"], "inject": [format] } });
    assert_eq!(passed_on(config("jaeger"), &came).1, json!({ "jaeger": short }));
    assert_eq!(passed_on(config("w3c"), &came).1, json!({ "w3c": format!("{short:0>32}") }));
}

#[test]
fn former_fields_count_until_the_new_ones_say_something() {
    let came = [("uber-trace-id", &*format!("{TRACE}:{SPAN}:0:1"))];
    let ids = |config: Value| passed_on(config, &came).1;
    let former =
        json!({ "header_type": "gcp", "default_header_type": "b3", "propagation": { "default_format": "w3c" } });
    assert_eq!(ids(former), json!({ "jaeger": TRACE, "gcp": TRACE }));
    let ignored =
        json!({ "header_type": "ignore", "default_header_type": "ot", "propagation": { "default_format": "w3c" } });
    assert_eq!(ids(ignored), json!({ "ot": TRACE[16..] }));
    let new = json!({ "header_type": "gcp", "propagation": { "inject": ["aws"], "default_format": "w3c" } });
    assert_eq!(ids(new), json!({ "aws": TRACE }));
    assert_eq!(ids(json!({ "propagation": { "default_format": "w3c" } })), json!({}));
}

#[test]
fn what_strangers_send_is_never_too_much() {
    let long = "9".repeat(5000);
    for name in [
        "traceparent",
        "b3",
        "x-b3-traceid",
        "uber-trace-id",
        "ot-tracer-traceid",
        "x-datadog-trace-id",
        "x-amzn-trace-id",
        "x-cloud-trace-context",
        "x-instana-t",
    ] {
        for format in ["w3c", "b3", "jaeger", "ot", "datadog", "aws", "gcp", "instana"] {
            assert_eq!(extracted(format, &[(name, &long)]), nothing(), "{name} {format}");
        }
    }
}
