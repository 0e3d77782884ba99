use serde_json::{Value, json};

use crate::testing::judge;
use crate::{Field, Rule, any_json, array_of, boolean, foreign, integer, map_of, number, record, set_of, string};

/// Each value that the field refuses, with its violation.
fn refuses(field: &Field, cases: &[(Value, &str)]) {
    for (value, violation) in cases {
        assert_eq!(judge(field.clone(), value.clone()), Err(json!(violation)), "{value}");
    }
}

fn accepts(field: &Field, values: &[Value]) {
    for value in values {
        assert_eq!(judge(field.clone(), value.clone()), Ok(value.clone()), "{value}");
    }
}

#[test]
fn each_type_names_itself_when_a_value_has_another() {
    let wrong = json!(["x"]);
    for (field, violation) in [
        (string(), "expected a string"),
        (integer(), "expected an integer"),
        (number(), "expected a number"),
        (boolean(), "expected a boolean"),
        (map_of(string(), string()), "expected a map"),
        (record([]), "expected a record"),
    ] {
        refuses(&field, &[(wrong.clone(), violation)]);
        accepts(&field, &[Value::Null]);
    }
    refuses(&array_of(string()), &[(json!("x"), "expected an array"), (json!({"a": 1}), "expected an array")]);
    refuses(&set_of(string()), &[(json!(7), "expected a set")]);
    accepts(&any_json(), &[json!([1, {"a": null}]), json!("x")]);
}

#[test]
fn integers_may_be_written_with_a_point_but_have_no_fraction() {
    assert_eq!(judge(integer(), json!(5.0)).map(|value| value.to_string()), Ok("5".to_owned()));
    assert_eq!(judge(number(), json!(-3.0)).map(|value| value.to_string()), Ok("-3".to_owned()));
    accepts(&number(), &[json!(0.5), json!(1e300)]);
    refuses(
        &integer(),
        &[
            (json!(1.5), "expected an integer"),
            (json!(1e300), "expected an integer"),
            (json!(u64::MAX), "expected an integer"),
        ],
    );
}

#[test]
fn strings_are_not_empty_unless_a_length_is_declared() {
    refuses(&string(), &[(json!(""), "length must be at least 1")]);
    accepts(&string().len_min(0), &[json!("")]);
    refuses(
        &string().starts_with("/"),
        &[(json!(""), "length must be at least 1"), (json!("a"), "should start with: /")],
    );
    refuses(&string().one_of(["a"]), &[(json!(""), "expected one of: a")]);
}

#[test]
fn values_are_compared() {
    refuses(&string().eq("a"), &[(json!("b"), "value must be a"), (Value::Null, "value must be a")]);
    refuses(&boolean().eq(true), &[(json!(false), "value must be true")]);
    refuses(&boolean().ne(true), &[(json!(true), "value must not be true")]);
    refuses(&string().ne(Value::Null), &[(Value::Null, "value must not be null")]);
    refuses(&string().eq(Value::Null), &[(json!("a"), "value must be null"), (json!(7), "value must be null")]);
    accepts(&string().eq(Value::Null), &[Value::Null]);
    accepts(&number().eq(1), &[json!(1)]);
}

#[test]
fn values_come_from_lists_or_do_not() {
    let status = integer().one_of([426, 301]);
    refuses(&status, &[(json!(200), "expected one of: 426, 301")]);
    assert_eq!(judge(status, json!(301.0)), Ok(json!(301)));
    refuses(&string().not_one_of(["a", "b"]), &[(json!("b"), "must not be one of: a, b")]);
    accepts(&string().not_one_of(["a"]), &[json!("c")]);
}

#[test]
fn numbers_lie_in_ranges() {
    let port = integer().between(0, 65535);
    refuses(
        &port,
        &[(json!(-1), "value should be between 0 and 65535"), (json!(65536), "value should be between 0 and 65535")],
    );
    accepts(&port, &[json!(0), json!(65535)]);
    refuses(&number().between(0.001, 10), &[(json!(0), "value should be between 0 and 10")]);
    refuses(
        &number().gt(0),
        &[(json!(0), "value must be greater than 0"), (json!(-0.5), "value must be greater than 0")],
    );
    refuses(&number().gt(0.5), &[(json!(0.5), "value must be greater than 0.5")]);
    refuses(&integer().timestamp(), &[(json!(0), "expected a valid timestamp")]);
    accepts(&number().timestamp(), &[json!(0.1)]);
}

#[test]
fn lengths_are_bytes_elements_or_entries() {
    refuses(&string().len_eq(2), &[(json!("abc"), "length must be 2")]);
    accepts(&string().len_eq(2), &[json!("ü")]);
    refuses(&string().len_max(3), &[(json!("üü"), "length must be at most 3")]);
    refuses(&set_of(string()).len_min(1), &[(json!([]), "length must be at least 1")]);
    refuses(&array_of(string()).len_max(1), &[(json!(["a", "b"]), "length must be at most 1")]);
    refuses(&map_of(string(), string()).len_min(1), &[(json!({}), "length must be at least 1")]);
}

#[test]
fn uuids_are_kept_in_small_letters() {
    let id = "0A1B2C3D-0000-4000-8000-00000000000F";
    assert_eq!(judge(string().uuid(), json!(id)), Ok(json!(id.to_lowercase())));
    let bare = json!("0a1b2c3d00004000800000000000000f");
    refuses(
        &string().uuid(),
        &[(json!("x"), "expected a valid UUID"), (bare, "expected a valid UUID"), (json!(""), "expected a valid UUID")],
    );
}

#[test]
fn patterns_speak_with_their_own_words_if_they_have_any() {
    refuses(&string().match_pattern("^%u+$"), &[(json!("get"), "invalid value: get")]);
    refuses(&string().not_match("^x"), &[(json!("xy"), "invalid value: xy")]);
    let rules = || [Rule::new("%.%.", "no two dots"), Rule::new("/", "no slash")];
    refuses(&string().match_none(rules()), &[(json!("a/..b"), "no two dots"), (json!("a/b"), "no slash")]);
    refuses(&string().match_all(rules()), &[(json!("a/b"), "no two dots"), (json!("a..b"), "no slash")]);
    refuses(&string().match_any(["^a", "^b"], Some("a or b")), &[(json!("c"), "a or b")]);
    refuses(&string().match_any(["^a"], None), &[(json!("c"), "invalid value: c")]);
    accepts(&string().match_any(["^a", "^b"], None), &[json!("bc")]);
}

#[test]
fn regular_expressions_may_look_around() {
    refuses(&string().is_regex(), &[(json!("(["), "not a valid regex: ([")]);
    accepts(&string().is_regex(), &[json!("a(?!b)"), json!(r"(a)\1")]);
}

#[test]
fn arrays_contain_what_they_must() {
    refuses(
        &set_of(string()).contains("exp"),
        &[(json!(["nbf"]), "expected to contain: exp"), (json!([]), "expected to contain: exp")],
    );
    accepts(&set_of(string()).contains("exp"), &[json!(["nbf", "exp"]), Value::Null]);
}

#[test]
fn subsets_exclude_one_another() {
    let field = set_of(string()).mutually_exclusive_subsets([vec!["a", "b"], vec!["c"], vec!["d", "e"]]);
    accepts(&field, &[json!(["b", "a"]), json!(["c"]), json!(["other", "d"])]);
    refuses(&field, &[(json!(["e", "a", "b"]), "these sets are mutually exclusive: ('d', 'e'), ('a', 'b')")]);
}

#[test]
fn functions_check_what_nothing_else_can() {
    let even = number().check(|value| {
        if value.as_f64().is_some_and(|number| number % 2.0 == 0.0) { Ok(()) } else { Err("odd".to_owned()) }
    });
    refuses(&even, &[(json!(3), "odd"), (json!("3"), "expected a number")]);
    let short = string().check_str(|text| if text.len() < 3 { Ok(()) } else { Err(format!("{text} is long")) });
    refuses(&short, &[(json!("abc"), "abc is long")]);
}

#[test]
fn one_text_can_stand_for_all_checks_of_a_field_but_not_for_its_type() {
    let field = string().one_of(["a"]).err("no such thing");
    refuses(&field, &[(json!("b"), "no such thing"), (json!(1), "expected a string")]);
    refuses(&string().eq(Value::Null).err("cannot be set"), &[(json!("b"), "cannot be set")]);
    refuses(&string().ne(Value::Null).err("must be set"), &[(Value::Null, "must be set")]);
}

#[test]
fn only_the_first_violation_counts_whatever_the_order_of_declaration() {
    let field = string().match_pattern("^%d+$").len_max(2).one_of(["1", "abc"]);
    refuses(&field, &[(json!("xyz"), "expected one of: 1, abc"), (json!("abc"), "length must be at most 2")]);
}

#[test]
fn a_check_declared_again_replaces_the_first() {
    accepts(&integer().between(0, 1).between(0, 9), &[json!(5)]);
}

#[test]
fn references_to_records_have_an_id() {
    let id = "0A1B2C3D-0000-4000-8000-00000000000F";
    let field = foreign("people");
    assert_eq!(judge(field.clone(), json!({"id": id, "name": "x"})), Ok(json!({"id": id.to_lowercase()})));
    for (value, violation) in [
        (json!({}), "missing primary key"),
        (json!({"name": "x"}), "missing primary key"),
        (json!("x"), "missing primary key"),
        (json!(3), "missing primary key"),
        (json!({"id": null}), "required field missing"),
        (json!({"id": "x"}), "expected a valid UUID"),
        (json!({"id": 7}), "expected a string"),
    ] {
        assert_eq!(judge(field.clone(), value), Err(json!({"id": violation})));
    }
    assert_eq!(judge(field.required(), Value::Null), Err(json!("required field missing")));
}
