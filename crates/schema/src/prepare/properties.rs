//! What holds for any input.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Number, Value, json};

use crate::Object;
use crate::testing::{Fixed, OTHER_ID, everything, object};

fn any_number() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|float| Number::from_f64(float).map_or(Value::Null, Value::Number)),
        (-5..20_i32).prop_map(|small| json!(f64::from(small))),
    ]
}

fn any_scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any_number(),
        ".{0,12}".prop_map(Value::from),
        prop::sample::select(vec!["", "plain", "fancy", OTHER_ID, "{vault://env/a}", "5", "true", "%", "0x1f"])
            .prop_map(Value::from),
    ]
}

fn any_name() -> impl Strategy<Value = String> {
    let names = [
        "id",
        "created_at",
        "updated_at",
        "seen_at",
        "name",
        "secret",
        "kind",
        "tags",
        "ids",
        "ports",
        "headers",
        "limits",
        "spots",
        "owner",
        "extra",
        "ttl",
        "pair",
        "minimum",
        "low",
        "high",
        "deep",
        "on",
        "x",
        "y",
        "1",
        "2",
        "@entity",
    ];
    prop_oneof![9 => prop::sample::select(names.to_vec()).prop_map(str::to_owned), 1 => ".{0,4}"]
}

fn any_json() -> impl Strategy<Value = Value> {
    any_scalar().prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::Array),
            btree_map(any_name(), inner, 0..5).prop_map(|members| members.into_iter().collect::<Object>().into()),
        ]
    })
}

fn any_body() -> impl Strategy<Value = Object> {
    btree_map(any_name(), any_json(), 0..8).prop_map(|members| members.into_iter().collect())
}

/// A body in which most fields have the right type, so that many are accepted.
fn likely_body() -> impl Strategy<Value = Object> {
    let limits = (prop::option::of(-1.0..12.0_f64), prop::option::of(0..9_i64))
        .prop_map(|(low, high)| json!({"low": low, "high": high}));
    let fields = (
        prop::option::of("[a-z~ü]{1,4}"),
        prop::option::of(prop::sample::select(vec!["plain", "fancy"])),
        prop::option::of(vec("[a-c]{1,2}", 0..5)),
        prop::option::of(vec((0..5_i32).prop_map(f64::from), 0..5)),
        prop::option::of(limits),
        prop::option::of(vec((any::<i8>(), prop::option::of(0.0..2.0_f64)), 0..3)),
        prop::option::of(btree_map("[a-z-]{1,4}", vec("[a-z]{1,3}", 0..3), 0..3)),
        any_json(),
    );
    fields.prop_map(|(name, kind, tags, ports, limits, spots, headers, extra)| {
        let spots = spots.map(|spots| spots.iter().map(|(x, y)| json!({"x": x, "y": y})).collect::<Value>());
        let body = json!({
            "name": name, "kind": kind, "tags": tags, "ports": ports, "spots": spots, "headers": headers,
            "extra": extra, "owner": {"id": OTHER_ID.to_uppercase(), "name": "x"},
        });
        let mut body = object(body);
        body.extend(limits.map(|limits| ("limits".to_owned(), limits)));
        body
    })
}

proptest! {
    #[test]
    fn a_prepared_record_prepared_again_is_the_same(body in likely_body()) {
        let (def, env) = (everything(), Fixed::default());
        if let Ok(once) = def.prepare_insert(body, &env) {
            prop_assert_eq!(&def.prepare_insert(once.clone(), &env), &Ok(once.clone()));
            prop_assert_eq!(&def.prepare_update(&once, Object::new(), &env), &Ok(once.clone()));
            prop_assert!(once.keys().map(String::as_str).eq(def.field_names()));
        }
    }

    #[test]
    fn any_body_is_prepared_or_refused_with_a_message(body in any_body(), patch in any_body()) {
        let (def, env) = (everything(), Fixed::default());
        let id = env_id();
        for outcome in [
            def.prepare_insert(body.clone(), &env),
            def.prepare_update(&body, patch.clone(), &env),
            def.prepare_replace(id, Some(&body), patch, &env),
        ] {
            match outcome {
                Ok(record) => prop_assert!(record.keys().map(String::as_str).eq(def.field_names())),
                Err(violations) => {
                    prop_assert!(!violations.fields().is_empty());
                    prop_assert!(violations.message().contains("schema violation"));
                }
            }
        }
    }

    #[test]
    fn a_change_to_nothing_is_the_same_as_writing_it_at_once(body in likely_body(), patch in likely_body()) {
        let (def, env) = (everything(), Fixed::default());
        if let Ok(existing) = def.prepare_insert(body, &env)
            && let Ok(changed) = def.prepare_update(&existing, patch, &env)
        {
            prop_assert_eq!(def.prepare_insert(changed.clone(), &env), Ok(changed));
        }
    }

    #[test]
    fn any_form_is_coerced_and_once_is_enough(form in any_body()) {
        let (def, env) = (everything(), Fixed::default());
        let once = def.coerce_form(form, &env);
        prop_assert_eq!(&def.coerce_form(once.clone(), &env), &once);
    }

    #[test]
    fn the_former_names_of_an_answer_may_be_sent_back(body in likely_body()) {
        let (def, env) = (everything(), Fixed::default());
        if let Ok(record) = def.prepare_insert(body, &env) {
            let shown = def.view(&record, &env);
            prop_assert_eq!(&shown["limits"]["minimum"], &record["limits"]["low"]);
            prop_assert_eq!(def.prepare_insert(shown, &env), Ok(record));
        }
    }
}

fn env_id() -> uuid::Uuid {
    OTHER_ID.parse().unwrap()
}

#[test]
fn likely_bodies_are_often_accepted() {
    // The properties above say nothing of what is refused: this holds that they are not empty.
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let accepted = (0..200)
        .filter(|_| {
            let body = likely_body().new_tree(&mut runner).unwrap().current();
            everything().prepare_insert(body, &Fixed::default()).is_ok()
        })
        .count();
    assert!(accepted > 50, "only {accepted} of 200");
}

#[test]
fn the_document_of_a_schema_is_always_the_same() {
    assert_eq!(everything().to_json().to_string(), everything().to_json().to_string());
}
