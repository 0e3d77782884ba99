use serde_json::{Value, json};

use crate::testing::{entity, everything};
use crate::{
    EntityCheck, Field, Rule, RunWhen, Schema, Subschema, array_of, conditional, conditional_at_least_one_of,
    custom_check, field, foreign, matching, mutually_exclusive_sets, set_of, string,
};

fn shown(definition: Field) -> Value {
    entity(Schema::new([field("f").of(definition)])).to_json()["fields"][0]["f"].clone()
}

fn shown_check(check: EntityCheck) -> Value {
    entity(Schema::new([]).entity_checks([check])).to_json()["entity_checks"][0].clone()
}

#[test]
fn a_field_shows_its_type_and_attributes() {
    assert_eq!(shown(string()), json!({"type": "string"}));
    assert_eq!(
        shown(string().required().unique().auto().immutable().referenceable().encrypted().describe("A name.")),
        json!({
            "type": "string", "required": true, "unique": true, "auto": true, "immutable": true,
            "referenceable": true, "encrypted": true, "description": "A name.",
        })
    );
    assert_eq!(
        shown(string().optional().default(Value::Null)),
        json!({"type": "string", "required": false, "default": null})
    );
    assert_eq!(
        shown(foreign("people").on_delete(crate::OnDelete::SetNull).eq(Value::Null)),
        json!({"type": "foreign", "reference": "people", "on_delete": "null", "eq": null})
    );
}

#[test]
fn checks_are_shown_as_they_were_declared_and_functions_not_at_all() {
    let field = string()
        .match_pattern("^%u+$")
        .match_none([Rule::new("//", "no")])
        .match_any(["^a", "^b"], Some("a or b"))
        .starts_with("a")
        .len_min(1)
        .check_str(|_| Ok(()));
    assert_eq!(
        shown(field),
        json!({
            "type": "string", "match": "^%u+$", "match_none": [{"pattern": "//", "err": "no"}],
            "match_any": {"patterns": ["^a", "^b"], "err": "a or b"}, "starts_with": "a", "len_min": 1,
        })
    );
    assert_eq!(
        shown(set_of(string()).mutually_exclusive_subsets([vec!["a"], vec!["b", "c"]]).contains("a")),
        json!({
            "type": "set", "elements": {"type": "string"}, "mutually_exclusive_subsets": [["a"], ["b", "c"]],
            "contains": "a",
        })
    );
    assert_eq!(shown(crate::number().between(0.5, 3).gt(0)), json!({"type": "number", "between": [0.5, 3], "gt": 0}));
}

#[test]
fn records_show_what_is_in_them() {
    let json = everything().to_json();
    let limits = json["fields"].as_array().unwrap().iter().find_map(|field| field.get("limits")).unwrap();
    assert_eq!(limits["type"], "record");
    assert_eq!(limits["fields"][0], json!({"low": {"type": "number", "default": 0.5, "between": [0, 10]}}));
    assert_eq!(
        limits["shorthand_fields"],
        json!([{"minimum": {
            "type": "number",
            "deprecation": {"message": "use low", "removal_in_version": "4.0", "replaced_with": [{"path": ["low"]}]},
        }}])
    );
    assert_eq!(shown(field("f").abstract_record()), json!({"type": "record", "abstract": true}));
}

#[test]
fn checks_across_fields_show_their_arguments() {
    let check =
        conditional("a", matching().elements(string().not_one_of(["x"])), "b", matching().required()).then_err("no");
    assert_eq!(
        shown_check(check),
        json!({"conditional": {
            "if_field": "a", "if_match": {"elements": {"type": "string", "not_one_of": ["x"]}},
            "then_field": "b", "then_match": {"required": true}, "then_err": "no",
        }})
    );
    let check = conditional_at_least_one_of("a", matching().eq(1), ["b"]).otherwise(matching().eq(2), ["c"], "no %s");
    assert_eq!(
        shown_check(check),
        json!({"conditional_at_least_one_of": {
            "if_field": "a", "if_match": {"eq": 1}, "then_at_least_one_of": ["b"],
            "else_match": {"eq": 2}, "else_then_at_least_one_of": ["c"], "else_then_err": "no %s",
        }})
    );
    assert_eq!(
        shown_check(custom_check(["a"], |_| Ok(())).run_when(RunWhen::Missing)),
        json!({"custom_entity_check": {"field_sources": ["a"], "run_with_missing_fields": true}})
    );
    assert_eq!(
        shown_check(mutually_exclusive_sets(["a"], ["b", "c"])),
        json!({"mutually_exclusive_sets": {"set1": ["a"], "set2": ["b", "c"]}})
    );
}

#[test]
fn what_specialises_an_entity_has_a_document_of_its_own() {
    let subschema =
        Subschema::new("guard", [field("config").record([field("names").of(array_of(string()))]).required()]);
    assert_eq!(
        subschema.to_json(),
        json!({
            "entity_checks": [],
            "fields": [{"config": {
                "type": "record", "required": true,
                "fields": [{"names": {"type": "array", "elements": {"type": "string"}}}],
            }}],
        })
    );
}
