use serde_json::{Value, json};

use super::*;
use crate::testing::{Fixed, ID, NOW, OTHER_ID, entity, everything, insert, object, update};
use crate::{Subschema, Transformation, array_of, field, foreign, matching, record, set_of, string, typedefs};

fn unique(field: &'static str, value: &str) -> UniqueValue {
    UniqueValue { field, value: value.to_owned() }
}

#[test]
fn null_is_no_unique_value() {
    let def = everything();
    let values = |body| def.unique_values(&object(insert(&def, body).unwrap()));
    assert_eq!(values(json!({"name": "n"})), [unique("name", "n")]);
    assert_eq!(values(json!({})), []);
}

#[test]
fn fields_that_are_unique_together_count_null_as_a_value() {
    let schema = Schema::new([field("name").string().required(), field("route").foreign("routes")]);
    let def = entity(schema.unique_together("name,route"));
    let values = |body| def.unique_values(&object(insert(&def, body).unwrap()));
    assert_eq!(values(json!({"name": "a\"b"})), [unique("name,route", r#"["a\"b",null]"#)]);
    assert_eq!(values(json!({"name": "a", "route": {"id": ID}})), [unique("name,route", &format!(r#"["a","{ID}"]"#))]);
    assert!(def.unique_together().eq(["name,route"]));
}

#[test]
fn references_name_their_targets_and_what_a_deletion_means() {
    let def = entity(Schema::new([
        field("a").of(foreign("people").on_delete(OnDelete::Cascade)),
        field("b").foreign("places"),
        field("c").of(foreign("places").on_delete(OnDelete::SetNull)),
    ]));
    let fields =
        [("a", "people", OnDelete::Cascade), ("b", "places", OnDelete::Restrict), ("c", "places", OnDelete::SetNull)];
    assert!(def.foreign_fields().eq(fields));
    let body = object(insert(&def, json!({"b": {"id": ID}})).unwrap());
    let id = ID.parse().unwrap();
    assert_eq!(def.references(&body), [Reference { field: "b", target: "places", id, on_delete: OnDelete::Restrict }]);
}

#[test]
fn tags_are_those_of_the_body() {
    let def = everything();
    assert_eq!(def.tags(&object(insert(&def, json!({"tags": ["a", "b", "a"]})).unwrap())), ["a", "b"]);
    assert!(def.tags(&object(insert(&def, json!({})).unwrap())).is_empty());
    assert!(def.has_field("ttl") && !def.has_field("pair"));
}

#[test]
fn a_change_merges_records_and_replaces_all_else() {
    let def = everything();
    let body = json!({"name": "n", "tags": ["a"], "headers": {"x": ["1"]}, "limits": {"low": 1, "high": 5}, "owner": {"id": ID}});
    let mut existing = insert(&def, body).unwrap();
    existing["updated_at"] = json!(1);
    let patch = json!({"tags": ["b"], "headers": {"y": ["2"]}, "limits": {"high": 6}, "owner": null, "id": OTHER_ID});
    let changed = update(&def, &existing, patch).unwrap();
    assert_eq!((&changed["tags"], &changed["headers"]), (&json!(["b"]), &json!({"y": ["2"]})));
    assert_eq!(changed["limits"], json!({"low": 1, "high": 6, "deep": {"on": true}}));
    assert_eq!((&changed["owner"], &changed["name"]), (&Value::Null, &json!("n")));
    assert_eq!(
        (&changed["id"], &changed["updated_at"], &changed["secret"]),
        (&existing["id"], &json!(NOW), &existing["secret"])
    );
}

#[test]
fn a_change_to_a_record_that_was_null_starts_from_its_defaults() {
    let inner = record([field("a").integer(), field("b").integer().default(2)]);
    let def = entity(Schema::new([field("r").of(inner)]));
    assert_eq!(update(&def, &json!({"r": null}), json!({"r": {"a": 1}})), Ok(json!({"r": {"a": 1, "b": 2}})));
}

#[test]
fn a_change_gives_fields_that_are_new_since_the_record_was_written_their_defaults() {
    let def = entity(Schema::new([field("old").integer(), field("new").integer().default(7)]));
    assert_eq!(update(&def, &json!({"old": 1}), json!({})), Ok(json!({"old": 1, "new": 7})));
}

#[test]
fn a_replacement_starts_from_the_defaults_and_keeps_only_id_and_time_of_creation() {
    let def = everything();
    let mut existing = insert(&def, json!({"id": OTHER_ID, "name": "n", "secret": "s"})).unwrap();
    existing["created_at"] = json!(5);
    let id = OTHER_ID.parse().unwrap();
    let body = object(json!({"id": ID, "kind": "plain"}));
    let record = def.prepare_replace(id, Some(&object(existing)), body.clone(), &Fixed::default()).unwrap();
    assert_eq!((&record["id"], &record["created_at"]), (&json!(OTHER_ID), &json!(5)));
    assert_eq!((&record["name"], &record["secret"]), (&Value::Null, &json!("r".repeat(32))));
    let fresh = def.prepare_replace(id, None, body, &Fixed::default()).unwrap();
    assert_eq!((&fresh["id"], &fresh["created_at"]), (&json!(OTHER_ID), &json!(NOW)));
}

#[test]
fn what_is_immutable_cannot_be_changed_once_it_is_there() {
    let def = entity(Schema::new([
        field("id").of(typedefs::uuid()),
        field("f").string().immutable(),
        field("g").of(array_of(string())).immutable(),
    ]));
    let existing = insert(&def, json!({"f": "a", "g": ["x", "y"]})).unwrap();
    assert!(update(&def, &existing, json!({"f": "a", "g": ["y", "x"]})).is_ok());
    let found = update(&def, &existing, json!({"f": "b", "g": ["x"]})).unwrap_err();
    let text = "immutable field cannot be updated";
    assert_eq!(found.fields(), &object(json!({"f": text, "g": text})));
    let replaced = def.prepare_replace(ID.parse().unwrap(), Some(&object(existing)), Object::new(), &Fixed::default());
    assert!(replaced.is_err());
}

#[test]
fn the_life_of_a_record_is_a_number_of_seconds() {
    let def = entity(Schema::new([field("a").string()]).with_ttl());
    assert_eq!(insert(&def, json!({"ttl": 60})), Ok(json!({"a": null, "ttl": 60})));
    for wrong in [json!(-1), json!(100_000_001)] {
        let found = insert(&def, json!({ "ttl": wrong })).unwrap_err();
        assert_eq!(found.message(), "schema violation (ttl: must be an integer between 0 and 100000000)");
    }
    assert_eq!(def.to_json()["fields"], json!([{"a": {"type": "string"}}]));
}

fn by_kind() -> EntityDef {
    let small = Subschema::new("small", [field("size").integer().default(1).between(0, 9)]);
    let large = Subschema::new("large", [field("size").integer().eq(Value::Null).err("too large to have a size")])
        .entity_checks([crate::conditional("kinds", matching().contains("huge"), "note", matching().required())]);
    let schema = Schema::new([
        field("kinds").of(set_of(string().one_of(["small", "large", "huge"]))).required().len_min(1),
        field("size").integer(),
        field("note").string(),
    ]);
    entity(schema.subschemas("kinds", [(&["small"][..], small), (&["large", "huge"][..], large)]))
}

#[test]
fn the_first_known_element_of_a_key_specialises_a_record() {
    let def = by_kind();
    assert_eq!(insert(&def, json!({"kinds": ["small"]})).unwrap()["size"], 1);
    let found = insert(&def, json!({"kinds": ["huge"], "size": 5})).unwrap_err();
    assert_eq!(found.fields()["size"], "too large to have a size");
    assert_eq!(found.fields()["note"], "required field missing");
    let found = insert(&def, json!({"kinds": ["odd", "small"], "size": 10})).unwrap_err();
    let sizes = json!("value should be between 0 and 9");
    assert_eq!(found.fields(), &object(json!({"kinds": ["expected one of: small, large, huge"], "size": sizes})));
}

#[test]
fn a_record_that_nothing_specialises_is_not_judged_any_further() {
    let cases = [
        (json!({}), json!("required field missing")),
        (json!({"kinds": null}), json!("required field missing")),
        (json!({"kinds": ["odd", "strange"]}), json!("unknown type: odd")),
        (json!({"kinds": []}), json!("length must be at least 1")),
        (json!({"kinds": [5]}), json!(["expected a string"])),
        (json!({"kinds": 7}), json!("expected a set")),
    ];
    for (mut body, violation) in cases {
        body["size"] = json!("wrong too");
        let found = insert(&by_kind(), body).unwrap_err();
        assert_eq!(found.fields(), &object(json!({ "kinds": violation })));
    }
}

#[test]
fn a_changed_key_specialises_the_changed_record() {
    let def = by_kind();
    let existing = insert(&def, json!({"kinds": ["small"], "size": 3})).unwrap();
    let found = update(&def, &existing, json!({"kinds": ["large"]})).unwrap_err();
    assert_eq!(found.fields(), &object(json!({"size": "too large to have a size"})));
    assert!(update(&def, &existing, json!({"kinds": ["large"], "size": null})).is_ok());
}

#[test]
fn the_environment_can_specialise_a_record() {
    let schema = Schema::new([field("name").string().required(), field("config").abstract_record()])
        .subschemas_of_environment("name", |name| format!("no gadget '{name}'"));
    let def = EntityDef { name: "gadgets", ..entity(schema) };
    let config = record([field("limit").integer().default(3)]).required();
    let env = Fixed::with(Subschema::new("meter", [field("config").of(config)]));
    let insert = |body| def.prepare_insert(object(body), &env);
    assert_eq!(insert(json!({"name": "meter"})).unwrap()["config"], json!({"limit": 3}));
    for (name, violation) in [
        (json!("other"), "no gadget 'other'"),
        (json!(""), "no gadget ''"),
        (json!(5), "expected a string"),
        (Value::Null, "required field missing"),
    ] {
        let found = insert(json!({ "name": name })).unwrap_err();
        assert_eq!(found.fields(), &object(json!({ "name": violation })));
    }
    let existing = insert(json!({"name": "meter"})).unwrap();
    let changed = def.prepare_update(&existing, object(json!({"config": {"limit": "x"}})), &env).unwrap_err();
    assert_eq!(changed.message(), "schema violation (config.limit: expected an integer)");
}

fn with_hash() -> EntityDef {
    let hash = Transformation::new(["password"], ["owner.id"], |record| {
        let password = record["password"].as_str().unwrap_or_default();
        let hash = format!("hash of {password} for {}", record["owner"]["id"]);
        record.insert("password".to_owned(), hash.into());
        Ok(())
    });
    entity(
        Schema::new([field("name").string(), field("password").string(), field("owner").foreign("people")])
            .transformations([hash]),
    )
}

#[test]
fn what_is_computed_is_computed_only_from_what_is_given() {
    let def = with_hash();
    let existing = insert(&def, json!({"password": "p", "owner": {"id": ID}})).unwrap();
    assert_eq!(existing["password"], format!("hash of p for \"{ID}\""));
    assert_eq!(update(&def, &existing, json!({"name": "n"})).unwrap()["password"], existing["password"]);
    assert_eq!(
        update(&def, &existing, json!({"password": "q"})).unwrap()["password"],
        format!("hash of q for \"{ID}\"")
    );
    let found = insert(&def, json!({"password": "p"})).unwrap_err();
    assert_eq!(found.message(), "schema violation (all or none of these fields must be set: 'password', 'owner.id')");
}

#[test]
fn a_computation_that_fails_is_a_violation_of_the_whole() {
    let fail = Transformation::new(["a"], [], |_| Err("no luck".to_owned()));
    let def = entity(Schema::new([field("a").string()]).transformations([fail]));
    let found = insert(&def, json!({"a": "x"})).unwrap_err();
    assert_eq!(found.message(), "schema violation (transformation failed: no luck)");
    assert_eq!(insert(&def, json!({})), Ok(json!({"a": null})));
}

#[test]
fn ids_in_an_array_are_references_each_once() {
    let def = entity(Schema::new([field("cas").of(array_of(string().uuid()).elements_refer_to("authorities"))]));
    let body = object(insert(&def, json!({"cas": [ID, OTHER_ID, ID]})).unwrap());
    let reference = |id: &str| Reference {
        field: "cas",
        target: "authorities",
        id: id.parse().unwrap(),
        on_delete: OnDelete::Restrict,
    };
    assert_eq!(def.references(&body), [reference(OTHER_ID), reference(ID)]);
    assert!(def.references(&object(insert(&def, json!({})).unwrap())).is_empty());
}

#[test]
fn a_record_can_go_with_its_target_without_saying_so() {
    let def = entity(Schema::new([field("of").of(foreign("people").owned_by_target())]));
    assert!(def.foreign_fields().eq([("of", "people", OnDelete::Cascade)]));
    assert_eq!(def.to_json()["fields"], json!([{"of": {"type": "foreign", "reference": "people"}}]));
}

#[test]
fn what_is_transient_is_checked_and_not_kept() {
    let def = entity(Schema::new([field("names").of(array_of(string())).transient(), field("x").integer()]));
    assert_eq!(insert(&def, json!({"names": ["a"], "x": 1})), Ok(json!({"x": 1})));
    assert_eq!(update(&def, &json!({"x": 1}), json!({"names": ["a"]})), Ok(json!({"x": 1})));
    let violations = insert(&def, json!({"names": [1]})).unwrap_err();
    assert_eq!(violations.fields(), &object(json!({"names": ["expected a string"]})));
    assert_eq!(def.to_json()["fields"][0]["names"]["transient"], true);
}

#[test]
fn a_body_is_rewritten_before_it_is_looked_at() {
    let lower = |body: &mut Object| {
        if let Some(Value::String(name)) = body.get_mut("name") {
            name.make_ascii_lowercase();
        }
    };
    let schema = Schema::new([field("name").string().not_one_of(["x"]), field("of").of(foreign("people"))]);
    let def = entity(schema.key_below_parent("of,name").rewritten_by(lower));
    assert_eq!(insert(&def, json!({"name": "ABC", "of": null})), Ok(json!({"name": "abc", "of": null})));
    assert!(insert(&def, json!({"name": "X"})).is_err());
    assert_eq!(update(&def, &json!({"name": "a", "of": null}), json!({"name": "B"})).unwrap()["name"], "b");
    assert_eq!(def.value_below(ID.parse().unwrap(), "b"), Some(unique("of,name", &format!(r#"["{ID}","b"]"#))));
    assert_eq!(everything().value_below(ID.parse().unwrap(), "b"), None);
}

#[test]
fn documents_tell_what_clients_look_for_and_no_more() {
    let fields = [
        field("a").string().unique_across_workspaces(),
        field("b").string().not_unique(),
        field("c").any_json().json_schema(json!({"x": 1})),
    ];
    let expected = json!([
        {"a": {"type": "string", "unique": true, "unique_across_ws": true}},
        {"b": {"type": "string", "unique": false}},
        {"c": {"type": "json", "json_schema": {"x": 1}}},
    ]);
    assert_eq!(entity(Schema::new(fields)).to_json()["fields"], expected);
}

#[test]
fn the_defaults_of_a_record_are_those_of_its_fields() {
    let inner = record([field("a").integer().default(1), field("b").integer()]);
    assert_eq!(inner.defaults(), json!({"a": 1}));
    assert_eq!(string().defaults(), json!({}));
}
