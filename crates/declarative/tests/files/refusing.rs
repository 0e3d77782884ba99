use gibbon_declarative::Rejection;
use serde_json::{Value, json};

use crate::world::World;

#[test]
fn everything_that_is_wrong_comes_at_once_in_the_shape_of_the_file() {
    let fields = World::new().fields(
        "
_format_version: '3.0'
surprises: []
consumers: 7
services:
- name: fine
  host: a
- port: 70000
  routes:
  - {name: ok, paths: [/ok]}
  - paths: [nope]
    plugins:
    - {name: limiter, config: {limit: x}}
    - {name: unheard}
- 5
",
    );
    let path = "should start with: / (fixed path) or ~/ (regex path)";
    let plugins = json!([
        {"config": {"limit": "expected an integer"}},
        {"name": "plugin 'unheard' not enabled; add it to the 'plugins' configuration property"},
    ]);
    let service = json!({
        "host": "required field missing",
        "port": "value should be between 0 and 65535",
        "routes": [null, {"paths": [path], "plugins": plugins}],
    });
    let expected = json!({
        "consumers": "expected an array",
        "services": [null, service, "expected a record"],
        "surprises": "unknown field",
    });
    assert_eq!(fields, expected);
}

#[test]
fn the_message_is_a_table_as_kong_writes_it() {
    let world = World::new();
    let rejection = world.load("_format_version: '1.1'\nservices: [{port: -12}]").unwrap_err();
    assert_eq!(
        Rejection::message(rejection.fields()),
        "declarative config is invalid: {services={{host=\"required field missing\",port=\"value should be between 0 \
         and 65535\"}}}"
    );
}

#[test]
fn the_command_line_shows_it_line_by_line() {
    let world = World::new();
    let rejection = world.load("services: [{host: a, routes: [{paths: [x]}]}]").unwrap_err();
    let expected = "\
in '_format_version': required field missing
in 'services':
  - in entry 1 of 'services':
    in 'routes':
      - in entry 1 of 'routes':
        in 'paths':
          - in entry 1 of 'paths': should start with: / (fixed path) or ~/ (regex path)";
    assert_eq!(rejection.to_string(), expected);
}

#[test]
fn a_reference_that_leads_nowhere_is_named_under_the_record() {
    let world = World::new();
    let fields = world.fields(
        "_format_version: '3.0'\nroutes:\n- {name: r, paths: [/], service: nobody}\nplugins:\n- {name: limiter, \
         consumer: {username: x}}\n",
    );
    let expected = json!({
        "plugins": [["invalid reference 'consumer: {\"username\":\"x\"}' (no such entry in 'consumers')"]],
        "routes": {"r": ["invalid reference 'service: nobody' (no such entry in 'services')"]},
    });
    assert_eq!(fields, expected);
}

#[test]
fn a_nested_record_cannot_say_that_it_belongs_elsewhere() {
    let fields = World::new().fields(
        "_format_version: '3.0'\nservices:\n- {name: a, host: a, routes: [{paths: [/], service: b}]}\n- {name: b, host: b}\n",
    );
    assert_eq!(fields, json!({"services": [{"routes": [{"service": "value must be null"}]}]}));
}

#[test]
fn what_is_unique_is_declared_once() {
    let world = World::new();
    let id = "0855b320-0dd2-547d-891d-601e9b38647f";
    let fields = world.fields(&format!(
        "
_format_version: '3.0'
services:
- {{name: a, host: a}}
- {{name: a, host: b}}
routes:
- {{id: {id}, paths: [/1]}}
- {{id: {id}, paths: [/2]}}
consumers:
- {{username: ann, custom_id: c}}
- {{username: bob, custom_id: c}}
"
    ));
    let violation = |kind: &str, key: &str, value: &str| {
        format!("uniqueness violation: '{kind}' entity with {key} set to '{value}' already declared")
    };
    let expected = json!({
        "consumers": {"bob": violation("consumers", "custom_id", "c")},
        "routes": [null, violation("routes", "primary key", id)],
        "services": [null, violation("services", "name", "a")],
    });
    assert_eq!(fields, expected);
}

#[test]
fn a_shared_configuration_has_to_be_there() {
    let fields = World::new().fields("_format_version: '3.0'\nplugins: [{name: limiter, _config: x}]");
    assert_eq!(fields, json!({"plugins": [{"_config": "no such configuration in '_plugin_configs': \"x\""}]}));
}

#[test]
fn flattened_faults_carry_the_entity_that_they_concern() {
    let world = World::new();
    let id = "0855b320-0dd2-547d-891d-601e9b38647f";
    let rejection = world
        .load(&format!(
            "
_format_version: '3.0'
surprises: 1
services:
- id: {id}
  name: a
  host: a
  tags: [t]
  protocol: tcp
  path: /x
  routes:
  - name: r
    paths: [/ok, nope]
    plugins:
    - name: limiter
      config: {{limit: x, colour: red}}
consumers:
- {{username: ann}}
- {{username: ann}}
"
        ))
        .unwrap_err();
    assert_eq!(Value::Object(rejection.outside().clone()), json!({"surprises": "unknown field"}));
    let expected = json!([
        {
            "entity_type": "service", "entity_name": "a", "entity_id": id, "entity_tags": ["t"],
            "entity": {"id": id, "name": "a", "host": "a", "tags": ["t"], "protocol": "tcp", "path": "/x"},
            "errors": [
                {"type": "field", "field": "path", "message": "value must be null"},
                {"type": "entity", "message": "failed conditional validation given value of field 'protocol'"},
            ],
        },
        {
            "entity_type": "route", "entity_name": "r",
            "entity": {"name": "r", "paths": ["/ok", "nope"], "service": {"id": id}},
            "errors": [{
                "type": "field", "field": "paths.2", "message": "should start with: / (fixed path) or ~/ (regex path)",
            }],
        },
        {
            "entity_type": "plugin", "entity_name": "limiter",
            "entity": {"name": "limiter", "config": {"limit": "x", "colour": "red"}},
            "errors": [
                {"type": "field", "field": "config.colour", "message": "unknown field"},
                {"type": "field", "field": "config.limit", "message": "expected an integer"},
            ],
        },
        {
            "entity_type": "consumer", "entity": {"username": "ann"},
            "errors": [{
                "type": "entity",
                "message": "uniqueness violation: 'consumers' entity with username set to 'ann' already declared",
            }],
        },
    ]);
    let mut found = Value::from(rejection.flattened());
    sort_fields(&mut found);
    let mut expected = expected;
    sort_fields(&mut expected);
    assert_eq!(found, expected);
}

fn sort_fields(flattened: &mut Value) {
    for error in flattened.as_array_mut().unwrap() {
        error["errors"].as_array_mut().unwrap().sort_by_key(|error| error["field"].to_string());
    }
}
