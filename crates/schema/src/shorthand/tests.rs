use serde_json::json;

use crate::testing::{entity, everything, insert, object, update};
use crate::{Schema, array_of, field, record, shorthand};

#[test]
fn a_shorthand_overrides_the_fields_that_it_stands_for() {
    let record = insert(&everything(), json!({"pair": "p", "name": "n", "limits": {"low": 1, "high": 2}})).unwrap();
    assert_eq!(record["name"], "p");
    assert_eq!(record["limits"], json!({"low": 1, "high": 7, "deep": {"on": true}}));
    assert!(record.get("pair").is_none());
}

#[test]
fn a_shorthand_of_the_wrong_type_is_all_that_is_told() {
    let found = insert(&everything(), json!({"pair": 5, "tags": 7})).unwrap_err();
    assert_eq!(found.fields(), &object(json!({"pair": "expected a string"})));
}

#[test]
fn a_shorthand_of_null_is_as_good_as_none() {
    assert_eq!(insert(&everything(), json!({"pair": null, "name": "n"})).unwrap()["name"], "n");
}

#[test]
fn a_former_name_writes_the_present_field() {
    let record = insert(&everything(), json!({"limits": {"minimum": 3}})).unwrap();
    assert_eq!(record["limits"], json!({"low": 3, "high": null, "deep": {"on": true}}));
}

#[test]
fn a_former_name_may_be_sent_with_the_present_one_only_for_the_same_value() {
    assert!(insert(&everything(), json!({"limits": {"minimum": 3, "low": 3.0}})).is_ok());
    assert!(insert(&everything(), json!({"limits": {"minimum": 3, "low": null}})).is_ok());
    let found = insert(&everything(), json!({"limits": {"minimum": 3, "low": 4}})).unwrap_err();
    let text = "both deprecated and new field are used but their values mismatch: minimum = 3 vs low = 4";
    assert_eq!(found.fields(), &object(json!({"limits": {"minimum": text}})));
}

#[test]
fn a_change_by_a_former_name_is_not_measured_against_the_stored_value() {
    let existing = insert(&everything(), json!({"limits": {"low": 4, "high": 5}})).unwrap();
    let record = update(&everything(), &existing, json!({"limits": {"minimum": 3}})).unwrap();
    assert_eq!(record["limits"], json!({"low": 3, "high": 5, "deep": {"on": true}}));
}

#[test]
fn shorthands_work_in_the_records_of_an_array_and_name_the_place_of_a_violation() {
    let double = shorthand(field("both").integer(), |value| object(json!({"a": value, "b": value})));
    let inner = record([field("a").integer(), field("b").integer()]).shorthands([double]);
    let def = entity(Schema::new([field("list").of(array_of(inner))]));
    assert_eq!(insert(&def, json!({"list": [{"both": 1}]})), Ok(json!({"list": [{"a": 1, "b": 1}]})));
    let found = insert(&def, json!({"list": [{"both": 1}, {"both": "x"}]})).unwrap_err();
    assert_eq!(found.message(), "schema violation (list.2: {\n  both = \"expected an integer\"\n})");
}

#[test]
fn answers_carry_the_former_name_beside_the_present_one() {
    let (def, env) = (everything(), crate::testing::Fixed::default());
    let record = object(insert(&def, json!({"limits": {"low": 3}})).unwrap());
    let view = def.view(&record, &env);
    assert_eq!(view["limits"], json!({"low": 3, "high": null, "deep": {"on": true}, "minimum": 3}));
}
