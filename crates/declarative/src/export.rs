//! Records as a file.

use gibbon_schema::{EntityDef, Object};
use serde_json::Value;

use crate::kinds::Kinds;
use crate::yaml::write_elements;

/// What the file says of itself: its version, and that what is computed from records is computed in it.
const HEAD: &str = "_format_version: \"3.0\"\n_transform: false\n";

/// Writes records, as the store has them, as a file in YAML that [`load`](crate::load())s to the same records.
///
/// Each record stands under its kind and names others by their ids. What is null and would be so anyway is left out.
pub fn export<'r>(kinds: &Kinds<'_>, records: impl IntoIterator<Item = (&'r str, &'r Object)>) -> String {
    let mut lists: Vec<String> = kinds.iter().map(|_| String::new()).collect();
    let names = kinds.names();
    for (kind, record) in records {
        let known =
            names.iter().position(|name| *name == kind).and_then(|at| Some((lists.get_mut(at)?, kinds.get(kind)?)));
        if let Some((list, def)) = known {
            write_elements(list, &[written(def, record).into()], 0);
        }
    }
    let mut text = HEAD.to_owned();
    for (name, list) in names.iter().zip(&lists).filter(|(_, list)| !list.is_empty()) {
        text.extend([name, ":\n", list]);
    }
    text
}

fn written(def: &EntityDef, record: &Object) -> Object {
    let is_said = |name: &str, value: &Value| !(value.is_null() && def.is_null_when_absent(name));
    let mut said: Object = record
        .iter()
        .filter(|(name, value)| is_said(name, value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    for (field, ..) in def.foreign_fields() {
        if let Some(value) = said.get_mut(field)
            && let Some(id) = value.get("id").cloned()
        {
            *value = id;
        }
    }
    said
}
