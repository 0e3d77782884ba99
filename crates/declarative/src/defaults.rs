//! What decK adds to the format: values and tags for all records, and configurations of plugins that are shared.

use serde_json::Value;

use crate::entry::Entry;
use crate::faults::{Faults, Step};
use crate::header::Header;

/// The member that names a shared configuration, and the field that it is for.
const SHARED: &str = "_config";
const CONFIG: &str = "config";

/// Fills entries in with what the head of the file says of all of them.
pub(crate) fn fill(entries: &mut [Entry<'_>], header: &Header, faults: &mut Faults) {
    for entry in entries {
        share(entry, header, faults);
        let defaults = header.defaults.get(singular(entry.def.name)).and_then(Value::as_object);
        for (name, value) in defaults.into_iter().flatten() {
            if !entry.body.contains_key(name) {
                entry.body.insert(name.clone(), value.clone());
            }
        }
        tag(entry, &header.tags);
    }
}

/// A kind as decK calls one record of it.
pub(crate) fn singular(kind: &str) -> &str {
    kind.strip_suffix('s').unwrap_or(kind)
}

/// Puts the shared configuration that an entry names under its own.
fn share(entry: &mut Entry<'_>, header: &Header, faults: &mut Faults) {
    if !entry.def.has_field(CONFIG) {
        return;
    }
    let Some(name) = entry.body.shift_remove(SHARED).filter(|name| !name.is_null()) else { return };
    let shared = name.as_str().and_then(|name| header.plugin_configs.get(name)).and_then(Value::as_object);
    let Some(shared) = shared else {
        entry.place.push(Step::Name(SHARED.to_owned()));
        faults.add(&entry.place, format!("no such configuration in '_plugin_configs': {name}").into());
        entry.place.pop();
        return;
    };
    let mut config = shared.clone();
    match entry.body.shift_remove(CONFIG) {
        Some(Value::Object(own)) => config.extend(own),
        None | Some(Value::Null) => {}
        Some(other) => return drop(entry.body.insert(CONFIG.to_owned(), other)),
    }
    entry.body.insert(CONFIG.to_owned(), config.into());
}

fn tag(entry: &mut Entry<'_>, tags: &[Value]) {
    if tags.is_empty() || !entry.def.has_field("tags") {
        return;
    }
    match entry.body.entry("tags").or_insert(Value::Null) {
        Value::Array(own) => {
            let missing: Vec<_> = tags.iter().filter(|tag| !own.contains(tag)).cloned().collect();
            own.extend(missing);
        }
        none @ Value::Null => *none = tags.into(),
        _ => {}
    }
}
