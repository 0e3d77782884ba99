//! Keys and sets of them, looked up as credentials are: a set by its name or its id, and its keys below its id.

use std::sync::Arc;

use gibbon_entities::{BodyError, Key, KeySet, key, key_set};
use gibbon_plugin_api::{CredentialDef, LoadedCredential};
use gibbon_schema::Object;
use uuid::Uuid;

/// What is looked up beside the credentials of plugins.
pub(super) static LOOKED_UP: [CredentialDef; 2] = [
    CredentialDef { kind: "key_sets", entity: key_set::definition, load: load_set },
    CredentialDef { kind: "keys", entity: key::definition, load: load_key },
];

fn load_set(body: &Object) -> Result<LoadedCredential, BodyError> {
    let set = KeySet::from_body(body)?;
    let key = set.name.clone().unwrap_or_else(|| set.id.to_string().into());
    Ok(LoadedCredential { id: set.id, consumer: Uuid::nil(), key, value: Arc::new(set) })
}

fn load_key(body: &Object) -> Result<LoadedCredential, BodyError> {
    let found = Key::from_body(body)?;
    let key = format!("{}/{}", found.set.unwrap_or_default(), found.kid).into();
    Ok(LoadedCredential { id: found.id, consumer: Uuid::nil(), key, value: Arc::new(found) })
}
