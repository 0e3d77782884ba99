//! Everything that an Admin API has, as a document.

use std::collections::BTreeSet;

use gibbon_declarative::{Document, Kinds, LeftOut};
use gibbon_schema::{EntityDef, Object, Paths};
use serde_json::{Value, json};

use super::kong::{Kong, KongError};

/// Collections that are views of other ones, or of what there is only one of.
const VIEWS: [&str; 2] = ["tags", "workspaces"];

/// Reads all records of the kinds that are known here, and counts those that are not.
pub(super) fn everything(kong: &Kong, kinds: &Kinds<'_>) -> Result<(Document, Vec<LeftOut>), KongError> {
    let root = kong.get("/")?.ok_or_else(|| kong.stranger())?;
    if !root.contains_key("version") {
        return Err(kong.stranger());
    }
    // What is read has been stored before: passwords are hashes.
    let mut content =
        Object::from_iter([("_format_version".to_owned(), json!("3.0")), ("_transform".to_owned(), json!(false))]);
    for def in kinds.iter() {
        let records = match def.paths() {
            Paths::Everywhere => kong.list(&format!("/{}", def.collection))?.unwrap_or_default(),
            Paths::BelowParents => below_parents(kong, kinds, def, &content)?,
            Paths::Nowhere => continue,
        };
        content.insert(def.name.to_owned(), records.into());
    }
    let strangers = strangers(kong, kinds)?;
    Ok((Document::of_content(content), strangers))
}

/// Records that are found below those that they refer to. These have been read before.
fn below_parents(kong: &Kong, kinds: &Kinds<'_>, def: &EntityDef, content: &Object) -> Result<Vec<Value>, KongError> {
    let parent = def.foreign_fields().find_map(|(_, target, _)| kinds.get(target));
    let Some(parent) = parent else { return Ok(Vec::new()) };
    let mut records = Vec::new();
    for id in content.get(parent.name).and_then(Value::as_array).into_iter().flatten() {
        if let Some(id) = id.get("id").and_then(Value::as_str) {
            let path = format!("/{}/{id}/{}", parent.collection, def.nested);
            records.extend(kong.list(&path)?.unwrap_or_default());
        }
    }
    Ok(records)
}

/// What is there and unknown here, by the list of paths: a collection has single records below it.
fn strangers(kong: &Kong, kinds: &Kinds<'_>) -> Result<Vec<LeftOut>, KongError> {
    let Some(endpoints) = kong.get("/endpoints")? else { return Ok(Vec::new()) };
    let paths: Vec<&str> =
        endpoints.get("data").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let collections: BTreeSet<&str> = paths.iter().filter_map(|path| collection(path)).collect();
    let mut left_out = Vec::new();
    for name in collections {
        let is_known = kinds.iter().any(|def| def.collection == name) || VIEWS.contains(&name);
        if is_known || !paths.contains(&format!("/{name}").as_str()) {
            continue;
        }
        // What cannot be listed (Kong answers 400 where a feature is switched off) has no records.
        let count = kong.list(&format!("/{name}")).ok().flatten().map_or(0, |records| records.len());
        if count > 0 {
            let reason = format!("{count} of them; this gateway has no such entity");
            left_out.push(LeftOut { kind: name.to_owned(), name: String::new(), reason });
        }
    }
    Ok(left_out)
}

/// `name` of a path `/name/{key}` or `/name/:key`.
fn collection(path: &str) -> Option<&str> {
    let (name, key) = path.strip_prefix('/')?.split_once('/')?;
    let is_key = !key.contains('/') && (key.starts_with('{') || key.starts_with(':'));
    is_key.then_some(name)
}
