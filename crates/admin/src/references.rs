//! References in bodies: by id, or by any unique field of the record that is meant (`service.name=…`).

use gibbon_runtime::Definitions;
use gibbon_schema::{EntityDef, Object};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::crud::Reader;
use crate::error::{ApiError, Unresolved};

/// Turns every reference in a body into one by id. What is no reference at all stays, for validation to name.
///
/// # Errors
/// [`ApiError::UnresolvedReferences`] for those that name nothing.
pub(crate) async fn resolve(
    reader: &mut Reader<'_>,
    definitions: &Definitions,
    def: &EntityDef,
    body: &mut Object,
) -> Result<(), ApiError> {
    let mut unresolved = Vec::new();
    for (field, target, _) in def.foreign_fields() {
        let Some(Value::Object(reference)) = body.get(field) else { continue };
        if let Some(id) = id_of(reference) {
            body.insert(field.to_owned(), json!({ "id": id }));
            continue;
        }
        let Some(target) = definitions.get(target) else { continue };
        match find(reader, target, reference).await? {
            Found::Record(id) => drop(body.insert(field.to_owned(), json!({ "id": id }))),
            Found::Nothing { by, value } => unresolved.push(Unresolved { field, target: target.name, by, value }),
            Found::NotAsked => {}
        }
    }
    if unresolved.is_empty() { Ok(()) } else { Err(ApiError::UnresolvedReferences(unresolved)) }
}

/// The id in a reference or in a record.
pub(crate) fn id_of(object: &Object) -> Option<Uuid> {
    Uuid::try_parse(object.get("id")?.as_str()?).ok()
}

enum Found {
    Record(Value),
    Nothing { by: &'static str, value: String },
    NotAsked,
}

/// The first unique field that names a record counts; if none does, the first that was given is at fault.
async fn find(reader: &mut Reader<'_>, target: &EntityDef, reference: &Object) -> Result<Found, ApiError> {
    let mut fault = Found::NotAsked;
    for by in target.unique_fields() {
        let Some(value) = reference.get(by).and_then(Value::as_str).filter(|value| !value.is_empty()) else { continue };
        if let Some(record) = reader.find(target.name, by, value).await? {
            return Ok(Found::Record(record.get("id").cloned().unwrap_or_default()));
        }
        if matches!(fault, Found::NotAsked) {
            fault = Found::Nothing { by, value: value.to_owned() };
        }
    }
    Ok(fault)
}
