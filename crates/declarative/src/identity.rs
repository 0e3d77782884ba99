//! Ids of records that have none in the file: the same file gives the same ids, and those that Kong gives, where Kong
//! gives the same ones each time.

use std::collections::HashMap;

use gibbon_schema::{Object, OnDelete};
use serde_json::Value;
use uuid::Uuid;

use crate::entry::Entry;
use crate::references::References;

/// What Kong makes the ids of declared records in. Each kind has a space of its own within it.
const SPACE: Uuid = Uuid::from_u128(0xfd02_801f_0957_4a15_a55a_c8d9_606f_30b5);

/// The id that an entry is given in the file. One that is no id is left to validation.
pub(crate) fn given(entry: &Entry<'_>) -> Option<Uuid> {
    entry.body.get("id")?.as_str().and_then(|id| Uuid::try_parse(id).ok())
}

/// Whether the file gives an id, be it right or wrong.
fn is_given(entry: &Entry<'_>) -> bool {
    entry.body.get("id").is_some_and(|id| !id.is_null())
}

/// The id that follows from the name of an entry, where no two records have the same name.
pub(crate) fn of_name(entry: &Entry<'_>) -> Option<Uuid> {
    let key = entry.def.endpoint_key.filter(|key| entry.def.is_unique(key))?;
    entry.body.get(key)?.as_str().map(|name| make(entry, name))
}

/// The ids of all entries, in their order.
pub(crate) fn all(entries: &[Entry<'_>], references: &References) -> Vec<Uuid> {
    let mut makers = Makers { entries, references, ids: Vec::with_capacity(entries.len()), twins: HashMap::new() };
    for position in 0..entries.len() {
        let id = makers.id(position);
        makers.ids.push(id);
    }
    makers.ids
}

struct Makers<'e, 'a> {
    entries: &'e [Entry<'a>],
    references: &'e References,
    ids: Vec<Uuid>,
    /// How many entries without any name have said the same so far.
    twins: HashMap<String, usize>,
}

impl Makers<'_, '_> {
    fn id(&mut self, position: usize) -> Uuid {
        let Some(entry) = self.entries.get(position) else { return Uuid::nil() };
        if let Some(id) = given(entry).or_else(|| of_name(entry)) {
            return id;
        }
        let key = self.name_below(position, entry).or_else(|| self.composite(position, entry));
        match key {
            Some(key) if !is_given(entry) => make(entry, &key),
            _ => self.of_content(position, entry),
        }
    }

    /// A name that is unique only below what the entry belongs to, as that of a target.
    fn name_below(&self, position: usize, entry: &Entry<'_>) -> Option<String> {
        let mut key = entry.body.get(entry.def.endpoint_key?)?.as_str()?.to_owned();
        for (field, _, on_delete) in entry.def.foreign_fields() {
            if on_delete == OnDelete::Cascade {
                key.push(':');
                key.push_str(&self.referred(position, field)?);
            }
        }
        Some(key)
    }

    /// The values that no two records share together.
    fn composite(&self, position: usize, entry: &Entry<'_>) -> Option<String> {
        let mut key = entry.def.name.to_owned();
        for field in entry.def.unique_together().next()?.split(',') {
            key.push(':');
            match (entry.body.get(field), self.referred(position, field)) {
                (_, Some(id)) => key.push_str(&id),
                (Some(Value::String(text)), None) => key.push_str(text),
                (None | Some(Value::Null), None) if !entry.def.is_auto(field) && !entry.def.is_required(field) => {}
                _ => return None,
            }
        }
        Some(key)
    }

    /// A record without a name is what it says, where it says it: an unchanged one keeps its id, wherever it stands in
    /// the list. (Kong gives it another id with each load.)
    fn of_content(&mut self, position: usize, entry: &Entry<'_>) -> Uuid {
        let places: Vec<_> = self.references.of(position).map(|(field, target)| (field, self.known(target))).collect();
        let referring: Vec<_> = self.references.of(position).map(|(field, _)| field).collect();
        let said = format!("{}:{places:?}:{}", entry.def.name, Value::Object(sorted(entry, &referring)));
        let twin = self.twins.entry(said.clone()).or_default();
        *twin += 1;
        make(entry, &format!("{said}:{twin}"))
    }

    fn referred(&self, position: usize, field: &str) -> Option<String> {
        let target = self.references.of(position).find(|(name, _)| *name == field)?.1;
        self.known(target).map(|id| id.to_string())
    }

    /// The id of an entry, if it is known by now.
    fn known(&self, position: usize) -> Option<Uuid> {
        let early = || self.entries.get(position).and_then(|entry| given(entry).or_else(|| of_name(entry)));
        self.ids.get(position).copied().or_else(early)
    }
}

/// The members in the order of their names, since that they are written in another order changes nothing. References are
/// left out: there are several ways to write them.
fn sorted(entry: &Entry<'_>, referring: &[&str]) -> Object {
    let mut members: Vec<_> = entry.body.iter().filter(|(name, _)| !referring.contains(&name.as_str())).collect();
    members.sort_unstable_by_key(|(name, _)| *name);
    members.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn make(entry: &Entry<'_>, key: &str) -> Uuid {
    Uuid::new_v5(&Uuid::new_v5(&SPACE, entry.def.name.as_bytes()), key.as_bytes())
}
