//! All vaults of a node, and the way from a reference to its value.

use crate::{EnvSettings, Reference, Variables, VaultError};
use serde_json::Value;
use std::collections::BTreeMap;

/// The name of the vault that is the environment.
pub const ENV: &str = "env";

/// A vault with settings of its own, as an operator has defined it under a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// What references name it by.
    pub prefix: String,
    /// What it is: `env`.
    pub vault: String,
    /// Its settings.
    pub settings: EnvSettings,
}

/// The vaults of a node. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vaults {
    variables: Variables,
    env: Option<EnvSettings>,
    defined: BTreeMap<String, Definition>,
}

impl Vaults {
    /// The vault `env` over these variables, without settings.
    #[must_use]
    pub fn new(variables: Variables) -> Self {
        Self { variables, env: Some(EnvSettings::default()), defined: BTreeMap::new() }
    }

    /// The same with other settings for the vault that is named `env`; `None` where it is switched off, and with it all
    /// definitions that are of its kind.
    #[must_use]
    pub fn with_env(self, env: Option<EnvSettings>) -> Self {
        Self { env, ..self }
    }

    /// Adds a definition, or replaces the one with its prefix.
    pub fn define(&mut self, definition: Definition) {
        self.defined.insert(definition.prefix.clone(), definition);
    }

    /// Takes the definition with that prefix away.
    pub fn forget(&mut self, prefix: &str) {
        self.defined.remove(prefix);
    }

    /// The value that a reference stands for.
    ///
    /// # Errors
    /// Where the text is no reference, or the vault has nothing for it.
    pub fn get(&self, reference: &str) -> Result<String, VaultError> {
        self.look_up(&Reference::parse(reference)?)
    }

    /// The same for a reference that has been taken apart.
    ///
    /// # Errors
    /// Where the vault has nothing for it.
    pub fn look_up(&self, reference: &Reference) -> Result<String, VaultError> {
        let base = self.settings(&reference.vault)?;
        let settings = base.overridden(reference.setting("prefix"));
        let value = self.variables.get(&settings, &reference.resource, reference.version);
        let value = value.ok_or(VaultError::NotFound)?;
        match &reference.key {
            None => Ok(value.to_owned()),
            Some(key) => subfield(value, key.clone()),
        }
    }

    /// Names of vaults come before prefixes.
    fn settings(&self, name: &str) -> Result<&EnvSettings, VaultError> {
        let unknown = || VaultError::NoSuchVault(name.to_owned());
        let env = self.env.as_ref().ok_or_else(unknown)?;
        if name == ENV {
            return Ok(env);
        }
        self.defined.get(name).filter(|defined| defined.vault == ENV).map(|d| &d.settings).ok_or_else(unknown)
    }
}

/// A member of the JSON object that a value is.
fn subfield(value: &str, key: String) -> Result<String, VaultError> {
    let members = match serde_json::from_str(value) {
        Ok(Value::Object(members)) => members,
        // A list is a table without names in Lua, so it is asked for the name in vain.
        Ok(Value::Array(_)) => return Err(VaultError::NoSubfield(key)),
        _ => return Err(VaultError::NotJson),
    };
    match members.get(&key) {
        Some(Value::String(text)) => Ok(text.clone()),
        None => Err(VaultError::NoSubfield(key)),
        Some(other) => Err(VaultError::SubfieldType { kind: lua_type(other), key }),
    }
}

/// What Lua calls a value of JSON.
fn lua_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "userdata",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) | Value::Object(_) => "table",
    }
}

#[cfg(test)]
mod tests {
    use super::{Definition, Vaults};
    use crate::{EnvSettings, Variables};

    fn vaults() -> Vaults {
        let pairs = [("SECRET", "a"), ("APP_SECRET", "b"), ("DB", r#"{"user":"u","port":5432}"#), ("TEXT", "{")];
        Vaults::new(Variables::new(pairs.map(|(name, value)| (name.to_owned(), value.to_owned()))))
    }

    fn prefixed(prefix: &str) -> EnvSettings {
        EnvSettings { prefix: Some(prefix.to_owned()) }
    }

    fn failure(vaults: &Vaults, reference: &str) -> String {
        vaults.get(reference).unwrap_err().to_string()
    }

    #[test]
    fn the_environment_is_there_without_a_definition() {
        let vaults = vaults();
        assert_eq!(vaults.get("{vault://env/secret}").as_deref(), Ok("a"));
        assert_eq!(vaults.get("{vault://env/secret?prefix=APP_}").as_deref(), Ok("b"));
        let configured = vaults.with_env(Some(prefixed("APP_")));
        assert_eq!(configured.get("{vault://env/secret}").as_deref(), Ok("b"));
    }

    #[test]
    fn a_key_picks_from_a_json_object() {
        assert_eq!(vaults().get("{vault://env/db/user}").as_deref(), Ok("u"));
        let wrong = "could not get value from external vault (could not get subfield value: ";
        let cases = [
            ("{vault://env/db/password}", "subfield password not found in JSON secret)"),
            ("{vault://env/db/port}", "unexpected number value in JSON secret for subfield port)"),
            ("{vault://env/text/x}", "unable to json decode value)"),
        ];
        for (reference, reason) in cases {
            assert_eq!(failure(&vaults(), reference), format!("{wrong}{reason}"));
        }
    }

    #[test]
    fn what_is_not_there_is_said_in_kongs_words() {
        let vaults = vaults();
        let not_found = "could not get value from external vault (no value found)";
        assert_eq!(failure(&vaults, "{vault://env/other}"), not_found);
        assert_eq!(failure(&vaults, "{vault://mine/secret}"), "could not find vault (mine)");
    }

    #[test]
    fn a_definition_is_found_by_its_prefix_until_it_is_forgotten() {
        let mut vaults = vaults();
        let mine =
            |vault: &str| Definition { prefix: "mine".to_owned(), vault: vault.to_owned(), settings: prefixed("APP_") };
        vaults.define(mine("env"));
        assert_eq!(vaults.get("{vault://mine/secret}").as_deref(), Ok("b"));
        vaults.define(mine("hcv"));
        assert_eq!(failure(&vaults, "{vault://mine/secret}"), "could not find vault (mine)");
        vaults.define(mine("env"));
        vaults.forget("mine");
        assert!(vaults.get("{vault://mine/secret}").is_err());
    }

    #[test]
    fn a_vault_that_is_switched_off_is_not_found() {
        let mut vaults = vaults().with_env(None);
        vaults.define(Definition { prefix: "mine".to_owned(), vault: "env".to_owned(), settings: prefixed("APP_") });
        assert_eq!(failure(&vaults, "{vault://env/secret}"), "could not find vault (env)");
        assert_eq!(failure(&vaults, "{vault://mine/secret}"), "could not find vault (mine)");
    }
}
