use serde_json::{Value, json};

use crate::testing::{Fixed, entity, everything, object};
use crate::{EntityDef, Schema, Subschema, array_of, field, map_of, number, record, string};

fn coerce(def: &EntityDef, form: Value) -> Value {
    def.coerce_form(object(form), &Fixed::default()).into()
}

fn coerce_one(definition: crate::Field, value: Value) -> Value {
    coerce(&entity(Schema::new([field("f").of(definition)])), json!({ "f": value }))["f"].clone()
}

#[test]
fn texts_become_numbers_where_numbers_are_wanted() {
    let cases = [
        ("5", json!(5)),
        ("-5", json!(-5)),
        ("5.5", json!(5.5)),
        (" 5 ", json!(5)),
        ("1e3", json!(1000.0)),
        (".5", json!(0.5)),
        ("0x1F", json!(31)),
        ("-0x1f", json!(-31)),
    ];
    for (text, number_wanted) in cases {
        assert_eq!(coerce_one(number(), json!(text)), number_wanted, "{text}");
    }
    for text in ["many", "5 6", "0x", "0x-1", "inf", "NaN", "1e999", "--1", "５"] {
        assert_eq!(coerce_one(number(), json!(text)), json!(text), "{text}");
    }
}

#[test]
fn only_true_and_false_become_booleans() {
    let form = json!({"limits": {"deep": {"on": "true"}}});
    assert_eq!(coerce(&everything(), form)["limits"]["deep"]["on"], json!(true));
    assert_eq!(coerce_one(crate::boolean(), json!("false")), json!(false));
    for text in ["TRUE", "1", "yes"] {
        assert_eq!(coerce_one(crate::boolean(), json!(text)), json!(text));
    }
}

#[test]
fn an_empty_text_is_null_whatever_is_wanted() {
    let form = json!({"name": "", "tags": "", "limits": {"low": ""}, "owner": {"id": ""}, "pair": ""});
    let expected = json!({"name": null, "tags": null, "limits": {"low": null}, "owner": {"id": null}, "pair": null});
    assert_eq!(coerce(&everything(), form), expected);
}

#[test]
fn a_single_value_is_a_list_of_one_and_numbered_members_are_a_list() {
    let form = json!({"tags": "a", "ports": ["80", "443"], "ids": {"2": "y", "1": "x", "10": "z"}});
    let expected = json!({"tags": ["a"], "ports": [80, 443], "ids": ["x", "y", "z"]});
    assert_eq!(coerce(&everything(), form), expected);
    let points = array_of(record([field("x").number()]));
    assert_eq!(coerce_one(points, json!({"x": "1"})), json!([{"x": 1}]));
}

#[test]
fn maps_and_records_are_coerced_within() {
    let form = json!({"headers": {"x-team": "a"}, "limits": {"high": "3", "minimum": "2"}});
    let expected = json!({"headers": {"x-team": ["a"]}, "limits": {"high": 3, "minimum": 2}});
    assert_eq!(coerce(&everything(), form), expected);
    assert_eq!(coerce_one(map_of(string(), number()), json!({"a": "1"})), json!({"a": 1}));
}

#[test]
fn what_does_not_fit_or_is_unknown_stays() {
    let form = json!({"tags": {"a": "b"}, "limits": "x", "colour": "5", "name": "7"});
    assert_eq!(coerce(&everything(), form.clone()), form);
}

#[test]
fn fields_of_a_specialised_record_are_known_by_its_key() {
    let schema = Schema::new([field("name").string().required(), field("config").abstract_record()])
        .subschemas_of_environment("name", |name| format!("no {name}"));
    let def = EntityDef { name: "gadgets", ..entity(schema) };
    let config = record([field("limit").integer()]).required();
    let env = Fixed::with(Subschema::new("meter", [field("config").of(config)]));
    let form = |name: &str| object(json!({"name": name, "config": {"limit": "5"}}));
    assert_eq!(def.coerce_form(form("meter"), &env)["config"]["limit"], json!(5));
    assert_eq!(def.coerce_form(form("other"), &env)["config"]["limit"], json!("5"));
}
