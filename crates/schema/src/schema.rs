use crate::field::{Flag, Kind};
use crate::{EntityCheck, Field, Object, Shorthand, Subschema, Transformation, field};

/// The fields of an entity or of a record, with the rules that concern several of them.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    pub(crate) fields: Vec<Field>,
    pub(crate) checks: Vec<EntityCheck>,
    pub(crate) shorthands: Vec<Shorthand>,
    pub(crate) transformations: Vec<Transformation>,
    pub(crate) unique_together: Vec<&'static str>,
    pub(crate) key_below: Option<&'static str>,
    pub(crate) paths: Paths,
    pub(crate) rewrite: Option<fn(&mut Object)>,
    pub(crate) subschemas: Option<Subschemas>,
    pub(crate) former: Option<fn(&mut Object)>,
}

/// Where the Admin API shows the records of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paths {
    /// In a collection of their own, and below the records that they refer to.
    #[default]
    Everywhere,
    /// Only below the records that they refer to.
    BelowParents,
    /// Nowhere.
    Nowhere,
}

/// How an entity is specialised by the value of one of its fields.
#[derive(Debug, Clone)]
pub(crate) struct Subschemas {
    /// The field: a string, or a set whose first known element counts.
    pub(crate) key: &'static str,
    /// What is said of a value that specialises nothing.
    pub(crate) unknown: fn(&str) -> String,
    pub(crate) source: SubschemaSource,
}

#[derive(Debug, Clone)]
pub(crate) enum SubschemaSource {
    Own(Vec<(&'static [&'static str], Subschema)>),
    Environment,
}

/// The longest life that a record can be given, in seconds: a little over three years.
const MAX_TTL: i64 = 100_000_000;

impl Schema {
    /// A schema of these fields, in the order in which bodies show them.
    pub fn new(fields: impl IntoIterator<Item = Field>) -> Self {
        Self { fields: fields.into_iter().collect(), ..Self::default() }
    }

    /// Rules that concern several fields; they run in this order, after the fields' own checks.
    pub fn entity_checks(mut self, checks: impl IntoIterator<Item = EntityCheck>) -> Self {
        self.checks.extend(checks);
        self
    }

    /// Other ways to write fields.
    pub fn shorthands(mut self, shorthands: impl IntoIterator<Item = Shorthand>) -> Self {
        self.shorthands.extend(shorthands);
        self
    }

    /// What is computed from a written record before it is stored.
    pub fn transformations(mut self, transformations: impl IntoIterator<Item = Transformation>) -> Self {
        self.transformations.extend(transformations);
        self
    }

    /// No two records agree in all of these fields, joined by commas: `name,route,service`. Null equals null.
    pub fn unique_together(mut self, fields: &'static str) -> Self {
        self.unique_together.push(fields);
        self
    }

    /// As [`Schema::unique_together`] for a foreign field and another, joined by a comma: below the record that the one
    /// names, a path may name a record by the other.
    pub fn key_below_parent(mut self, fields: &'static str) -> Self {
        self.key_below = Some(fields);
        self.unique_together(fields)
    }

    /// Where the Admin API shows the records; everywhere unless said.
    pub fn paths(self, paths: Paths) -> Self {
        Self { paths, ..self }
    }

    /// What is changed in a body before anything else is done with it: the normal form of a value, or what one field
    /// says about another. The function must be ready for values of any type, and for bodies that are changes.
    pub fn rewritten_by(self, rewrite: fn(&mut Object)) -> Self {
        Self { rewrite: Some(rewrite), ..self }
    }

    /// Fields and checks that depend on the value of `key`; any other value is `unknown type: <value>`.
    pub fn subschemas(
        self,
        key: &'static str,
        subschemas: impl IntoIterator<Item = (&'static [&'static str], Subschema)>,
    ) -> Self {
        let source = SubschemaSource::Own(subschemas.into_iter().collect());
        Self { subschemas: Some(Subschemas { key, unknown: unknown_type, source }), ..self }
    }

    /// What is said of a value of the key that none of the [`subschemas`](Schema::subschemas) is for.
    pub fn unknown_subschema(mut self, unknown: fn(&str) -> String) -> Self {
        if let Some(subschemas) = &mut self.subschemas {
            subschemas.unknown = unknown;
        }
        self
    }

    /// Fields and checks that depend on the value of `key` and come from
    /// [`Environment::subschema`](crate::Environment::subschema); `unknown` is what is said of any other value.
    pub fn subschemas_of_environment(self, key: &'static str, unknown: fn(&str) -> String) -> Self {
        Self { subschemas: Some(Subschemas { key, unknown, source: SubschemaSource::Environment }), ..self }
    }

    /// How a record is rewritten that comes from a file of a format before 3.0, where values meant something else.
    pub fn former_files(self, rewrite: fn(&mut Object)) -> Self {
        Self { former: Some(rewrite), ..self }
    }

    /// Records can be given a life in seconds by `ttl`, which `/schemas` does not list (nor does Kong's).
    pub fn with_ttl(mut self) -> Self {
        self.fields.push(field("ttl").integer().between(0, MAX_TTL).err(TTL_RANGE).flag(Flag::Unlisted));
        self
    }

    /// Changes a body as [`Schema::rewritten_by`] says.
    pub(crate) fn rewrite(&self, body: &mut Object) {
        if let Some(rewrite) = self.rewrite {
            rewrite(body);
        }
    }

    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The fields of the record at this field.
    pub(crate) fn of_record(field: &Field) -> Option<&Self> {
        match &field.kind {
            Kind::Record(schema) => Some(schema),
            _ => None,
        }
    }
}

const TTL_RANGE: &str = "must be an integer between 0 and 100000000";

fn unknown_type(value: &str) -> String {
    format!("unknown type: {value}")
}
