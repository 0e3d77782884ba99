//! The documents of `/schemas` against those of the reference gateway, field by field.
//!
//! It runs where `GIBBON_REFERENCE_SCHEMAS` names a folder of such documents: `<entity>.json`, `plugins/<name>.json`
//! and `vaults/<name>.json`. Every difference must stand in the table of `docs/deviations.md`; descriptions are ours.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::driver::Node;

/// Whose documents are compared, and where they are asked for.
const FOLDERS: [&str; 3] = ["", "plugins/", "vaults/"];

#[tokio::test]
async fn every_difference_to_the_reference_is_explained() {
    let Some(folder) = std::env::var_os("GIBBON_REFERENCE_SCHEMAS").map(PathBuf::from) else { return };
    let node = Node::new().await;
    let mut differences = BTreeSet::new();
    let mut compared = 0;
    for (name, reference) in documents(&folder) {
        let (status, ours) = node.get(&format!("/schemas/{name}")).await;
        if status == 200 {
            compared += 1;
            compare(&reference, &ours, &format!("{name}:"), &mut differences);
        }
    }
    assert!(compared > 5, "only {compared} documents were found in {}", folder.display());
    let explained = explained();
    let unexplained: Vec<_> = differences.difference(&explained).collect();
    assert!(unexplained.is_empty(), "{unexplained:#?}");
    let gone: Vec<_> = explained.difference(&differences).collect();
    assert!(gone.is_empty(), "explained in docs/deviations.md, but no difference: {gone:#?}");
}

fn documents(folder: &Path) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for below in FOLDERS {
        let Ok(entries) = std::fs::read_dir(folder.join(below)) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_str().unwrap().strip_suffix(".json").map(str::to_owned);
            let Some(name) = name.filter(|name| name != "endpoints") else { continue };
            let document = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            found.push((format!("{below}{name}"), document));
        }
    }
    found
}

/// Where two documents differ. A list of fields is told apart by their names.
fn compare(reference: &Value, ours: &Value, path: &str, differences: &mut BTreeSet<String>) {
    match (reference, ours) {
        (Value::Object(one), Value::Object(other)) => {
            let names: BTreeSet<&String> =
                one.keys().chain(other.keys()).filter(|name| *name != "description").collect();
            for name in names {
                let path = format!("{path}/{name}");
                match (one.get(name), other.get(name)) {
                    (Some(one), Some(other)) => compare(one, other, &path, differences),
                    _ => drop(differences.insert(path)),
                }
            }
        }
        (Value::Array(one), Value::Array(other)) => {
            for index in 0..one.len().max(other.len()) {
                match (one.get(index), other.get(index)) {
                    (Some(one), Some(other)) if is_field(one) => compare(one, other, path, differences),
                    (Some(one), Some(other)) => compare(one, other, &format!("{path}/{index}"), differences),
                    (left, right) => {
                        let only = left.or(right).filter(|only| is_field(only)).and_then(|only| only.as_object());
                        let name = only.and_then(|only| only.keys().next().cloned()).unwrap_or(index.to_string());
                        differences.insert(format!("{path}/{name}"));
                    }
                }
            }
        }
        (one, other) if one != other => drop(differences.insert(path.to_owned())),
        _ => {}
    }
}

/// An object with one member that is an object: a field under its name.
fn is_field(value: &Value) -> bool {
    value.as_object().is_some_and(|object| object.len() == 1 && object.values().all(Value::is_object))
}

/// The first two columns of the table: the document and the path in it.
fn explained() -> BTreeSet<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/deviations.md");
    let page = std::fs::read_to_string(page).unwrap();
    let table = page.split("\n## Schemas\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let rows = rows.map(|line| {
        let cells: Vec<&str> = line.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        format!("{}:{}", cells[1], cells[2])
    });
    rows.collect()
}
