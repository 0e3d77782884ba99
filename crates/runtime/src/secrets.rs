//! Fields that refer to secrets, on their way from the store to what is served. What the store holds and the Admin API
//! shows stays the reference.

use std::borrow::Cow;
use std::sync::Arc;

use gibbon_schema::Object;
use gibbon_vault::{Definition, EnvSettings, Vaults};
use imbl::OrdMap;
use uuid::Uuid;

use crate::definitions::Definitions;

/// The entity whose records are vaults.
pub const VAULTS: &str = "vaults";

/// The vaults of a revision, and the records that depend on them.
#[derive(Clone)]
pub struct Secrets {
    definitions: Arc<Definitions>,
    vaults: Vaults,
    /// The prefixes of stored vaults, by id.
    prefixes: OrdMap<Uuid, String>,
    /// Records with references in them, as they are stored: what they stand for changes when a vault does.
    referring: OrdMap<Uuid, Referring>,
}

/// A record with references in it.
#[derive(Clone)]
pub(crate) struct Referring {
    pub(crate) kind: Arc<str>,
    pub(crate) body: Arc<Object>,
}

impl Secrets {
    /// Those that the vaults of `definitions` hold, before any vault is stored.
    pub fn new(definitions: Arc<Definitions>) -> Self {
        let vaults = definitions.vaults().clone();
        Self { definitions, vaults, prefixes: OrdMap::new(), referring: OrdMap::new() }
    }

    /// The record with secrets in the place of references. One that cannot be had is the empty text, as in Kong.
    pub(crate) fn resolved<'b>(&mut self, kind: &str, id: Uuid, body: &'b Object) -> Cow<'b, Object> {
        let Self { definitions, vaults, referring, .. } = self;
        let mut resolve = |reference: &str| {
            vaults.get(reference).unwrap_or_else(|error| {
                tracing::warn!("unable to resolve reference {reference} ({error})");
                String::new()
            })
        };
        let def = definitions.get(kind);
        match def.and_then(|def| def.with_secrets(body, &**definitions, &mut resolve)) {
            Some(resolved) => {
                referring.insert(id, Referring { kind: kind.into(), body: Arc::new(body.clone()) });
                Cow::Owned(resolved)
            }
            None => Cow::Borrowed(body),
        }
    }

    /// A record is no more.
    pub(crate) fn forget(&mut self, id: Uuid) {
        self.referring.remove(&id);
    }

    /// The records to be taken over again since a vault has changed.
    pub(crate) fn referring(&self) -> Vec<(Uuid, Referring)> {
        self.referring.iter().map(|(id, referring)| (*id, referring.clone())).collect()
    }

    /// Takes a stored vault over.
    pub(crate) fn define(&mut self, id: Uuid, body: &Object) {
        self.undefine(id);
        if let Some(definition) = definition(body) {
            self.prefixes.insert(id, definition.prefix.clone());
            self.vaults.define(definition);
        }
    }

    /// A stored vault is no more.
    pub(crate) fn undefine(&mut self, id: Uuid) {
        if let Some(prefix) = self.prefixes.remove(&id) {
            self.vaults.forget(&prefix);
        }
    }
}

/// What a stored vault defines. Other kinds of vaults than ours have settings that are not looked at.
pub fn definition(body: &Object) -> Option<Definition> {
    let text = |object: &Object, name: &str| object.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    let (prefix, vault) = text(body, "prefix").zip(text(body, "name"))?;
    let config = body.get("config").and_then(|config| config.as_object());
    let settings = EnvSettings { prefix: config.and_then(|config| text(config, "prefix")) };
    Some(Definition { prefix, vault, settings })
}

#[cfg(test)]
mod tests {
    use super::Secrets;
    use crate::definitions::Definitions;
    use gibbon_plugin_api::Registry;
    use gibbon_schema::Object;
    use gibbon_vault::{Variables, Vaults};
    use serde_json::{Value, json};
    use std::sync::Arc;
    use uuid::Uuid;

    fn secrets() -> Secrets {
        let variables = [("SECRET", "a"), ("APP_SECRET", "b")];
        let variables = Variables::new(variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let definitions = Definitions::new(&Registry::new([])).with_vaults(Vaults::new(variables));
        Secrets::new(Arc::new(definitions))
    }

    fn vault(value: Value) -> Object {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_stored_vault_is_found_by_its_prefix_while_it_is_stored() {
        let (mut secrets, id) = (secrets(), Uuid::from_u128(1));
        let found = |secrets: &Secrets| secrets.vaults.get("{vault://mine/secret}").ok();
        assert_eq!(found(&secrets), None);
        secrets.define(id, &vault(json!({"prefix": "mine", "name": "env", "config": {"prefix": "APP_"}})));
        assert_eq!(found(&secrets).as_deref(), Some("b"));
        secrets.define(id, &vault(json!({"prefix": "mine", "name": "env", "config": {"prefix": null}})));
        assert_eq!(found(&secrets).as_deref(), Some("a"));
        secrets.define(id, &vault(json!({"prefix": "other", "name": "env", "config": {}})));
        assert_eq!(found(&secrets), None);
        secrets.undefine(id);
        assert!(secrets.vaults.get("{vault://other/secret}").is_err());
    }
}
