//! What is wrong with a file, in the shape of the file: by kind, by place in the list, by field.

use std::collections::BTreeMap;

use gibbon_schema::Object;
use serde_json::Value;

/// A step from a whole to a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// A member of an object.
    Name(String),
    /// An element of a list, counted from zero.
    Index(usize),
}

/// Where something stands in a file.
pub(crate) type Place = Vec<Step>;

/// Everything that is wrong so far.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    root: Node,
}

/// What is wrong with a value, and with what is in it.
#[derive(Debug, Default)]
struct Node {
    own: Value,
    elements: BTreeMap<usize, Node>,
    members: BTreeMap<String, Node>,
}

impl Faults {
    /// Adds what is wrong at a place. What is known to be wrong there already is added to, where both are objects or
    /// lists; else it stays, since the first fault explains the others.
    pub(crate) fn add(&mut self, place: &[Step], fault: Value) {
        let mut node = &mut self.root;
        for step in place {
            node = match step {
                Step::Name(name) => node.members.entry(name.clone()).or_default(),
                Step::Index(index) => node.elements.entry(*index).or_default(),
            };
        }
        merge(&mut node.own, fault);
    }

    /// All faults, if there are any.
    pub(crate) fn into_fields(self) -> Option<Object> {
        match self.root.into_value() {
            Value::Object(fields) if !fields.is_empty() => Some(fields),
            _ => None,
        }
    }
}

impl Node {
    /// Lists have null where an element is fine. A list that also has names becomes an object in which its places are
    /// counted from one, as in a table of Lua.
    fn into_value(self) -> Value {
        let Self { own, elements, members } = self;
        match own {
            Value::Null if members.is_empty() && !elements.is_empty() => list(elements),
            Value::Null if !members.is_empty() || !elements.is_empty() => object(Object::new(), elements, members),
            Value::Object(own) => object(own, elements, members),
            own => own,
        }
    }
}

fn list(elements: BTreeMap<usize, Node>) -> Value {
    let mut values = Vec::new();
    for (index, element) in elements {
        values.resize(index, Value::Null);
        values.push(element.into_value());
    }
    values.into()
}

fn object(mut own: Object, elements: BTreeMap<usize, Node>, members: BTreeMap<String, Node>) -> Value {
    let elements = elements.into_iter().map(|(index, element)| ((index + 1).to_string(), element));
    for (name, member) in elements.chain(members) {
        merge(own.entry(name).or_insert(Value::Null), member.into_value());
    }
    own.into()
}

fn merge(present: &mut Value, fault: Value) {
    match (present, fault) {
        (present @ Value::Null, fault) => *present = fault,
        (Value::Object(members), Value::Object(more)) => {
            for (name, fault) in more {
                merge(members.entry(name).or_insert(Value::Null), fault);
            }
        }
        (Value::Array(elements), Value::Array(more)) => elements.extend(more),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn name(name: &str) -> Step {
        Step::Name(name.to_owned())
    }

    fn fields(faults: &[(&[Step], Value)]) -> Value {
        let mut all = Faults::default();
        faults.iter().for_each(|(place, fault)| all.add(place, fault.clone()));
        all.into_fields().map_or(Value::Null, Value::Object)
    }

    #[test]
    fn faults_have_the_shape_of_the_file() {
        let route = [name("services"), Step::Index(1), name("routes"), Step::Index(2)];
        let found = fields(&[
            (&route, json!({"paths": "x"})),
            (&route[..2], json!({"host": "y"})),
            (&[name("_format_version")], json!("z")),
        ]);
        let service = json!({"host": "y", "routes": [null, null, {"paths": "x"}]});
        assert_eq!(found, json!({"_format_version": "z", "services": [null, service]}));
    }

    #[test]
    fn a_list_that_also_has_names_counts_from_one() {
        let found = fields(&[
            (&[name("routes"), Step::Index(0)], json!("a")),
            (&[name("routes"), name("r")], json!(["b"])),
            (&[name("routes"), name("r")], json!(["c"])),
        ]);
        assert_eq!(found, json!({"routes": {"1": "a", "r": ["b", "c"]}}));
    }

    #[test]
    fn the_first_of_two_texts_stays() {
        let place = [name("a"), Step::Index(0)];
        assert_eq!(fields(&[(&place, json!("b")), (&place, json!({"c": "d"}))]), json!({"a": ["b"]}));
    }

    #[test]
    fn no_fault_is_no_fields() {
        assert_eq!(fields(&[]), Value::Null);
    }
}
