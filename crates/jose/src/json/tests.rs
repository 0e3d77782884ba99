use super::*;

fn parse(text: &str) -> Result<JsonObject, JsonError> {
    JsonObject::parse(text, &Limits::default())
}

fn bytes(bytes: &[u8]) -> Result<Document, JsonError> {
    Document::parse(bytes.to_vec(), &Limits::default())
}

#[test]
fn members_are_found_by_name_and_kept_in_order() {
    let object = parse(r#" { "iss" : "k" , "exp":1700000000.5, "admin":true,"none":null } "#).unwrap();
    assert_eq!(object.get_str("iss").as_deref(), Some("k"));
    assert_eq!(object.get_number("exp"), Some(1_700_000_000.5));
    assert!(matches!(object.get("admin"), Some(JsonValue::Bool(true))));
    assert!(object.contains("none") && !object.contains("nbf"));
    assert_eq!(object.iter().map(|(name, _)| name.into_owned()).collect::<Vec<_>>(), ["iss", "exp", "admin", "none"]);
    assert_eq!((object.len(), object.is_empty(), parse("{}").unwrap().is_empty()), (4, false, true));
}

#[test]
fn a_value_of_another_type_is_not_taken_for_a_string_or_a_number() {
    let object = parse(r#"{"a":1,"b":"1","c":["x"],"d":{"key":"x"},"e":null,"f":true}"#).unwrap();
    for name in ["a", "c", "d", "e", "f"] {
        assert_eq!(object.get_str(name), None, "{name}");
    }
    for name in ["b", "c", "d", "e", "f"] {
        assert_eq!(object.get_number(name), None, "{name}");
    }
}

#[test]
fn escapes_are_read_in_names_and_values() {
    let object = parse(r#"{"\u0069ss":"a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00z\u0000","e\u0301":"\u20ac1"}"#).unwrap();
    assert_eq!(object.get_str("iss").as_deref(), Some("a\"\\/\u{8}\u{c}\n\r\té😀z\0"));
    assert_eq!(object.get_str("e\u{301}").as_deref(), Some("€1"));
}

#[test]
fn a_string_ends_where_its_quote_stands_however_long_it_is() {
    for length in 0..40 {
        let plain = "é€x😀-_.~".chars().cycle().take(length).collect::<String>();
        assert_eq!(parse(&format!(r#"{{"a":"{plain}","b":1}}"#)).unwrap().get_str("a").as_deref(), Some(&*plain));
        let escaped = format!(r#"{{"a":"{plain}\"{plain}"}}"#);
        assert_eq!(parse(&escaped).unwrap().get_str("a").unwrap(), format!("{plain}\"{plain}"));
        for control in ['\u{0}', '\u{1f}', '\n'] {
            assert_eq!(parse(&format!(r#"{{"a":"{plain}{control}"}}"#)), Err(JsonError::Syntax), "{length}");
        }
        assert_eq!(parse(&format!(r#"{{"a":"{plain}"#)), Err(JsonError::Syntax));
    }
}

#[test]
fn names_that_begin_alike_are_different_names() {
    let object = parse(r#"{"a":1,"a\u0000":2,"aaaaaaaa":3,"aaaaaaaaa":4,"aaaaaaaab":5,"":6}"#).unwrap();
    assert_eq!(object.len(), 6);
    assert_eq!(parse(r#"{"aaaaaaaaa":1,"aaaaaaaa\u0061":2}"#), Err(JsonError::DuplicateMember));
    assert_eq!(parse(r#"{"":1,"":2}"#), Err(JsonError::DuplicateMember));
}

#[test]
fn what_is_nested_is_reached_by_path() {
    let object =
        parse(r#"{"realm":{"roles":[ "admin" , "ops",[1] ],"deep":{"n":-7}},"empty":{"a":[],"o":{}}}"#).unwrap();
    let roles = object.at_path(["realm", "roles"]).unwrap();
    assert_eq!(roles.items().filter_map(JsonValue::as_str).collect::<Vec<_>>(), ["admin", "ops"]);
    assert_eq!(roles.items().count(), 3);
    assert!(
        matches!(object.at_path(["realm", "deep", "n"]), Some(JsonValue::Number(n)) if n.as_i64() == Some(-7) && n.as_str() == "-7")
    );
    assert!(object.at_path(["realm", "deep", "x"]).is_none() && object.at_path(["realm", "roles", "0"]).is_none());
    assert_eq!(object.at_path(["empty", "a"]).unwrap().items().count(), 0);
    assert_eq!(object.get("empty").unwrap().members().count(), 2);
    assert_eq!(object.at_path(["empty", "o"]).unwrap().members().count(), 0);
    assert!(object.at_path([]).is_none());
}

#[test]
fn duplicate_members_are_refused_at_any_depth() {
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"b":2,"\u0061":3}"#,
        r#"{"a":{"b":1,"b":2}}"#,
        r#"{"a":[{"b":1},{"b":1,"c":[],"b":2}]}"#,
        r#"{"":1,"":2}"#,
    ] {
        assert_eq!(parse(text), Err(JsonError::DuplicateMember), "{text}");
    }
    let same_names_elsewhere = r#"{"a":{"a":{"a":1},"b":2},"b":[{"a":1},{"a":2}],"A":3}"#;
    assert!(parse(same_names_elsewhere).is_ok());
}

#[test]
fn numbers_are_json_numbers_and_finite() {
    for number in ["0", "-0", "10", "-1", "1.5", "1e3", "1E+3", "1.25e-3", "9007199254740993", "1e308", "1e-400"] {
        assert!(parse(&format!(r#"{{"n":{number}}}"#)).is_ok(), "{number}");
    }
    for number in [
        "NaN",
        "Infinity",
        "-Infinity",
        "nan",
        "inf",
        "01",
        "-01",
        "+1",
        ".5",
        "1.",
        "1e",
        "1e+",
        "0x10",
        "-",
        "1_0",
        "١",
    ] {
        assert_eq!(parse(&format!(r#"{{"n":{number}}}"#)), Err(JsonError::Syntax), "{number}");
    }
    for number in ["1e400", "-1e400", "1e999999999999", &"9".repeat(400)] {
        assert_eq!(parse(&format!(r#"{{"n":{number}}}"#)), Err(JsonError::NotFinite), "{number}");
    }
}

#[test]
fn what_is_not_json_is_refused() {
    for text in [
        "",
        " ",
        "{",
        "}",
        "{]",
        "{}x",
        "{} {}",
        "{a:1}",
        "{'a':1}",
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{"a":1,}"#,
        r#"{,}"#,
        r#"{"a":[1,]}"#,
        r#"{"a":[,]}"#,
        r#"{"a":[1 2]}"#,
        r#"{"a":tru}"#,
        r#"{"a":nul}"#,
        r#"{"a":"x}"#,
        r#"{"a":"\x"}"#,
        r#"{"a":"\u12g4"}"#,
        r#"{"a":"\u12"}"#,
        "{\"a\":\"x\ny\"}",
        "{\"a\":\"x\ty\"}",
        "{\"a\":1}\0",
        "\u{feff}{}",
        "//c\n{}",
        r#"{"a":"\"#,
        r#"{"a":"\u"#,
    ] {
        assert_eq!(parse(text), Err(JsonError::Syntax), "{text}");
    }
}

#[test]
fn what_is_not_unicode_is_refused() {
    for text in
        [r#"{"a":"\ud800"}"#, r#"{"a":"\udc00"}"#, r#"{"a":"\ud800\u0041"}"#, r#"{"a":"\ud800x"}"#, r#"{"\udfff":1}"#]
    {
        assert_eq!(parse(text), Err(JsonError::Unicode), "{text}");
    }
    for raw in [&b"{\"a\":\"\xff\"}"[..], b"{\"a\":\"\xc0\x80\"}", b"{\"a\":\"\xed\xa0\x80\"}", b"\xef{}"] {
        assert_eq!(bytes(raw).map(|_| ()), Err(JsonError::Unicode), "{raw:?}");
    }
}

#[test]
fn other_documents_are_json_but_no_objects() {
    for text in ["1", "null", "true", "\"x\"", "[]", "[{\"a\":1}]", " 0 "] {
        assert!(matches!(bytes(text.as_bytes()), Ok(Document::Other)), "{text}");
        assert_eq!(parse(text), Err(JsonError::Syntax), "{text}");
    }
}

#[test]
fn depth_and_members_are_bounded() {
    let limits = Limits { max_bytes: 1000, max_depth: 4, max_members: 4 };
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    assert!(JsonObject::parse(&nested(4), &limits).is_ok());
    assert_eq!(JsonObject::parse(&nested(5), &limits), Err(JsonError::TooDeep));
    let endless = Limits { max_depth: usize::MAX, ..limits };
    assert_eq!(JsonObject::parse(&nested(100_000), &endless), Err(JsonError::TooDeep));

    assert!(JsonObject::parse(r#"{"a":{"b":1},"c":[{"b":1}]}"#, &limits).is_ok());
    assert_eq!(JsonObject::parse(r#"{"a":{"b":1},"c":[{"b":1,"d":1}]}"#, &limits), Err(JsonError::TooManyMembers));
}
