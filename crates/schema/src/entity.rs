use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::coerce::coerce;
use crate::field::{Flag, Kind};
use crate::prepare::{Preparation, unique_text};
use crate::schema::SubschemaSource;
use crate::scope::{Context, Operation, Scope};
use crate::{Environment, Object, OnDelete, Paths, Schema, Subschema, Violations, shorthand};

/// The declaration of an entity: what it is called, where it is found, and what its records look like.
///
/// ```
/// use gibbon_schema::{EntityDef, Environment, Schema, Subschema, field, typedefs};
/// use serde_json::json;
/// use uuid::Uuid;
///
/// struct Fixed;
/// impl Environment for Fixed {
///     fn now(&self) -> i64 { 1_700_000_000 }
///     fn new_id(&self) -> Uuid { Uuid::nil() }
///     fn random_string(&self) -> String { "r".repeat(32) }
///     fn subschema(&self, _entity: &str, _key: &str) -> Option<&Subschema> { None }
/// }
///
/// let fields = [
///     field("id").of(typedefs::uuid()),
///     field("host").of(typedefs::host()).required(),
///     field("port").of(typedefs::port()).default(80),
/// ];
/// let mirrors = EntityDef {
///     name: "mirrors", collection: "mirrors", nested: "mirrors", endpoint_key: None, version: 1,
///     schema: Schema::new(fields),
/// };
/// let body = |value: serde_json::Value| value.as_object().cloned().unwrap_or_default();
///
/// let record = mirrors.prepare_insert(body(json!({"host": "example.com"})), &Fixed)?;
/// assert_eq!(record["port"], 80);
///
/// let violations = mirrors.prepare_insert(body(json!({"port": 70000})), &Fixed).unwrap_err();
/// assert_eq!(
///     violations.message(),
///     "2 schema violations (host: required field missing; port: value should be between 0 and 65535)"
/// );
/// # Ok::<(), gibbon_schema::Violations>(())
/// ```
#[derive(Debug, Clone)]
pub struct EntityDef {
    /// The kind in the store, in `/schemas/<name>` and in messages: `jwt_secrets`.
    pub name: &'static str,
    /// The path segment of the collection: `jwts`.
    pub collection: &'static str,
    /// The path segment below a parent: `jwt` in `/consumers/<id>/jwt`.
    pub nested: &'static str,
    /// The unique field that may stand in a path instead of the id.
    pub endpoint_key: Option<&'static str>,
    /// The version of the body, for later upgrades of stored records.
    pub version: u32,
    /// Fields and checks.
    pub schema: Schema,
}

/// A value that no other record of the kind may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UniqueValue {
    /// The field; several that are unique together are joined by commas: `name,route,service,consumer`. Their values
    /// are then a JSON array.
    pub field: &'static str,
    /// The value as text.
    pub value: String,
}

/// A foreign field that has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// The field.
    pub field: &'static str,
    /// The kind of the record that it names.
    pub target: &'static str,
    /// The id of that record.
    pub id: Uuid,
    /// What a deletion of that record means.
    pub on_delete: OnDelete,
}

/// What the store needs to know of a body.
impl EntityDef {
    /// The values of a prepared body that must be unique. Null is no value, except in fields that are unique together,
    /// where it equals null.
    pub fn unique_values(&self, body: &Object) -> Vec<UniqueValue> {
        let single = self.unique_fields().filter_map(|field| {
            let value = unique_text(body.get(field)?)?;
            Some(UniqueValue { field, value })
        });
        let together = self.schema.unique_together.iter().map(|fields| together(fields, body));
        single.chain(together).collect()
    }

    /// The value by which a record can be found below `parent`, where `text` names it there; none for entities whose
    /// records have a name of their own or none at all.
    pub fn value_below(&self, parent: Uuid, text: &str) -> Option<UniqueValue> {
        let fields = self.schema.key_below?;
        let (foreign, name) = fields.split_once(',')?;
        let body = [(foreign, json!({ "id": parent })), (name, json!(text))];
        Some(together(fields, &body.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()))
    }

    /// The field that names a record below its parent, of those that [`EntityDef::value_below`] finds.
    pub fn key_below(&self) -> Option<&'static str> {
        self.schema.key_below.and_then(|fields| fields.split_once(',')).map(|(_, name)| name)
    }

    /// Changes a body as [`Schema::rewritten_by`] says; preparing does that by itself.
    pub fn rewrite(&self, body: &mut Object) {
        self.schema.rewrite(body);
    }

    /// Where the Admin API shows the records.
    pub fn paths(&self) -> Paths {
        self.schema.paths
    }

    /// The records that a prepared body refers to.
    pub fn references(&self, body: &Object) -> Vec<Reference> {
        let references = self.foreign_fields().filter_map(|(field, target, on_delete)| {
            let id = body.get(field)?.get("id")?.as_str()?;
            Some(Reference { field, target, id: Uuid::parse_str(id).ok()?, on_delete })
        });
        references.chain(self.references_of_elements(body)).collect()
    }

    /// Those in arrays and sets of ids, each once.
    fn references_of_elements(&self, body: &Object) -> impl Iterator<Item = Reference> {
        self.fields_of_ids().flat_map(|(field, target)| {
            let elements = body.get(field).and_then(Value::as_array).into_iter().flatten();
            let ids: BTreeSet<Uuid> = elements.filter_map(|id| Uuid::parse_str(id.as_str()?).ok()).collect();
            ids.into_iter().map(move |id| Reference { field, target, id, on_delete: OnDelete::Restrict })
        })
    }

    /// The foreign fields, with the kind that each refers to.
    pub fn foreign_fields(&self) -> impl Iterator<Item = (&'static str, &'static str, OnDelete)> {
        self.schema.fields.iter().filter_map(|field| match field.kind {
            Kind::Foreign { reference, on_delete } => {
                let unsaid = if field.has(Flag::Owned) { OnDelete::Cascade } else { OnDelete::Restrict };
                Some((field.name, reference, on_delete.unwrap_or(unsaid)))
            }
            _ => None,
        })
    }

    /// The fields whose elements are ids of records, with the kind of those.
    pub fn fields_of_ids(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.schema.fields.iter().filter_map(|field| Some((field.name, field.elements_refer_to?)))
    }

    /// The fields that are unique on their own.
    pub fn unique_fields(&self) -> impl Iterator<Item = &'static str> {
        self.schema.fields.iter().filter(|field| field.has(Flag::Unique)).map(|field| field.name)
    }

    /// The sets of fields that are unique together, each joined by commas.
    pub fn unique_together(&self) -> impl Iterator<Item = &'static str> {
        self.schema.unique_together.iter().copied()
    }

    /// The tags of a body.
    pub fn tags(&self, body: &Object) -> Vec<String> {
        let tags = body.get("tags").and_then(Value::as_array).into_iter().flatten();
        tags.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Whether bodies have a field of that name.
    pub fn has_field(&self, name: &str) -> bool {
        self.schema.field(name).is_some()
    }

    /// The fields in declared order.
    pub fn field_names(&self) -> impl Iterator<Item = &'static str> {
        self.schema.fields.iter().map(|field| field.name)
    }
}

/// Preparing bodies.
impl EntityDef {
    /// A complete record made of a body: every field is there, null when unset, in declared order.
    ///
    /// # Errors
    /// All violations of the body.
    pub fn prepare_insert(&self, input: Object, env: &dyn Environment) -> Result<Object, Violations> {
        self.preparation(env, Operation::Insert).insert(input)
    }

    /// A complete record under `id` that takes the place of `existing`: all defaults and automatic values are made
    /// again, only `created_at` is kept.
    ///
    /// # Errors
    /// All violations of the body.
    pub fn prepare_replace(
        &self,
        id: Uuid,
        existing: Option<&Object>,
        input: Object,
        env: &dyn Environment,
    ) -> Result<Object, Violations> {
        self.preparation(env, Operation::Insert).replace(id, existing, input)
    }

    /// `existing` with the changes of `patch`: records are merged, arrays, sets and maps replaced, null clears; the id
    /// stays, `updated_at` is set.
    ///
    /// # Errors
    /// All violations of the changed record.
    pub fn prepare_update(
        &self,
        existing: &Object,
        patch: Object,
        env: &dyn Environment,
    ) -> Result<Object, Violations> {
        self.preparation(env, Operation::Update).update(existing, patch)
    }

    /// Whether a body could be inserted; nothing is made of it.
    ///
    /// # Errors
    /// All violations of the body.
    pub fn validate(&self, input: Object, env: &dyn Environment) -> Result<(), Violations> {
        self.prepare_insert(input, env).map(drop)
    }

    /// The body of a form, whose values are all text, with the types of the fields: numbers, booleans, a single value
    /// as an array, an empty text as null. What does not fit stays, so that validation names it.
    ///
    /// The fields of a plugin's configuration are known by the plugin's `name` in the form: to coerce a change to an
    /// existing plugin, put its name into the form first.
    pub fn coerce_form(&self, input: Object, env: &dyn Environment) -> Object {
        coerce(Scope::of(&self.schema, &input, self.context(env)), input)
    }

    /// A stored body as answers show it: what the record belongs to comes first, as with Kong, and the former names of
    /// fields that answers still carry are there.
    pub fn view(&self, body: &Object, env: &dyn Environment) -> Object {
        let mut view = Object::with_capacity(body.len());
        let references = self.foreign_fields().filter_map(|(name, ..)| body.get_key_value(name));
        view.extend(references.chain(body).map(|(name, value)| (name.clone(), value.clone())));
        let scope = Scope::of(&self.schema, body, self.context(env));
        if shorthand::has_read_back(scope) {
            shorthand::read_back(scope, &mut view);
        }
        view
    }

    /// What specialises the entity for a value of its key, where it knows that itself.
    pub fn subschema(&self, key: &str) -> Option<&Subschema> {
        match &self.schema.subschemas.as_ref()?.source {
            SubschemaSource::Own(own) => {
                own.iter().find(|(keys, _)| keys.contains(&key)).map(|(_, subschema)| subschema)
            }
            SubschemaSource::Environment => None,
        }
    }

    /// The document of `GET /schemas/<name>`.
    pub fn to_json(&self) -> Value {
        self.schema.to_json()
    }

    pub(crate) fn preparation<'a>(&'a self, env: &'a dyn Environment, operation: Operation) -> Preparation<'a> {
        Preparation::new(self.name, &self.schema, env, operation)
    }

    fn context<'a>(&'a self, env: &'a dyn Environment) -> Context<'a> {
        Context { entity: self.name, env, operation: Operation::Insert }
    }
}

fn together(fields: &'static str, body: &Object) -> UniqueValue {
    let values = fields.split(',').map(|field| body.get(field).and_then(unique_text));
    UniqueValue { field: fields, value: values.map(Value::from).collect::<Value>().to_string() }
}

#[cfg(test)]
mod tests;
