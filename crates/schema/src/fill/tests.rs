use serde_json::{Value, json};

use crate::testing::{Fixed, ID, NOW, OTHER_ID, entity, everything, insert, object};
use crate::{Schema, array_of, field, integer, map_of, record, set_of, string, typedefs};

#[test]
fn every_field_is_there_in_declared_order() {
    let record = insert(&everything(), json!({"limits": {"high": 9}, "name": "n"})).unwrap();
    let expected = json!({
        "id": ID, "created_at": NOW, "updated_at": NOW, "seen_at": null, "name": "n", "secret": "r".repeat(32),
        "kind": "plain", "tags": null, "ids": null, "ports": null, "headers": null,
        "limits": {"low": 0.5, "high": 9, "deep": {"on": true}},
        "spots": null, "owner": null, "extra": null, "ttl": null,
    });
    assert_eq!(record.to_string(), expected.to_string());
}

#[test]
fn what_the_gateway_makes_can_be_given_but_for_the_time_of_change() {
    let given = json!({"id": OTHER_ID, "created_at": 5, "updated_at": "rubbish", "secret": "s"});
    let record = insert(&everything(), given).unwrap();
    assert_eq!((&record["id"], &record["created_at"]), (&json!(OTHER_ID), &json!(5)));
    assert_eq!((&record["updated_at"], &record["secret"]), (&json!(NOW), &json!("s")));
}

#[test]
fn an_id_and_a_time_of_creation_are_made_even_for_null_but_a_secret_is_not() {
    let record = insert(&everything(), json!({"id": null, "created_at": null, "secret": null})).unwrap();
    assert_eq!((&record["id"], &record["created_at"], &record["secret"]), (&json!(ID), &json!(NOW), &Value::Null));
}

#[test]
fn times_with_a_fraction_are_numbers() {
    let def = entity(Schema::new([field("created_at").of(typedefs::auto_timestamp_ms())]));
    assert_eq!(insert(&def, json!({})).unwrap()["created_at"], json!(NOW));
}

#[test]
fn a_required_record_is_made_of_its_defaults_and_another_is_not() {
    let inner = || record([field("on").boolean().default(true), field("name").string()]);
    let def = entity(Schema::new([field("must").of(inner()).required(), field("may").of(inner())]));
    assert_eq!(insert(&def, json!({})), Ok(json!({"must": {"on": true, "name": null}, "may": null})));
    assert_eq!(insert(&def, json!({"may": {}})).unwrap()["may"], json!({"on": true, "name": null}));
}

#[test]
fn the_default_of_a_record_is_completed() {
    let queue = record([field("size").integer().default(1), field("delay").number().default(2)]).required();
    let def = entity(Schema::new([field("queue").of(queue).default(json!({"size": 200}))]));
    assert_eq!(insert(&def, json!({})), Ok(json!({"queue": {"size": 200, "delay": 2}})));
    assert_eq!(insert(&def, json!({"queue": {}})), Ok(json!({"queue": {"size": 1, "delay": 2}})));
}

#[test]
fn records_in_arrays_and_maps_get_their_defaults() {
    let inner = || record([field("on").boolean().default(true)]);
    let def = entity(Schema::new([field("list").of(array_of(inner())), field("map").of(map_of(string(), inner()))]));
    let record = insert(&def, json!({"list": [{}], "map": {"a": {}}}));
    assert_eq!(record, Ok(json!({"list": [{"on": true}], "map": {"a": {"on": true}}})));
}

#[test]
fn sets_drop_repetitions_and_arrays_keep_them() {
    let def = entity(Schema::new([
        field("set").of(set_of(integer())),
        field("array").of(array_of(integer())),
        field("records").of(set_of(record([field("x").integer()]))),
    ]));
    let record = insert(&def, json!({"set": [2, 1, 2.0, 1], "array": [1, 1], "records": [{"x": 1}, {"x": 1}]}));
    assert_eq!(record, Ok(json!({"set": [2, 1], "array": [1, 1], "records": [{"x": 1}, {"x": 1}]})));
}

#[test]
fn an_empty_table_is_whatever_is_wanted() {
    let def = entity(Schema::new([
        field("array").of(array_of(string())),
        field("map").of(map_of(string(), string())),
        field("record").of(record([field("a").string()])),
    ]));
    let record = insert(&def, json!({"array": {}, "map": [], "record": []}));
    assert_eq!(record, Ok(json!({"array": [], "map": {}, "record": {"a": null}})));
}

#[test]
fn a_field_that_kong_does_not_have_is_named_while_it_is_set() {
    let own = || field("own").integer().absent_while_unset();
    let def = entity(Schema::new([field("name").string(), own(), field("config").record([own()]).required()]));
    assert_eq!(insert(&def, json!({})), Ok(json!({"name": null, "config": {}})));
    let set = insert(&def, json!({"own": 1, "config": {"own": 2}})).unwrap();
    assert_eq!(set, json!({"name": null, "own": 1, "config": {"own": 2}}));
    let existing = set.as_object().unwrap();
    let patch = object(json!({"own": null, "config": {"own": null}}));
    let unset = def.prepare_update(existing, patch, &Fixed::default()).unwrap();
    assert_eq!(Value::from(unset), json!({"name": null, "config": {}}));
}
