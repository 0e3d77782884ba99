//! The vaults from which settings and fields take secrets.

use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::list;
use crate::reader::Reader;
use gibbon_vault::{ENV, EnvSettings, Variables, Vaults};

/// Whether the one vault that there is may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Selection {
    Env,
    Nothing,
}

const VAULTS: Key<Selection> = Key::new(
    "vaults",
    "bundled",
    Kind::List,
    selection,
    "The vaults on offer: `bundled` or `env` for the environment of the gateway, `off` for none. A value of any other \
     setting may be a reference, `{vault://env/my-secret}`, and is then that of the variable `MY_SECRET`.",
);

const ENV_PREFIX: Key<Option<String>> = Key::new(
    "vault_env_prefix",
    "",
    Kind::Text,
    prefix,
    "What the names of all variables start with that references to the vault `env` name: with `APP_`, \
     `{vault://env/my-secret}` is `APP_MY_SECRET`.",
);

const KEYS: &[KeyDoc] = &[VAULTS.doc, ENV_PREFIX.doc];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Vaults", keys: KEYS };

fn selection(text: &str) -> Result<Selection, String> {
    let mut selection = Selection::Nothing;
    for (index, name) in list::elements(text).enumerate() {
        match name {
            "off" if index == 0 => return Ok(Selection::Nothing),
            "off" => {}
            "bundled" | ENV => selection = Selection::Env,
            "aws" | "azure" | "conjur" | "gcp" | "hcv" => {
                return Err(format!("the vault `{name}` belongs to Kong Enterprise"));
            }
            _ => return Err(format!("there is no vault `{name}`; expected `bundled`, `env` or `off`")),
        }
    }
    Ok(selection)
}

fn prefix(text: &str) -> Result<Option<String>, String> {
    match text {
        "" => Ok(None),
        _ if EnvSettings::is_prefix(text) => Ok(Some(text.to_owned())),
        _ => Err("expected letters, digits, `_` and `-`, with no digit in front".to_owned()),
    }
}

/// The vaults over these variables.
pub(crate) fn read(reader: &mut Reader, env: &[(String, String)]) -> Vaults {
    let selection = reader.read(&VAULTS);
    let settings = EnvSettings { prefix: reader.read(&ENV_PREFIX) };
    let vaults = Vaults::new(Variables::new(env.iter().cloned()));
    vaults.with_env((selection == Selection::Env).then_some(settings))
}

#[cfg(test)]
mod tests {
    use super::{Selection, prefix, selection};

    #[test]
    fn vaults_are_selected_by_name() {
        for text in ["bundled", "env", "bundled, env", "env, off"] {
            assert_eq!(selection(text), Ok(Selection::Env), "{text}");
        }
        assert_eq!(selection("off, env"), Ok(Selection::Nothing));
        assert!(selection("bundled, hcv").unwrap_err().contains("Enterprise"));
        assert!(selection("mine").unwrap_err().contains("`mine`"));
    }

    #[test]
    fn a_prefix_is_a_name_or_nothing() {
        assert_eq!(prefix(""), Ok(None));
        assert_eq!(prefix("APP_"), Ok(Some("APP_".to_owned())));
        assert!(prefix("1").is_err() && prefix("a b").is_err());
    }
}
