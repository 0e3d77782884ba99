use http::HeaderValue;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn read(content_type: &str, body: impl AsRef<[u8]>) -> Result<Payload, ApiError> {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(content_type).unwrap());
    run(&headers, body)
}

fn run(headers: &HeaderMap, body: impl AsRef<[u8]>) -> Result<Payload, ApiError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(parse(headers, Bytes::copy_from_slice(body.as_ref())))
}

fn form(body: &str) -> Value {
    let payload = read("application/x-www-form-urlencoded", body).unwrap();
    assert_eq!(payload.kind, PayloadKind::Form);
    payload.values.into()
}

fn bad_body(outcome: Result<Payload, ApiError>) -> &'static str {
    match outcome {
        Err(ApiError::BadBody(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn json_keeps_its_types() {
    let payload = read("application/json; charset=utf-8", r#"{"port": 80, "tags": ["a"], "path": null}"#).unwrap();
    assert_eq!(payload.kind, PayloadKind::Json);
    assert_eq!(Value::from(payload.values), json!({"port": 80, "tags": ["a"], "path": null}));
}

#[test]
fn what_is_no_json_object_is_refused() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    for body in ["", "{oops", "[1]", "1", "null", "{}{}", "{\"a\":1e999}", "\u{feff}{}", deep.as_str()] {
        assert_eq!(bad_body(read("application/json", body)), "Cannot parse JSON body", "{body:.20}");
    }
    assert_eq!(bad_body(read("application/json", b"{\"a\":\"\xff\"}")), "Cannot parse JSON body");
}

#[test]
fn form_fields_become_members_lists_and_records() {
    let cases = [
        ("", json!({})),
        ("name=a&host=b", json!({"name": "a", "host": "b"})),
        ("name=a+b%20c%26&empty=", json!({"name": "a b c&", "empty": ""})),
        ("paths=/a&paths=/b", json!({"paths": ["/a", "/b"]})),
        ("paths[]=/a", json!({"paths": ["/a"]})),
        ("paths%5B%5D=/a&paths%5B%5D=/b", json!({"paths": ["/a", "/b"]})),
        ("paths[2]=/b&paths[1]=/a", json!({"paths": ["/a", "/b"]})),
        ("paths[1]=/a&paths[]=/b&paths=/c", json!({"paths": ["/a", "/b", "/c"]})),
        ("a[999999999]=x", json!({"a": ["x"]})),
        ("a[99999999999999999999]=x", json!({"a": {"99999999999999999999": "x"}})),
        ("config.x=1&config.limits.sms.minute=10", json!({"config": {"x": "1", "limits": {"sms": {"minute": "10"}}}})),
        ("headers.X-A=1&headers.X-A=2", json!({"headers": {"X-A": ["1", "2"]}})),
        ("headers.X-A[]=1", json!({"headers": {"X-A": ["1"]}})),
        ("a[b]=c&a[d.e]=f", json!({"a": {"b": "c", "d.e": "f"}})),
        ("sources[1].ip=10.0.0.1&sources[1].port=80", json!({"sources": [{"ip": "10.0.0.1", "port": "80"}]})),
        ("sources[].ip=10.0.0.1&sources[].port=80", json!({"sources": [{"ip": "10.0.0.1", "port": "80"}]})),
        ("service.id=x", json!({"service": {"id": "x"}})),
        ("enabled&&=x&name=a=b", json!({"enabled": true, "name": "a=b"})),
        (".a=1&b.=2", json!({".a": "1", "b.": "2"})),
        ("service=x&service.id=y", json!({"service": ["x", {"id": "y"}]})),
    ];
    for (body, expected) in cases {
        assert_eq!(form(body), expected, "{body}");
    }
}

#[test]
fn a_form_is_bounded() {
    assert!(bad_body(read("application/x-www-form-urlencoded", "a=1&".repeat(1001))).contains("too many"));
    let deep = format!("a{}=1", ".b".repeat(100));
    assert!(bad_body(read("application/x-www-form-urlencoded", deep)).contains("deeply"));
    assert!(bad_body(read("application/x-www-form-urlencoded", "a=%FF")).contains("UTF-8"));
}

#[test]
fn parts_and_files_are_their_text() {
    let body = "--X\r\nContent-Disposition: form-data; name=\"algorithm\"\r\n\r\nRS256\r\n\
        --X\r\nContent-Disposition: form-data; name=\"rsa_public_key\"; filename=\"key.pem\"\r\n\
        Content-Type: application/octet-stream\r\n\r\n-----BEGIN\nabc\n\r\n\
        --X\r\nContent-Disposition: form-data; name=\"config.tags%5B%5D\"\r\n\r\n\r\n--X--\r\n";
    let payload = read("multipart/form-data; boundary=X", body).unwrap();
    assert_eq!(payload.kind, PayloadKind::Form);
    let expected = json!({"algorithm": "RS256", "rsa_public_key": "-----BEGIN\nabc\n", "config": {"tags": [""]}});
    assert_eq!(Value::from(payload.values), expected);
}

#[test]
fn broken_multipart_is_refused() {
    let unnamed = "--X\r\nContent-Disposition: form-data\r\n\r\na\r\n--X--\r\n";
    let cut = "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb";
    for body in [unnamed, cut, "no boundary at all"] {
        assert_eq!(bad_body(read("multipart/form-data; boundary=X", body)), "Cannot parse multipart body", "{body}");
    }
    assert_eq!(bad_body(read("multipart/form-data", unnamed)), "Cannot parse multipart body");
}

#[test]
fn only_three_types_are_read_and_a_body_needs_one() {
    assert!(run(&HeaderMap::new(), "").unwrap().values.is_empty());
    assert!(read("multipart/form-data", "").unwrap().values.is_empty());
    for (content_type, body) in
        [("text/plain", ""), ("application/yaml", "a: 1"), ("application/jsonp", "{}"), ("", "")]
    {
        assert!(matches!(read(content_type, body), Err(ApiError::UnsupportedMediaType)), "{content_type}");
    }
    assert!(matches!(run(&HeaderMap::new(), "a=1"), Err(ApiError::UnsupportedMediaType)));
}

#[test]
fn two_content_types_are_refused() {
    let mut headers = HeaderMap::new();
    headers.append(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.append(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    assert!(bad_body(run(&headers, "{}")).contains("Content-Type"));
}

fn is_the_clients_fault(outcome: &Result<Payload, ApiError>) -> bool {
    matches!(outcome, Ok(_) | Err(ApiError::BadBody(_) | ApiError::UnsupportedMediaType))
}

proptest! {
    #[test]
    fn random_bytes_are_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        for content_type in ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=X"] {
            prop_assert!(is_the_clients_fault(&read(content_type, &body)));
        }
    }

    #[test]
    fn random_forms_are_read_or_refused(body in "[ab\\[\\]\\.=&%50BDé1-]{0,60}") {
        prop_assert!(is_the_clients_fault(&read("application/x-www-form-urlencoded", &body)));
    }

    #[test]
    fn random_parts_are_read_or_refused(inner in "(--X|\r\n|: |;|=|\"|form-data|name|Content-Disposition|[a-z]){0,40}") {
        let body = format!("--X\r\n{inner}\r\n--X--");
        prop_assert!(is_the_clients_fault(&read("multipart/form-data; boundary=X", body)));
    }
}
