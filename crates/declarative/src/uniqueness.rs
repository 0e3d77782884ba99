//! Values that no two records of a file may share.

use std::collections::HashSet;

use gibbon_schema::Object;
use serde_json::Value;
use uuid::Uuid;

use crate::entry::Entry;
use crate::faults::Faults;
use crate::references::top_level;

/// The records of a file so far.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    ids: HashSet<(&'static str, Uuid)>,
    names: HashSet<(&'static str, String)>,
    values: HashSet<(&'static str, &'static str, String)>,
}

impl Taken {
    /// Takes the name and the id of an entry. Which of both another one has is said at the place of the entry.
    pub(crate) fn identity(&mut self, entry: &Entry<'_>, id: Uuid, faults: &mut Faults) {
        let kind = entry.def.name;
        let key = entry.def.endpoint_key.filter(|key| entry.def.is_unique(key));
        let name = key.and_then(|key| Some((key, entry.body.get(key)?.as_str()?)));
        let is_new = self.ids.insert((kind, id));
        match name {
            Some((key, name)) if !self.names.insert((kind, name.to_owned())) => {
                faults.add(&entry.place, violation(kind, key, name));
            }
            _ if !is_new => faults.add(&entry.place, violation(kind, "primary key", &id.to_string())),
            _ => {}
        }
    }

    /// Takes the other unique values of a record. Kong names these under the name of the record.
    pub(crate) fn values(&mut self, entry: &Entry<'_>, record: &Object, faults: &mut Faults) {
        let kind = entry.def.name;
        for unique in entry.def.unique_values(record) {
            let is_name = entry.def.endpoint_key == Some(unique.field);
            if !is_name && !self.values.insert((kind, unique.field, unique.value.clone())) {
                faults.add(&top_level(entry), violation(kind, unique.field, &unique.value));
            }
        }
    }
}

fn violation(kind: &str, key: &str, value: &str) -> Value {
    format!("uniqueness violation: '{kind}' entity with {key} set to '{value}' already declared").into()
}
