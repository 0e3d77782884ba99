use serde_json::{Value, json};

use crate::testing::{NOW, entity, insert, object, update};
use crate::{
    EntityCheck, Object, RunWhen, Schema, at_least_one_of, conditional, conditional_at_least_one_of, custom_check,
    custom_check_now, distinct, field, matching, mutually_exclusive, mutually_exclusive_sets, mutually_required,
    only_one_of, record, set_of, string,
};

/// The violations of a record of the strings `a`, `b` and `c`, the set `s` and the record `r`.
fn run(check: EntityCheck, body: Value) -> Value {
    let fields = [
        field("a").string(),
        field("b").string().referenceable(),
        field("c").string().one_of(["x", "y"]),
        field("s").of(set_of(string())),
        field("r").of(record([field("d").number()])).required(),
        field("must").string().required(),
    ];
    let def = entity(Schema::new(fields).entity_checks([check]));
    let mut body = object(body);
    body.insert("must".to_owned(), json!("m"));
    insert(&def, Value::Object(body)).map_or_else(|found| found.fields().clone().into(), |_| Value::Null)
}

/// The violation that concerns the record as a whole, if that is the only one.
fn whole(text: &str) -> Value {
    json!({ "@entity": [text] })
}

#[test]
fn at_least_one_field_must_have_a_value() {
    let check = || at_least_one_of(["a", "s", "r.d"]);
    assert_eq!(run(check(), json!({"s": ["x"]})), Value::Null);
    assert_eq!(run(check(), json!({"r": {"d": 0}})), Value::Null);
    let none = whole("at least one of these fields must be non-empty: 'a', 's', 'r.d'");
    assert_eq!(run(check(), json!({})), none);
    assert_eq!(run(check(), json!({"s": [], "a": null})), none);
}

#[test]
fn exactly_one_field_must_have_a_value() {
    let text = whole("exactly one of these fields must be non-empty: 'a', 'b'");
    assert_eq!(run(only_one_of(["a", "b"]), json!({"a": "1"})), Value::Null);
    assert_eq!(run(only_one_of(["a", "b"]), json!({})), text);
    assert_eq!(run(only_one_of(["a", "b"]), json!({"a": "1", "b": "2"})), text);
}

#[test]
fn values_must_be_distinct_where_they_are_given() {
    assert_eq!(run(distinct(["a", "b"]), json!({})), Value::Null);
    assert_eq!(run(distinct(["a", "b"]), json!({"a": "1", "b": "2"})), Value::Null);
    let text = whole("values of these fields must be distinct: 'a', 'b'");
    assert_eq!(run(distinct(["a", "b"]), json!({"a": "1", "b": "1"})), text);
}

#[test]
fn fields_require_or_exclude_one_another() {
    let required = || mutually_required(["a", "b"]);
    assert_eq!(run(required(), json!({})), Value::Null);
    assert_eq!(run(required(), json!({"a": "1", "b": "2"})), Value::Null);
    assert_eq!(run(required(), json!({"a": "1"})), whole("all or none of these fields must be set: 'a', 'b'"));

    let exclusive = || mutually_exclusive(["a", "b"]);
    assert_eq!(run(exclusive(), json!({"a": "1"})), Value::Null);
    assert_eq!(
        run(exclusive(), json!({"a": "1", "b": "2"})),
        whole("only one or none of these fields must be set: 'a', 'b'")
    );

    let sets = || mutually_exclusive_sets(["a", "b"], ["c", "s"]);
    assert_eq!(run(sets(), json!({"a": "1", "b": "2"})), Value::Null);
    assert_eq!(
        run(sets(), json!({"b": "1", "c": "x", "s": ["y"]})),
        whole("these sets are mutually exclusive: ('b'), ('c', 's')")
    );
}

#[test]
fn a_check_that_needs_valid_fields_waits_until_they_are() {
    assert_eq!(run(mutually_required(["a", "b"]), json!({"a": 1})), json!({"a": "expected a string"}));
    let text = "exactly one of these fields must be non-empty: 'a', 'b'";
    assert_eq!(
        run(only_one_of(["a", "b"]), json!({"a": 1, "b": "2"})),
        json!({"a": "expected a string", "@entity": [text]})
    );
}

#[test]
fn a_condition_on_one_field_binds_another() {
    let check = || conditional("c", matching().eq("x"), "a", matching().required().len_min(3));
    let text = "failed conditional validation given value of field 'c'";
    assert_eq!(run(check(), json!({"c": "y"})), Value::Null);
    assert_eq!(run(check(), json!({"c": "x", "a": "abc"})), Value::Null);
    assert_eq!(run(check(), json!({"c": "x"})), json!({"a": "required field missing", "@entity": [text]}));
    assert_eq!(
        run(check(), json!({"c": "x", "a": "ab"})),
        json!({"a": "length must be at least 3", "@entity": [text]})
    );
}

#[test]
fn the_outcome_of_a_condition_stands_in_the_place_of_the_fields_own_violation() {
    let check = conditional("c", matching().eq("x"), "a", matching().eq(Value::Null));
    let text = "failed conditional validation given value of field 'c'";
    assert_eq!(run(check, json!({"c": "x", "a": 7})), json!({"a": "value must be null", "@entity": [text]}));
}

#[test]
fn a_condition_reaches_into_records_and_elements_and_may_have_its_own_words() {
    let check = conditional("s", matching().elements(string().not_one_of(["tls"])), "r.d", matching().gt(3))
        .then_err("d is bound by %s");
    assert_eq!(run(check.clone(), json!({"s": ["a", "tls"], "r": {"d": 1}})), Value::Null);
    assert_eq!(
        run(check, json!({"s": ["a"], "r": {"d": 1}})),
        json!({"r": {"d": "value must be greater than 3"}, "@entity": ["d is bound by s"]})
    );
}

#[test]
fn a_condition_keeps_the_checks_of_its_fields() {
    let check = conditional("c", matching().ne("x"), "a", matching().required());
    // `z` is no possible value, so the condition does not hold for it.
    assert_eq!(run(check, json!({"c": "z"})), json!({"c": "expected one of: x, y"}));
}

#[test]
fn a_condition_can_demand_one_of_several_fields() {
    let check = || {
        conditional_at_least_one_of("s", matching().contains("https"), ["a", "b"])
            .then_err("must set one of %s for https")
            .otherwise(matching().contains("http"), ["a"], "must set %s for http")
    };
    assert_eq!(run(check(), json!({"s": ["https"], "b": "1"})), Value::Null);
    assert_eq!(run(check(), json!({"s": ["tcp"]})), Value::Null);
    assert_eq!(run(check(), json!({"s": ["http", "https"]})), whole("must set one of 'a', 'b' for https"));
    assert_eq!(run(check(), json!({"s": ["http"], "b": "1"})), whole("must set 'a' for http"));
    let plain = conditional_at_least_one_of("c", matching().eq("x"), ["a", "b"]);
    assert_eq!(run(plain, json!({"c": "x"})), whole("at least one of these fields must be non-empty: 'a', 'b'"));
}

#[test]
fn a_function_runs_when_it_can() {
    fn refuse(_: &Object) -> Result<(), String> {
        Err("refused".to_owned())
    }
    let check = |when| custom_check(["a", "r.d", "must"], refuse).run_when(when);
    assert_eq!(run(check(RunWhen::Complete), json!({})), whole("refused"));
    let invalid = json!({"r": {"d": "expected a number"}});
    assert_eq!(run(check(RunWhen::Complete), json!({"r": {"d": "x"}})), invalid);
    assert_eq!(run(check(RunWhen::Missing), json!({"r": {"d": "x"}})), invalid);
    assert_eq!(
        run(check(RunWhen::Invalid), json!({"r": {"d": "x"}})),
        json!({"r": {"d": "expected a number"}, "@entity": ["refused"]})
    );
}

#[test]
fn a_vault_reference_leaves_checks_across_fields_to_be_settled_later() {
    assert_eq!(run(distinct(["a", "b"]), json!({"a": "{vault://e/x}", "b": "{vault://e/x}"})), Value::Null);
    assert_eq!(run(mutually_required(["a", "b"]), json!({"b": "{vault://env/x}"})), Value::Null);
}

#[test]
fn a_field_that_a_check_cannot_do_without_is_named() {
    let fields = || [field("if").string().required(), field("then").string()];
    let check = || conditional("if", matching().eq("x"), "then", matching().required());
    let def = entity(Schema::new(fields()).entity_checks([check()]));
    let found = insert(&def, json!({})).unwrap_err();
    assert_eq!(found.fields(), &object(json!({"if": "field required for entity check"})));
}

#[test]
fn during_a_change_checks_say_so() {
    let def =
        entity(Schema::new([field("a").string(), field("b").string()]).entity_checks([at_least_one_of(["a", "b"])]));
    let existing = insert(&def, json!({"a": "1"})).unwrap();
    let found = update(&def, &existing, json!({"a": null})).unwrap_err();
    assert_eq!(
        found.message(),
        "schema violation (when updating, at least one of these fields must be non-empty: 'a', 'b')"
    );
}

#[test]
fn checks_run_in_the_order_of_declaration() {
    let def = entity(
        Schema::new([field("a").string(), field("b").string()])
            .entity_checks([only_one_of(["a", "b"]), at_least_one_of(["a", "b"])]),
    );
    assert_eq!(
        insert(&def, json!({})).unwrap_err().message(),
        "2 schema violations (exactly one of these fields must be non-empty: 'a', 'b'; at least one of these fields \
         must be non-empty: 'a', 'b')"
    );
}

#[test]
fn a_check_can_ask_what_time_it_is() {
    let check = custom_check_now(["until"], |record, now| {
        if record["until"].as_i64() < Some(now) { Err("it is over".to_owned()) } else { Ok(()) }
    });
    let def = entity(Schema::new([field("until").integer()]).entity_checks([check]));
    assert!(insert(&def, json!({"until": NOW})).is_ok());
    assert_eq!(insert(&def, json!({"until": NOW - 1})).unwrap_err().message(), "schema violation (it is over)");
}

#[test]
fn a_condition_demands_nothing_where_something_else_stands_in() {
    let check = || conditional("a", matching().eq("1"), "b", matching().required()).unless_set(["c"]);
    assert!(run(check(), json!({"a": "1"})).is_object());
    assert_eq!(run(check(), json!({"a": "1", "c": "x"})), Value::Null);
}
