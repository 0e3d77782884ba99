//! The entities that files may hold, and how they hang together.

use gibbon_schema::EntityDef;

/// The entities of a gateway, each behind those that it refers to.
#[derive(Debug, Clone)]
pub struct Kinds<'a> {
    sorted: Vec<&'a EntityDef>,
}

impl<'a> Kinds<'a> {
    /// Of all definitions, in any order.
    pub fn new(definitions: impl IntoIterator<Item = &'a EntityDef>) -> Self {
        let mut waiting: Vec<_> = definitions.into_iter().collect();
        let mut sorted: Vec<&EntityDef> = Vec::with_capacity(waiting.len());
        while !waiting.is_empty() {
            let is_free = |def: &&EntityDef| !def.foreign_fields().any(|(_, target, _)| is_in(&waiting, target, def));
            // Entities that refer to one another in a circle keep the order in which they were declared.
            let next = waiting.iter().position(is_free).unwrap_or_default();
            sorted.push(waiting.remove(next));
        }
        Self { sorted }
    }

    /// All of them.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &'a EntityDef> {
        self.sorted.iter().copied()
    }

    /// Their names, as the store calls them.
    pub fn names(&self) -> Vec<&'static str> {
        self.iter().map(|def| def.name).collect()
    }

    /// The entity of that name.
    pub fn get(&self, name: &str) -> Option<&'a EntityDef> {
        self.iter().find(|def| def.name == name)
    }

    /// The entities that may stand within one of `parent`, with the field by which each refers to it.
    pub(crate) fn children(&self, parent: &str) -> impl Iterator<Item = (&'a EntityDef, &'static str)> {
        self.iter().filter_map(move |def| Some((def, def.foreign_fields().find(|(_, target, _)| *target == parent)?.0)))
    }
}

fn is_in(waiting: &[&EntityDef], target: &str, asking: &EntityDef) -> bool {
    waiting.iter().any(|def| def.name == target && def.name != asking.name)
}

#[cfg(test)]
mod tests {
    use gibbon_schema::{Field, Schema, field};

    use super::*;

    fn entity(name: &'static str, fields: Vec<Field>) -> EntityDef {
        let schema = Schema::new(fields);
        EntityDef { name, collection: name, nested: name, endpoint_key: None, version: 1, schema }
    }

    #[test]
    fn what_is_referred_to_comes_first() {
        let defs = [
            entity("leaves", vec![field("twig").foreign("twigs"), field("tree").foreign("trees")]),
            entity("twigs", vec![field("tree").foreign("trees")]),
            entity("trees", vec![field("neighbour").foreign("trees"), field("elsewhere").foreign("unknown")]),
        ];
        let kinds = Kinds::new(&defs);
        assert_eq!(kinds.names(), ["trees", "twigs", "leaves"]);
        let children: Vec<_> = kinds.children("trees").map(|(def, field)| (def.name, field)).collect();
        assert_eq!(children, [("trees", "neighbour"), ("twigs", "tree"), ("leaves", "tree")]);
    }

    #[test]
    fn a_circle_is_cut_somewhere() {
        let defs =
            [entity("eggs", vec![field("hen").foreign("hens")]), entity("hens", vec![field("egg").foreign("eggs")])];
        assert_eq!(Kinds::new(&defs).names().len(), 2);
    }
}
