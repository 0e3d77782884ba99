//! The entities of a file, taken out of one another: each is an entry that knows where it stood.

use gibbon_schema::{EntityDef, Object};
use serde_json::Value;

use crate::faults::{Faults, Place, Step};
use crate::header::{UNKNOWN, take_remarks};
use crate::kinds::Kinds;

/// One entity of a file.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) def: &'a EntityDef,
    /// Its own members, as they were written.
    pub(crate) body: Object,
    /// Where it stands.
    pub(crate) place: Place,
    /// The entity that it stands in.
    pub(crate) parent: Option<Parent>,
}

/// What an entity stands in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parent {
    /// The position among the entries; always before that of the entity itself.
    pub(crate) position: usize,
    /// The field by which the entity refers to it.
    pub(crate) field: &'static str,
}

/// The member of exports of Kong that says which workspace a record is in; there is only one here.
const WORKSPACE_ID: &str = "ws_id";

/// Takes the entities out of a file; what is no entity is added to `faults`.
pub(crate) fn entries<'a>(content: Object, kinds: &Kinds<'a>, faults: &mut Faults) -> Vec<Entry<'a>> {
    let mut walk = Walk { kinds, faults, entries: Vec::new() };
    for (name, value) in content {
        let place = vec![Step::Name(name.clone())];
        match kinds.get(&name) {
            Some(def) => walk.list(def, value, place, None),
            None => walk.faults.add(&place, UNKNOWN.into()),
        }
    }
    walk.entries
}

struct Walk<'k, 'a> {
    kinds: &'k Kinds<'a>,
    faults: &'k mut Faults,
    entries: Vec<Entry<'a>>,
}

impl<'a> Walk<'_, 'a> {
    fn list(&mut self, def: &'a EntityDef, value: Value, place: Place, parent: Option<Parent>) {
        let elements = match value {
            Value::Null => return,
            Value::Array(elements) => elements,
            // An empty table has one notation in Lua.
            Value::Object(members) if members.is_empty() => return,
            _ => return self.faults.add(&place, "expected an array".into()),
        };
        for (index, element) in elements.into_iter().enumerate() {
            let mut place = place.clone();
            place.push(Step::Index(index));
            match element {
                Value::Object(body) => self.entity(def, body, place, parent),
                _ => self.faults.add(&place, "expected a record".into()),
            }
        }
    }

    fn entity(&mut self, def: &'a EntityDef, mut body: Object, place: Place, parent: Option<Parent>) {
        take_remarks(&mut body, &place, self.faults);
        if !def.has_field(WORKSPACE_ID) {
            body.shift_remove(WORKSPACE_ID);
        }
        let position = self.entries.len();
        let children = self.children(def, &mut body);
        self.entries.push(Entry { def, body, place: place.clone(), parent });
        for (child, field, value) in children {
            let mut place = place.clone();
            place.push(Step::Name(child.name.to_owned()));
            self.list(child, value, place, Some(Parent { position, field }));
        }
    }

    /// The lists of other entities within an entity. A field of that name is one only where it holds objects.
    fn children(&self, def: &EntityDef, body: &mut Object) -> Vec<(&'a EntityDef, &'static str, Value)> {
        let mut children = Vec::new();
        for (child, field) in self.kinds.children(def.name) {
            let is_own = def.has_field(child.name) && !body.get(child.name).is_some_and(holds_objects);
            if !is_own && let Some(value) = body.shift_remove(child.name) {
                children.push((child, field, value));
            }
        }
        children
    }
}

fn holds_objects(value: &Value) -> bool {
    value.as_array().is_some_and(|elements| !elements.is_empty() && elements.iter().all(Value::is_object))
}
