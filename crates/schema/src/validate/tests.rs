use serde_json::{Value, json};

use crate::testing::{entity, insert, judge, object};
use crate::{Schema, array_of, at_least_one_of, field, integer, map_of, record, set_of, string, typedefs};

#[test]
fn all_violations_come_at_once() {
    let def = entity(Schema::new([
        field("host").string().required(),
        field("port").integer().between(0, 65535),
        field("tags").of(set_of(string())),
    ]));
    let found = insert(&def, json!({"port": 70000, "tags": "one", "colour": "red"})).unwrap_err();
    assert_eq!(
        found.fields(),
        &object(json!({
            "port": "value should be between 0 and 65535",
            "tags": "expected a set",
            "colour": "unknown field",
            "host": "required field missing",
        }))
    );
    assert_eq!(
        found.message(),
        "4 schema violations (colour: unknown field; host: required field missing; port: value should be between 0 and \
         65535; tags: expected a set)"
    );
}

#[test]
fn violations_of_elements_stand_at_their_places() {
    let def = entity(Schema::new([field("tags").of(set_of(string()))]));
    let found = insert(&def, json!({"tags": ["a", 5, "b", 6, "c"]})).unwrap_err();
    assert_eq!(found.fields()["tags"], json!([null, "expected a string", null, "expected a string"]));
    assert_eq!(found.message(), "2 schema violations (tags.2: expected a string; tags.4: expected a string)");
}

#[test]
fn elements_and_values_of_maps_are_never_null() {
    assert_eq!(judge(array_of(string()), json!([null])), Err(json!(["required field missing"])));
    assert_eq!(judge(map_of(string(), string()), json!({"a": null})), Err(json!("required field missing")));
    assert_eq!(judge(set_of(record([])), json!([null])), Err(json!(["required field missing"])));
}

#[test]
fn of_a_map_the_first_violation_is_told() {
    let headers = map_of(typedefs::header_name(), array_of(string()));
    assert_eq!(judge(headers.clone(), json!({"x-a": ["b"]})), Ok(json!({"x-a": ["b"]})));
    assert_eq!(judge(headers.clone(), json!({"x-a": 5, "x-b": 6})), Err(json!("expected an array")));
    assert_eq!(judge(headers.clone(), json!({"x-a": ["b", 5]})), Err(json!([null, "expected a string"])));
    assert_eq!(
        judge(headers, json!({"x a": []})),
        Err(json!("bad header name 'x a', allowed characters are A-Z, a-z, 0-9, '_', and '-'"))
    );
}

#[test]
fn violations_within_records_stand_within_and_the_message_goes_two_levels_deep() {
    let inner = record([field("c").integer().required(), field("d").string()]);
    let outer = record([field("b").of(inner), field("list").of(set_of(string().one_of(["x", "y"])))]);
    let def = entity(Schema::new([field("a").of(outer)]));
    let found = insert(&def, json!({"a": {"b": {"d": 1, "e": 2}, "list": ["x", "z"]}})).unwrap_err();
    assert_eq!(
        found.fields()["a"],
        json!({
            "b": {"c": "required field missing", "d": "expected a string", "e": "unknown field"},
            "list": [null, "expected one of: x, y"],
        })
    );
    assert_eq!(
        found.message(),
        "2 schema violations (a.b: {\n  c = \"required field missing\",\n  d = \"expected a string\",\n  e = \"unknown \
         field\"\n}; a.list: {\n  [2] = \"expected one of: x, y\"\n})"
    );
}

#[test]
fn records_in_a_set_are_checked_as_a_whole() {
    let spot = record([field("ip").string(), field("port").integer()]).entity_checks([at_least_one_of(["ip", "port"])]);
    let def = entity(Schema::new([field("spots").of(set_of(spot))]));
    let found = insert(&def, json!({"spots": [{"ip": "a"}, {}]})).unwrap_err();
    let text = "at least one of these fields must be non-empty: 'ip', 'port'";
    assert_eq!(found.fields()["spots"], json!([null, {"@entity": [text]}]));
    assert_eq!(
        found.message(),
        format!("schema violation (spots.2: {{\n  [\"@entity\"] = {{\n    \"{text}\"\n  }}\n}})")
    );
}

#[test]
fn a_required_field_may_be_neither_absent_nor_null() {
    for body in [json!({}), json!({"host": null})] {
        let def = entity(Schema::new([field("host").string().required()]));
        assert_eq!(insert(&def, body).unwrap_err().message(), "schema violation (host: required field missing)");
    }
}

#[test]
fn null_is_kept_where_it_is_allowed_even_over_a_default() {
    let def = entity(Schema::new([field("retries").of(integer()).default(5)]));
    assert_eq!(insert(&def, json!({"retries": null})), Ok(json!({"retries": null})));
}

#[test]
fn a_vault_reference_takes_the_place_of_any_value_of_a_field_that_allows_it() {
    let reference = json!("{vault://env/certificate}");
    let open = string().len_max(3).referenceable();
    assert_eq!(judge(open.clone(), reference.clone()), Ok(reference.clone()));
    assert_eq!(judge(string().len_max(3), reference), Err(json!("length must be at most 3")));
    assert_eq!(judge(open, json!("{vault://")), Err(json!("length must be at most 3")));
}

#[test]
fn a_check_of_a_record_speaks_for_the_whole_record() {
    let config = record([field("low").number(), field("high").number()]).check(|config| {
        let at = |name: &str| config[name].as_f64();
        if at("low") <= at("high") { Ok(()) } else { Err("low is above high".to_owned()) }
    });
    assert_eq!(judge(config.clone(), json!({"low": 2, "high": 1})), Err(json!("low is above high")));
    assert_eq!(judge(config, json!({"low": "x", "high": 1})), Err(json!({"low": "expected a number"})));
}

#[test]
fn an_abstract_record_that_nothing_specifies_cannot_be_set() {
    let def = entity(Schema::new([field("config").abstract_record()]));
    assert_eq!(
        insert(&def, json!({"config": {}})).unwrap_err().fields()["config"],
        json!("error in schema definition: abstract field was not specialized")
    );
    assert_eq!(insert(&def, json!({})), Ok(json!({"config": Value::Null})));
}

#[test]
fn shared_types_name_what_they_refuse() {
    let cases = [
        (typedefs::host(), "in valid", "invalid value: in valid"),
        (typedefs::host(), "a:80", "must not have a port"),
        (typedefs::host(), "a:99999", "must not have a port"),
        (typedefs::host_with_optional_port(), "a_b..", "invalid hostname: a_b.."),
        (typedefs::host_with_optional_port(), "1.2.3", "invalid ipv4 address: 1.2.3"),
        (typedefs::host_with_optional_port(), "a:99999", "invalid port number"),
        (typedefs::sni(), "1.2.3.4", "must not be an IP"),
        (typedefs::sni(), "a:443", "must not have a port"),
        (typedefs::sni(), "*.a", "invalid value: *.a"),
        (typedefs::wildcard_host(), "a.*.b", "wildcard must be leftmost or rightmost character"),
        (typedefs::wildcard_host(), "*.*", "only one wildcard must be specified"),
        (typedefs::ip(), "localhost", "not an ip address: localhost"),
        (typedefs::ip_or_cidr(), "1.2.3.4/64", "invalid ip or cidr range: '1.2.3.4/64'"),
        (typedefs::cidr_v4(), "::1", "invalid ipv4 cidr range: '::1'"),
        (typedefs::path(), "a", "should start with: /"),
        (typedefs::path(), "/a//b", "must not have empty segments"),
        (typedefs::path(), "/a b", "invalid path: '/a b' (characters outside of the reserved list of RFC 3986 found)"),
        (typedefs::path(), "/a%2x", "invalid url-encoded value: '%2x'"),
        (typedefs::path(), "/a%", "invalid url-encoded value: '%'"),
        (typedefs::url(), "example.com", "missing host in url"),
        (typedefs::url(), "//example.com", "missing scheme in url"),
        (
            typedefs::utf8_name(),
            "bad name!",
            "invalid value 'bad name!': the only accepted ascii characters are alphanumerics or ., -, _, and ~",
        ),
    ];
    for (definition, value, violation) in cases {
        assert_eq!(judge(definition, json!(value)), Err(json!(violation)), "{value}");
    }
    for tag in ["a,b", "a/b", "a\tb", "\u{7f}"] {
        let text =
            format!("invalid tag '{tag}': expected printable ascii (except `,` and `/`) or valid utf-8 sequences");
        assert_eq!(judge(typedefs::tags(), json!([tag])), Err(json!([text])));
    }
}

#[test]
fn shared_types_accept_what_is_usual() {
    let cases = [
        (typedefs::host(), "example.com"),
        (typedefs::host(), "::1"),
        (typedefs::host_with_optional_port(), "1.2.3.4:80"),
        (typedefs::sni(), "example.com."),
        (typedefs::wildcard_host(), "*.example.com"),
        (typedefs::wildcard_host(), "example.*"),
        (typedefs::ip(), "2001:db8::1"),
        (typedefs::ip_or_cidr(), "10.0.0.0/8"),
        (typedefs::cidr_v4(), "10.0.0.0/8"),
        (typedefs::path(), "/a/%2F~(b)"),
        (typedefs::url(), "https://example.com/x"),
        (typedefs::utf8_name(), "größe-1.~_名"),
        (typedefs::tag(), "a tag: (fine) é"),
        (typedefs::header_name(), "X-My_Header"),
        (typedefs::cookie_name(), "__Host-id"),
    ];
    for (definition, value) in cases {
        assert_eq!(judge(definition, json!(value)), Ok(json!(value)));
    }
}
