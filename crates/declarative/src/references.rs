//! Which entity of a file refers to which: by standing in it, by its name, or by its id.

use std::collections::HashMap;

use gibbon_schema::EntityDef;
use serde_json::Value;
use uuid::Uuid;

use crate::entry::{Entry, Parent};
use crate::faults::{Faults, Step};
use crate::identity;
use crate::kinds::Kinds;

/// The references of all entries, by their positions.
#[derive(Debug)]
pub(crate) struct References(Vec<Vec<(&'static str, usize)>>);

impl References {
    /// Finds out what every entry refers to. What refers to nothing is added to `faults`.
    pub(crate) fn resolve(entries: &[Entry<'_>], kinds: &Kinds<'_>, faults: &mut Faults) -> Self {
        let resolver = Resolver { index: Index::of(entries), kinds };
        Self(entries.iter().map(|entry| resolver.entry(entry, faults)).collect())
    }

    /// What the entry at a position refers to: the field, and the position of what is meant.
    pub(crate) fn of(&self, position: usize) -> impl Iterator<Item = (&'static str, usize)> {
        self.0.get(position).into_iter().flatten().copied()
    }
}

struct Resolver<'i, 'k> {
    index: Index<'i>,
    kinds: &'k Kinds<'k>,
}

impl Resolver<'_, '_> {
    fn entry(&self, entry: &Entry<'_>, faults: &mut Faults) -> Vec<(&'static str, usize)> {
        let mut found = Vec::new();
        for (field, target, _) in entry.def.foreign_fields() {
            let value = entry.body.get(field).filter(|value| !value.is_null());
            let parent = entry.parent.filter(|parent| parent.field == field);
            match (value, parent) {
                (None, None) => {}
                (None, Some(Parent { position, .. })) => found.push((field, position)),
                (Some(value), parent) => match (self.find(target, value), parent) {
                    (Some(position), None) => found.push((field, position)),
                    (Some(position), Some(parent)) if position == parent.position => found.push((field, position)),
                    (_, Some(_)) => faults.add(&member(entry, field), "value must be null".into()),
                    (None, None) if is_reference(value) => dangling(entry, field, target, value, faults),
                    // What is no reference at all, validation names.
                    (None, None) => {}
                },
            }
        }
        found
    }

    fn find(&self, target: &str, value: &Value) -> Option<usize> {
        let def = self.kinds.get(target)?;
        match value {
            Value::String(text) => {
                let by_name = def.endpoint_key.and_then(|key| self.index.by_value(def, key, text));
                by_name.or_else(|| self.index.by_id(def, text))
            }
            Value::Object(members) => {
                if let Some(id) = members.get("id").and_then(Value::as_str) {
                    return self.index.by_id(def, id);
                }
                let mut unique = def.unique_fields();
                unique.find_map(|field| self.index.by_value(def, field, members.get(field)?.as_str()?))
            }
            _ => None,
        }
    }
}

/// Whether a value can mean an entity: a name or an id, or an object that has one.
pub(crate) fn is_reference(value: &Value) -> bool {
    value.is_string() || value.as_object().is_some_and(|members| members.values().any(Value::is_string))
}

fn member(entry: &Entry<'_>, field: &str) -> Vec<Step> {
    let mut place = entry.place.clone();
    place.push(Step::Name(field.to_owned()));
    place
}

/// Kong lists these by kind, under the name of the record or its id, wherever that stands.
fn dangling(entry: &Entry<'_>, field: &str, target: &str, value: &Value, faults: &mut Faults) {
    let value = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let text = format!("invalid reference '{field}: {value}' (no such entry in '{target}')");
    faults.add(&top_level(entry), Value::from(vec![text]));
}

/// The place of what is said of an entry by its name: under its kind, the name, else the id. One that has neither is
/// known by where it stands.
pub(crate) fn top_level(entry: &Entry<'_>) -> Vec<Step> {
    let text = |field: &str| entry.body.get(field).and_then(Value::as_str).map(str::to_owned);
    match entry.def.endpoint_key.and_then(text).or_else(|| text("id")) {
        Some(name) => vec![Step::Name(entry.def.name.to_owned()), Step::Name(name)],
        None => entry.place.clone(),
    }
}

/// The entries by what they can be referred to by.
struct Index<'e> {
    ids: HashMap<(&'static str, Uuid), usize>,
    values: HashMap<(&'static str, &'static str, &'e str), usize>,
}

impl<'e> Index<'e> {
    /// Of two entries with one name, the first is meant; that there are two is a fault of its own.
    fn of(entries: &'e [Entry<'_>]) -> Self {
        let mut index = Self { ids: HashMap::new(), values: HashMap::new() };
        for (position, entry) in entries.iter().enumerate() {
            let kind = entry.def.name;
            if let Some(id) = identity::given(entry).or_else(|| identity::of_name(entry)) {
                index.ids.entry((kind, id)).or_insert(position);
            }
            for field in entry.def.unique_fields() {
                if let Some(value) = entry.body.get(field).and_then(Value::as_str) {
                    index.values.entry((kind, field, value)).or_insert(position);
                }
            }
        }
        index
    }

    fn by_id(&self, def: &EntityDef, id: &str) -> Option<usize> {
        self.ids.get(&(def.name, Uuid::try_parse(id).ok()?)).copied()
    }

    fn by_value(&self, def: &EntityDef, field: &'static str, value: &str) -> Option<usize> {
        self.values.get(&(def.name, field, value)).copied()
    }
}
