//! What holds for the documents of all entities.

use proptest::prelude::*;
use serde_json::Value;

use crate::route::Flavor;
use crate::testing::{env, object};
use crate::{core_definitions, described_definitions};

/// The names of all fields, at any depth, that have no description.
fn undescribed(document: &Value) -> Vec<String> {
    let mut names = Vec::new();
    for field in document["fields"].as_array().into_iter().flatten() {
        for (name, definition) in field.as_object().into_iter().flatten() {
            if definition.get("description").is_none() {
                names.push(name.clone());
            }
            for inner in [definition, &definition["elements"]] {
                names.extend(undescribed(inner));
            }
        }
    }
    names
}

#[test]
fn every_field_says_what_it_is() {
    for def in core_definitions(Flavor::default()).iter().chain(&described_definitions()) {
        assert_eq!(undescribed(&def.to_json()), Vec::<String>::new(), "{}", def.name);
    }
}

#[test]
fn definitions_are_found_where_clients_look_for_them() {
    let found: Vec<_> =
        core_definitions(Flavor::default()).iter().map(|def| (def.name, def.collection, def.endpoint_key)).collect();
    assert_eq!(
        found,
        [
            ("certificates", "certificates", None),
            ("snis", "snis", Some("name")),
            ("ca_certificates", "ca_certificates", None),
            ("services", "services", Some("name")),
            ("routes", "routes", Some("name")),
            ("consumers", "consumers", Some("username")),
            ("plugins", "plugins", Some("instance_name")),
            ("upstreams", "upstreams", Some("name")),
            ("targets", "targets", Some("target")),
            ("key_sets", "key-sets", Some("name")),
            ("keys", "keys", Some("name")),
            ("vaults", "vaults", Some("prefix")),
        ]
    );
    for def in core_definitions(Flavor::default()) {
        let below = def.value_below(uuid::Uuid::nil(), "x").map(|value| value.field);
        let names_one = |key| def.unique_fields().any(|field| field == key) || below.is_some_and(|f| f.ends_with(key));
        assert!(def.endpoint_key.is_none_or(names_one), "{}", def.name);
    }
}

proptest! {
    #[test]
    fn any_json_is_prepared_or_refused(text in r#"\{"(paths|hosts|headers|protocols|url|name|config|sources)":(\["[^"\\\x00-\x1f]{0,9}"\]|"[^"\\\x00-\x1f]{0,9}"|[0-9]{1,3}|null|\{"[a-z~*]{0,3}":\["~?\*?[^"\\\x00-\x1f]{0,5}"\]\})\}"#) {
        let Ok(body) = serde_json::from_str::<Value>(&text) else { return Ok(()) };
        for def in core_definitions(Flavor::default()) {
            let form = def.coerce_form(object(body.clone()), &env());
            for input in [object(body.clone()), form] {
                if let Ok(record) = def.prepare_insert(input, &env()) {
                    prop_assert_eq!(def.prepare_insert(record.clone(), &env()), Ok(record));
                }
            }
        }
    }
}
