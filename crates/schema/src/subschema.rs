use crate::{EntityCheck, Field};

/// What specialises an entity for one value of its subschema key: a plugin's part of the `plugins` entity.
///
/// Its fields replace those of the entity that have the same names; its checks run after the entity's own. Checks name
/// members of records by path: `config.minute`.
#[derive(Debug, Clone)]
pub struct Subschema {
    /// The name of the plugin.
    pub name: &'static str,
    pub(crate) fields: Vec<Field>,
    pub(crate) checks: Vec<EntityCheck>,
}

impl Subschema {
    /// A subschema of these fields.
    pub fn new(name: &'static str, fields: impl IntoIterator<Item = Field>) -> Self {
        Self { name, fields: fields.into_iter().collect(), checks: Vec::new() }
    }

    /// Rules that concern several fields.
    pub fn entity_checks(mut self, checks: impl IntoIterator<Item = EntityCheck>) -> Self {
        self.checks.extend(checks);
        self
    }

    /// The fields that it declares, in order.
    pub fn field_names(&self) -> impl Iterator<Item = &'static str> {
        self.fields.iter().map(|field| field.name)
    }

    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}
