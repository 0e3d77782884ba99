//! Schemas as data: fields, checks, defaults, violations and the JSON that `/schemas` shows.
//!
//! An [`EntityDef`] is declared once, with the builders of [`field`](field()) and [`Schema`], and drives everything
//! that depends on the shape of an entity: validation with all violations at once, defaults and automatic values, the
//! coercion of form bodies, what the store must keep unique, and the document of `GET /schemas/<name>`. Wording of
//! violations, names of attributes and order of checks are those of Kong Gateway 3.x, which its users' tools read.
//!
//! This crate must not know any particular entity, plugin, database or HTTP: what is special about one entity is a
//! named function in that entity's own file, handed to the engine as a function pointer.
//!
//! Start reading at [`EntityDef`], then [`Field`]; `prepare` shows the steps that a record goes through.

pub mod address;
mod check;
mod coerce;
mod entity;
mod entity_check;
mod environment;
mod field;
mod field_path;
mod file_form;
mod fill;
mod json_schema;
mod merge;
mod number;
mod pattern;
mod prepare;
mod pretty;
mod schema;
mod scope;
mod secret;
mod secret_reference;
mod shorthand;
mod subschema;
mod transformation;
pub mod typedefs;
mod validate;
mod violations;
mod wire;

pub use check::Rule;
pub use entity::{EntityDef, Reference, UniqueValue};
pub use entity_check::{
    EntityCheck, RunWhen, at_least_one_of, conditional, conditional_at_least_one_of, custom_check, custom_check_now,
    distinct, mutually_exclusive, mutually_exclusive_sets, mutually_required, only_one_of,
};
pub use environment::Environment;
pub use field::{
    Deprecation, Field, OnDelete, any_json, array_of, boolean, field, foreign, integer, map_of, matching, number,
    record, set_of, string,
};
pub use json_schema::Facing;
pub use pretty::inline_table;
pub use schema::{Paths, Schema};
pub use secret::MASK;
pub use shorthand::{Shorthand, shorthand};
pub use subschema::Subschema;
pub use transformation::Transformation;
pub use violations::Violations;

/// A JSON object whose members keep their order.
pub type Object = serde_json::Map<String, serde_json::Value>;

#[cfg(test)]
mod testing;
