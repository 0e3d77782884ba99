//! What a field is: its type, and what belongs to a type.

use super::{Field, Flag, Kind, OnDelete};
use crate::{EntityCheck, Schema, Shorthand};

impl Field {
    /// Everything of `definition` but its name.
    pub fn of(self, definition: Field) -> Self {
        Self { name: self.name, ..definition }
    }

    /// See [`string`](crate::string()).
    pub fn string(self) -> Self {
        self.typed(Kind::String)
    }

    /// See [`integer`](crate::integer()).
    pub fn integer(self) -> Self {
        self.typed(Kind::Integer)
    }

    /// See [`number`](crate::number()).
    pub fn number(self) -> Self {
        self.typed(Kind::Number)
    }

    /// See [`boolean`](crate::boolean()).
    pub fn boolean(self) -> Self {
        self.typed(Kind::Boolean)
    }

    /// See [`array_of`](crate::array_of()).
    pub fn array_of(self, elements: Field) -> Self {
        self.typed(Kind::Array(Box::new(elements)))
    }

    /// See [`set_of`](crate::set_of()).
    pub fn set_of(self, elements: Field) -> Self {
        self.typed(Kind::Set(Box::new(elements)))
    }

    /// In [`matching`](crate::matching()): what each element of the array or set must be.
    pub fn elements(self, elements: Field) -> Self {
        self.typed(Kind::Elements(Box::new(elements)))
    }

    /// See [`map_of`](crate::map_of()).
    pub fn map_of(self, keys: Field, values: Field) -> Self {
        self.typed(Kind::Map { keys: Box::new(keys), values: Box::new(values) })
    }

    /// See [`record`](crate::record()).
    pub fn record(self, fields: impl IntoIterator<Item = Field>) -> Self {
        self.typed(Kind::Record(Box::new(Schema::new(fields))))
    }

    /// See [`foreign`](crate::foreign()).
    pub fn foreign(self, reference: &'static str) -> Self {
        self.typed(Kind::Foreign { reference, on_delete: None })
    }

    /// See [`any_json`](crate::any_json()).
    pub fn any_json(self) -> Self {
        self.typed(Kind::Json)
    }

    fn typed(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// What the fields of a record are by default, without those that have no value then.
    pub fn defaults(&self) -> serde_json::Value {
        let fields = match &self.kind {
            Kind::Record(schema) => schema.fields.as_slice(),
            _ => &[],
        };
        let set = fields.iter().filter_map(|field| Some((field.name.to_owned(), field.default.clone()?)));
        set.collect::<crate::Object>().into()
    }

    /// A record that a [`Subschema`](crate::Subschema) must specify.
    pub fn abstract_record(self) -> Self {
        self.record([]).flag(Flag::Abstract)
    }

    /// Cross-field checks of a record.
    pub fn entity_checks(mut self, checks: impl IntoIterator<Item = EntityCheck>) -> Self {
        if let Kind::Record(schema) = &mut self.kind {
            schema.checks.extend(checks);
        }
        self
    }

    /// Other ways to write fields of a record.
    pub fn shorthands(mut self, shorthands: impl IntoIterator<Item = Shorthand>) -> Self {
        if let Kind::Record(schema) = &mut self.kind {
            schema.shorthands.extend(shorthands);
        }
        self
    }

    /// The record goes with the one that it refers to, although `/schemas` does not say so.
    pub fn owned_by_target(self) -> Self {
        self.flag(Flag::Owned)
    }

    /// The elements of the array or set are ids of records of that kind. They must exist, and cannot be deleted.
    pub fn elements_refer_to(self, kind: &'static str) -> Self {
        Self { elements_refer_to: Some(kind), ..self }
    }

    /// What `/schemas` shows of the JSON that an [`any_json`](crate::any_json()) may hold.
    pub fn json_schema(self, schema: serde_json::Value) -> Self {
        Self { json_schema: Some(schema), ..self }
    }

    /// What becomes of the record when the one that it refers to is deleted; unless said, the deletion is refused.
    pub fn on_delete(mut self, rule: OnDelete) -> Self {
        if let Kind::Foreign { on_delete, .. } = &mut self.kind {
            *on_delete = Some(rule);
        }
        self
    }
}
