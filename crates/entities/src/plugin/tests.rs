use serde_json::json;

use super::*;
use crate::Protocol;
use crate::testing::{ID, NOW, env, inserted, object, updated, violations};

const ROUTE: &str = "22222222-2222-4222-8222-222222222222";

#[test]
fn the_definition_and_the_struct_agree() {
    let body = inserted(
        &definition(),
        json!({
            "name": "guard", "instance_name": "one", "enabled": false, "protocols": ["https", "http"],
            "route": {"id": ROUTE}, "config": {"limit": 5, "claims": ["exp"]}, "tags": ["t"],
        }),
    );
    let expected = Plugin {
        id: ID.parse().unwrap(),
        name: "guard".into(),
        instance_name: Some("one".into()),
        enabled: false,
        protocols: [Protocol::Http, Protocol::Https].into_iter().collect(),
        route: Some(ROUTE.parse().unwrap()),
        service: None,
        consumer: None,
        config: json!({"names": ["key"], "claims": ["exp"], "limit": 5, "strict": false}),
        created_at: NOW,
        tags: vec!["t".into()],
    };
    assert_eq!(Plugin::from_body(&body), Ok(expected));
}

#[test]
fn a_plugin_that_is_not_there_cannot_be_configured() {
    let found = violations(&definition(), json!({"name": "nonesuch", "config": {"x": 1}}));
    let text = "plugin 'nonesuch' not enabled; add it to the 'plugins' configuration property";
    assert_eq!(found.fields(), &object(json!({ "name": text })));
    assert_eq!(violations(&definition(), json!({})).message(), "schema violation (name: required field missing)");
    assert_eq!(violations(&definition(), json!({"name": 5})).message(), "schema violation (name: expected a string)");
}

#[test]
fn the_configuration_is_the_plugins_own_matter() {
    let found = violations(
        &definition(),
        json!({"name": "guard", "config": {"colour": "red", "claims": ["aud"], "limit": -5, "strict": "perhaps"}}),
    );
    assert_eq!(
        found.message(),
        "4 schema violations (config.claims: {\n  \"expected one of: exp, nbf\"\n}; config.colour: unknown field; \
         config.limit: value should be between 0 and 100; config.strict: expected a boolean)"
    );
}

#[test]
fn checks_across_a_configuration_name_its_fields() {
    let found = violations(&definition(), json!({"name": "guard", "config": {"limit": 5, "claims": ["nbf"]}}));
    let text = "failed conditional validation given value of field 'config.limit'";
    assert_eq!(found.fields(), &object(json!({"config": {"claims": "expected to contain: exp"}, "@entity": [text]})));
    inserted(&definition(), json!({"name": "guard", "config": {"limit": 5}}));
}

#[test]
fn a_plugin_may_refuse_a_scope_and_protocols() {
    let found = violations(&definition(), json!({"name": "guard", "consumer": {"id": ROUTE}, "protocols": ["tcp"]}));
    assert_eq!(
        found.fields(),
        &object(json!({"consumer": "value must be null", "protocols": ["expected one of: grpc, grpcs, http, https"]}))
    );
}

#[test]
fn a_change_keeps_what_it_does_not_name() {
    let body = inserted(&definition(), json!({"name": "guard", "config": {"limit": 5, "strict": true}}));
    let changed = updated(&definition(), &body, json!({"config": {"names": ["x"]}})).unwrap();
    assert_eq!(changed["config"], json!({"names": ["x"], "claims": null, "limit": 5, "strict": true}));
}

#[test]
fn one_configuration_of_a_plugin_is_possible_for_each_scope() {
    let body = inserted(&definition(), json!({"name": "guard", "route": {"id": ROUTE}, "instance_name": "one"}));
    let unique: Vec<_> =
        definition().unique_values(&body).into_iter().map(|unique| (unique.field, unique.value)).collect();
    let scope = format!(r#"["guard","{ROUTE}",null,null]"#);
    assert_eq!(unique, [("instance_name", "one".to_owned()), ("name,route,service,consumer", scope)]);
    let references = definition().references(&body);
    assert_eq!((references[0].target, references[0].on_delete), ("routes", OnDelete::Cascade));
    assert_eq!(references.len(), 1);
}

#[test]
fn forms_reach_into_the_configuration() {
    let form = json!({"name": "guard", "config": {"claims": "exp", "limit": "5", "strict": "true"}});
    let form = definition().coerce_form(object(form), &env());
    assert_eq!(form["config"], json!({"claims": ["exp"], "limit": 5, "strict": true}));
}
