//! What is exported loads to the same, and so does what is read from either form of a file.

use gibbon_declarative::export;
use gibbon_schema::Object;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::World;

fn exported(world: &World, records: &[(String, Object)]) -> String {
    export(&world.kinds(), records.iter().map(|(kind, record)| (kind.as_str(), record)))
}

#[test]
fn an_export_is_flat_and_leaves_out_what_is_null_anyway() {
    let world = World::new();
    let file = "_format_version: '3.0'\nconsumers: [{username: ann, credentials: [{key: k, ttl: 60}]}]";
    let consumer = world.only(file, "consumers")["id"].as_str().unwrap().to_owned();
    let credential = world.only(file, "credentials")["id"].as_str().unwrap().to_owned();
    let expected = format!(
        "_format_version: \"3.0\"
_transform: false
consumers:
- id: {consumer}
  created_at: 1700000000
  updated_at: 1700000000
  username: ann
credentials:
- id: {credential}
  created_at: 1700000000
  consumer: {consumer}
  key: k
  ttl: 60
"
    );
    assert_eq!(exported(&world, &world.records(file)), expected);
}

#[test]
fn nothing_exports_to_an_empty_file_that_loads() {
    let world = World::new();
    assert_eq!(world.records(&exported(&world, &[])), []);
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,8}", "[ -~äß€😀]{1,12}", "(yes|null|007|1e3|~)"]
}

fn service() -> impl Strategy<Value = Value> {
    let route = ("[a-z]{1,6}", any::<bool>(), proptest::option::of(0..9_i64)).prop_map(|(path, strip, limit)| {
        let plugins: Vec<Value> =
            limit.into_iter().map(|limit| json!({"name": "limiter", "config": {"limit": limit}})).collect();
        json!({"paths": [format!("/{path}")], "strip_path": strip, "plugins": plugins})
    });
    (0..9_u16, proptest::option::of("[a-z]{1,6}"), proptest::collection::vec(route, 0..3)).prop_map(
        |(port, path, routes)| json!({"host": "a", "port": port, "path": path.map(|path| format!("/{path}")), "routes": routes}),
    )
}

fn consumer() -> impl Strategy<Value = Value> {
    let credential = proptest::option::of("[a-z0-9]{8,20}").prop_map(|key| match key {
        Some(key) => json!({ "key": key }),
        None => json!({}),
    });
    let login = (text(), text()).prop_map(|(group, password)| json!({"group": group, "password": password}));
    (text(), proptest::collection::vec(credential, 0..3), proptest::collection::vec(login, 0..2)).prop_map(
        |(custom_id, credentials, logins)| json!({"custom_id": custom_id, "credentials": credentials, "logins": logins}),
    )
}

/// A file without faults: what has to be unique is numbered.
fn file() -> impl Strategy<Value = Value> {
    let (services, consumers) =
        (proptest::collection::vec(service(), 0..4), proptest::collection::vec(consumer(), 0..4));
    (services, consumers).prop_map(|(mut services, mut consumers)| {
        for (number, service) in services.iter_mut().enumerate() {
            service["name"] = format!("service-{number}").into();
        }
        for (number, consumer) in consumers.iter_mut().enumerate() {
            consumer["username"] = format!("consumer-{number}").into();
            let custom_id = format!("{}{number}", consumer["custom_id"].as_str().unwrap());
            consumer["custom_id"] = custom_id.into();
            for (at, login) in consumer["logins"].as_array_mut().unwrap().iter_mut().enumerate() {
                login["username"] = format!("login-{number}-{at}").into();
            }
            for (at, credential) in consumer["credentials"].as_array_mut().unwrap().iter_mut().enumerate() {
                if let Some(key) = credential["key"].as_str().map(|key| format!("{key}-{number}-{at}")) {
                    credential["key"] = key.into();
                } else {
                    credential.as_object_mut().unwrap().remove("key");
                }
            }
        }
        json!({"_format_version": "3.0", "services": services, "consumers": consumers})
    })
}

/// The same file with every nested record at the top, which names what it stood in.
fn flat(file: &Value) -> Value {
    let mut flat = json!({"_format_version": "3.0"});
    let mut lift = |kind: &str, record: &Value, parent: Option<(&str, &str)>| {
        let mut record = record.clone();
        for nested in ["routes", "plugins", "credentials", "logins"] {
            record.as_object_mut().unwrap().remove(nested);
        }
        if let Some((field, name)) = parent {
            record[field] = name.into();
        }
        if flat[kind].is_null() {
            flat[kind] = json!([]);
        }
        flat[kind].as_array_mut().unwrap().push(record);
    };
    for service in file["services"].as_array().unwrap() {
        lift("services", service, None);
        for route in service["routes"].as_array().unwrap() {
            lift("routes", route, Some(("service", service["name"].as_str().unwrap())));
        }
    }
    for consumer in file["consumers"].as_array().unwrap() {
        let name = consumer["username"].as_str().unwrap();
        lift("consumers", consumer, None);
        for kind in ["credentials", "logins"] {
            consumer[kind].as_array().unwrap().iter().for_each(|each| lift(kind, each, Some(("consumer", name))));
        }
    }
    flat
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn importing_an_export_gives_the_same_records(file in file()) {
        let world = World::new();
        if let Ok(declared) = world.load(&file.to_string()) {
            let mut records: Vec<_> =
                declared.records.into_iter().map(|(def, record)| (def.name.to_owned(), record)).collect();
            records.sort_by_key(|(kind, record)| (kind.clone(), record["id"].to_string()));
            let text = exported(&world, &records);
            world.pass_time();
            prop_assert_eq!(world.records(&text), records, "{}", text);
        }
    }

    #[test]
    fn nested_and_flat_give_the_same_records(file in file()) {
        let world = World::new();
        let mut file = file;
        // A route without a name cannot be named by its plugins, and a key that is made is another each time.
        for service in file["services"].as_array_mut().unwrap() {
            service["routes"].as_array_mut().unwrap().iter_mut().for_each(|route| route["plugins"] = json!([]));
        }
        for consumer in file["consumers"].as_array_mut().unwrap() {
            consumer["credentials"].as_array_mut().unwrap().retain(|credential| credential.get("key").is_some());
        }
        match (world.load(&file.to_string()), world.load(&flat(&file).to_string())) {
            (Ok(_), Ok(_)) => prop_assert_eq!(world.records(&file.to_string()), world.records(&flat(&file).to_string())),
            (nested, flat) => prop_assert_eq!(nested.is_ok(), flat.is_ok()),
        }
    }
}
