//! The fields of a form, put together into one object.

use std::collections::BTreeMap;

use gibbon_schema::Object;
use serde_json::Value;

use super::path::{Step, steps};
use crate::error::ApiError;

/// Fields in a form at most.
const FIELDS: usize = 1000;

/// A form while it is read.
#[derive(Debug, Default)]
pub(super) struct Tree {
    root: Node,
    fields: usize,
}

/// What has been said of one place so far. Most places have only one of the three.
#[derive(Debug, Default)]
struct Node {
    values: Vec<Value>,
    shape: Shape,
    /// By index, so that a large one costs no more than a small one.
    elements: BTreeMap<u64, Node>,
    members: Vec<(String, Node)>,
}

/// Whether a single value is a list of one: `a[]=1` is, `a=1` is for the schema to tell.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Shape {
    #[default]
    Open,
    List,
}

impl Tree {
    /// Adds a field.
    pub(super) fn insert(&mut self, name: &str, value: Value) -> Result<(), ApiError> {
        self.fields += 1;
        if self.fields > FIELDS {
            return Err(ApiError::BadBody("the form has too many fields"));
        }
        let steps = steps(name)?;
        let mut node = &mut self.root;
        for (position, step) in steps.iter().enumerate() {
            node = match step {
                Step::Member(key) => node.member(key),
                Step::Element(index) => node.elements.entry(*index).or_default(),
                Step::Append if position + 1 == steps.len() => {
                    node.shape = Shape::List;
                    node
                }
                // `a[].x=1&a[].y=2` are two members of one element.
                Step::Append => node.elements.entry(1).or_default(),
            };
        }
        node.values.push(value);
        Ok(())
    }

    pub(super) fn into_object(self) -> Object {
        members(self.root.members)
    }
}

impl Node {
    fn member(&mut self, key: &str) -> &mut Self {
        let position = self.members.iter().position(|(name, _)| name == key).unwrap_or_else(|| {
            self.members.push((key.to_owned(), Self::default()));
            self.members.len() - 1
        });
        &mut self.members[position].1
    }

    fn into_value(mut self) -> Value {
        let is_object = self.values.is_empty() && self.elements.is_empty() && !self.members.is_empty();
        if is_object {
            return members(self.members).into();
        }
        let is_single = self.values.len() == 1 && self.elements.is_empty() && self.members.is_empty();
        if is_single && self.shape == Shape::Open {
            return self.values.remove(0);
        }
        let mut list: Vec<Value> = self.elements.into_values().map(Self::into_value).collect();
        list.append(&mut self.values);
        if !self.members.is_empty() {
            list.push(members(self.members).into());
        }
        list.into()
    }
}

fn members(members: Vec<(String, Node)>) -> Object {
    members.into_iter().map(|(name, node)| (name, node.into_value())).collect()
}
