use serde_json::{Value, json};

use crate::world::World;

const NESTED: &str = r#"
_format_version: "3.0"
services:
- name: orders
  url: http://orders.internal:8080/v1
  routes:
  - name: orders
    paths: [/orders]
    plugins:
    - name: limiter
      config: {limit: 7}
  plugins:
  - name: limiter
consumers:
- username: ann
  credentials:
  - key: ann-key
pools:
- name: blue
  members:
  - target: 10.0.0.1:80
- name: green
  members:
  - target: 10.0.0.1:80
"#;

const FLAT: &str = r#"
_format_version: "3.0"
members:
- {target: "10.0.0.1:80", pool: blue}
- {target: "10.0.0.1:80", pool: {name: green}}
credentials:
- {key: ann-key, consumer: {username: ann}}
plugins:
- {name: limiter, route: orders, config: {limit: 7}}
- {name: limiter, service: {name: orders}}
routes:
- {name: orders, paths: [/orders], service: orders}
services:
- {name: orders, protocol: http, host: orders.internal, port: 8080, path: /v1}
consumers: [{username: ann}]
pools: [{name: blue}, {name: green}]
"#;

#[test]
fn nested_and_flat_files_declare_the_same_records() {
    let world = World::new();
    let nested = world.records(NESTED);
    assert_eq!(nested, world.records(FLAT));
    assert_eq!(nested.len(), 10);
}

#[test]
fn the_same_file_gives_the_same_ids_at_any_time() {
    let world = World::new();
    let ids = |world: &World| world.records(NESTED).iter().map(|(_, record)| record["id"].clone()).collect::<Vec<_>>();
    let before = ids(&world);
    world.pass_time();
    assert_eq!(ids(&world), before);
    assert_eq!(ids(&World::new()), before);
}

/// These ids are an interface: Kong gives them to the same records.
#[test]
fn ids_are_made_of_kind_and_name_as_kong_makes_them() {
    let world = World::new();
    let file = "_format_version: '3.0'\nservices: [{name: my-service, host: a}]";
    assert_eq!(world.only(file, "services")["id"], "0855b320-0dd2-547d-891d-601e9b38647f");
}

#[test]
fn records_come_behind_those_that_they_refer_to() {
    let world = World::new();
    let kinds: Vec<_> = world.load(FLAT).unwrap().records.iter().map(|(def, _)| def.name).collect();
    let position = |kind: &str| kinds.iter().position(|name| *name == kind).unwrap();
    assert!(position("services") < position("routes") && position("routes") < position("plugins"));
    assert!(position("pools") < position("members"));
}

#[test]
fn a_record_without_a_name_is_known_by_what_it_says() {
    let world = World::new();
    let ids = |routes: &str| {
        let file = format!("_format_version: '3.0'\nservices: [{{name: a, host: a, routes: [{routes}]}}]");
        let records = world.records(&file).into_iter().filter(|(kind, _)| kind == "routes");
        records.map(|(_, record)| (record["paths"][0].to_string(), record["id"].clone())).collect::<Vec<_>>()
    };
    let two = ids("{paths: [/1]}, {paths: [/2]}");
    assert_eq!(ids("{paths: [/2]}, {paths: [/1]}"), two);
    assert_eq!(ids("{paths: [/1]}, {paths: [/3]}").iter().filter(|route| two.contains(route)).count(), 1);
    let twins = ids("{paths: [/1]}, {paths: [/1]}");
    assert_ne!(twins[0].1, twins[1].1);
}

#[test]
fn json_says_the_same_as_yaml() {
    let world = World::new();
    let json = json!({"_format_version": "3.0", "consumers": [{"username": "ann", "credentials": [{"key": "k"}]}]});
    let yaml = "_format_version: '3.0'\nconsumers:\n- username: ann\n  credentials:\n  - key: k\n";
    assert_eq!(world.records(&json.to_string()), world.records(yaml));
}

#[test]
fn paths_of_files_before_3_0_become_regular_expressions_where_they_look_like_one() {
    let world = World::new();
    let file = |version: &str, paths: &str| {
        format!("_format_version: '{version}'\nservices: [{{name: a, host: a, routes: [{{name: r, paths: {paths}}}]}}]")
    };
    for version in ["1.1", "2.1"] {
        let route = world.only(&file(version, "['/a', '/\\d+$']"), "routes");
        assert_eq!(route["paths"], json!(["/a", "~/\\d+$"]), "{version}");
    }
    assert_eq!(world.only(&file("3.0", "['/a(b)']"), "routes")["paths"], json!(["/a(b)"]));
}

#[test]
fn remarks_and_the_workspace_of_an_export_are_no_fields() {
    let world = World::new();
    let consumer = world.only(
        "_format_version: '3.0'\n_comment: c\n_ignore: [x]\nconsumers:\n- username: ann\n  _comment: d\n  _ignore: [{}]\n  \
         ws_id: 0dc6f45b-8f8d-40d2-a504-473544ee190b\n",
        "consumers",
    );
    assert!(consumer.keys().eq(["id", "created_at", "updated_at", "username", "custom_id", "tags"]));
}

#[test]
fn what_deck_writes_at_the_head_of_a_file_counts_for_its_records() {
    let world = World::new();
    let file = "
_format_version: '3.0'
_workspace: default
_info:
  select_tags: [team]
  defaults:
    service: {retries: 2, host: default.internal}
_plugin_configs:
  shared: {limit: 9, mode: strict}
services:
- name: a
  host: own.internal
  tags: [own, team]
plugins:
- name: limiter
  _config: shared
  config: {mode: lax}
";
    let service = world.only(file, "services");
    assert_eq!((&service["retries"], &service["host"]), (&json!(2), &json!("own.internal")));
    assert_eq!(service["tags"], json!(["own", "team"]));
    let plugin = world.only(file, "plugins");
    assert_eq!((&plugin["config"], &plugin["tags"]), (&json!({"limit": 9, "mode": "lax"}), &json!(["team"])));
}

#[test]
fn passwords_are_computed_once() {
    let world = World::new();
    let file = |transform: &str| {
        format!(
            "_format_version: '3.0'\n{transform}\nconsumers: [{{username: a, logins: [{{username: b, password: p}}]}}]"
        )
    };
    assert_eq!(world.only(&file(""), "logins")["password"], "#p");
    assert_eq!(world.only(&file("_transform: true"), "logins")["password"], "#p");
    assert_eq!(world.only(&file("_transform: false"), "logins")["password"], "p");
}

#[test]
fn a_reference_by_id_may_name_a_record_whose_id_follows_from_its_name() {
    let world = World::new();
    let id = "0855b320-0dd2-547d-891d-601e9b38647f";
    let file = format!(
        "_format_version: '3.0'\nservices: [{{name: my-service, host: a}}]\nroutes:\n- {{name: r, paths: [/], service: {id}}}\n\
         - {{name: s, paths: [/s], service: {{id: {id}}}}}\n"
    );
    let records = world.records(&file);
    let services: Vec<&Value> =
        records.iter().filter(|(kind, _)| kind == "routes").map(|(_, route)| &route["service"]).collect();
    assert_eq!(services, [&json!({"id": id}), &json!({"id": id})]);
}
