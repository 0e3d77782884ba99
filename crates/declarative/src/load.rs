//! From a document to records: all of them, or everything that is wrong.

use gibbon_schema::{EntityDef, Environment, Object, Violations};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::document::Document;
use crate::entry::{Entry, entries};
use crate::faults::Faults;
use crate::header::{FormatVersion, Header, Transform};
use crate::kinds::Kinds;
use crate::references::{References, is_reference};
use crate::rejection::Rejection;
use crate::uniqueness::Taken;
use crate::{defaults, identity};

/// What a file declares.
#[derive(Debug, Clone)]
pub struct Declaration<'a> {
    /// The version of the format that the file is written in.
    pub version: FormatVersion,
    /// Prepared records with their kinds, each behind those that it refers to.
    pub records: Vec<(&'a EntityDef, Object)>,
    /// 32 hexadecimal digits that tell the file from others.
    pub hash: String,
}

/// Makes records of a document.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load<'a>(
    document: &Document,
    kinds: &Kinds<'a>,
    env: &dyn Environment,
) -> Result<Declaration<'a>, Box<Rejection>> {
    let mut content = document.content.clone();
    let mut faults = Faults::default();
    let header = Header::take(&mut content, &mut faults);
    let mut entries = entries(content, kinds, &mut faults);
    defaults::fill(&mut entries, &header, &mut faults);
    if header.version != FormatVersion::V3_0 {
        entries.iter_mut().for_each(|entry| entry.def.rewrite_former(&mut entry.body));
    }
    let references = References::resolve(&entries, kinds, &mut faults);
    let ids = identity::all(&entries, &references);
    let records = prepare(&entries, &references, &ids, Preparation { env, transform: header.transform }, &mut faults);
    match faults.into_fields() {
        Some(fields) => Err(Box::new(Rejection::new(fields, &entries))),
        None => Ok(Declaration { version: header.version, records: sort(records, kinds), hash: document.hash.clone() }),
    }
}

#[derive(Clone, Copy)]
struct Preparation<'e> {
    env: &'e dyn Environment,
    transform: Transform,
}

fn prepare<'a>(
    entries: &[Entry<'a>],
    references: &References,
    ids: &[Uuid],
    preparation: Preparation<'_>,
    faults: &mut Faults,
) -> Vec<(&'a EntityDef, Object)> {
    let mut taken = Taken::default();
    let mut records = Vec::with_capacity(entries.len());
    for (position, (entry, id)) in entries.iter().zip(ids).enumerate() {
        let mut body = entry.body.clone();
        if body.get("id").is_none_or(Value::is_null) {
            body.insert("id".to_owned(), id.to_string().into());
        }
        for (field, target) in references.of(position) {
            body.insert(field.to_owned(), json!({ "id": ids.get(target) }));
        }
        pacify(entry.def, &mut body);
        taken.identity(entry, *id, faults);
        match preparation.run(entry.def, body) {
            Ok(record) => {
                taken.values(entry, &record, faults);
                records.push((entry.def, record));
            }
            Err(violations) => faults.add(&entry.place, Value::Object(violations.fields().clone())),
        }
    }
    records
}

/// References that are left by name lead nowhere, which has been said. So that nothing more is said of them, they get the
/// form of a reference.
fn pacify(def: &EntityDef, body: &mut Object) {
    for (field, ..) in def.foreign_fields() {
        let is_by_name = |value: &Value| is_reference(value) && value.get("id").is_none_or(|id| !id.is_string());
        if let Some(value) = body.get_mut(field).filter(|value| is_by_name(value)) {
            *value = json!({ "id": Uuid::nil() });
        }
    }
}

impl Preparation<'_> {
    fn run(self, def: &EntityDef, body: Object) -> Result<Object, Violations> {
        let changed = body.get("updated_at").cloned();
        let record = match self.transform {
            Transform::Due => def.prepare_insert(body, self.env)?,
            Transform::Done => def.prepare_stored(body, self.env)?,
        };
        Ok(def.with_former_change(record, changed.as_ref()))
    }
}

/// The records, each behind those that it refers to, and otherwise as they stand in the file.
fn sort<'a>(mut records: Vec<(&'a EntityDef, Object)>, kinds: &Kinds<'_>) -> Vec<(&'a EntityDef, Object)> {
    let names = kinds.names();
    records.sort_by_key(|(def, _)| names.iter().position(|name| *name == def.name));
    records
}
