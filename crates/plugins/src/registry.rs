//! The list of all plugins.

use gibbon_plugin_api::{PluginDef, Registry};

use crate::{jwt, key_auth};

/// The version of Kong Gateway whose configuration and answers the plugins of that name have; `GET /` shows it for
/// each of them.
pub(crate) const INTERFACE_VERSION: &str = "3.10.0";

/// Every plugin that this gateway has.
pub fn all() -> Vec<&'static PluginDef> {
    vec![&jwt::DEFINITION, &key_auth::DEFINITION]
}

/// Every plugin, in the order in which they run.
pub fn registry() -> Registry {
    Registry::new(all())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The order decides who answers first and whose consumer counts; it changes only on purpose, and here.
    #[test]
    fn plugins_run_in_this_order() {
        let order: Vec<_> = registry().iter().map(|plugin| (plugin.priority, plugin.name)).collect();
        assert_eq!(order, [(1450, "jwt"), (1250, "key-auth")]);
    }

    #[test]
    fn names_of_plugins_and_of_their_credentials_are_unique() {
        let registry = registry();
        let mut names: Vec<_> = registry.iter().map(|plugin| plugin.name).collect();
        names.extend(registry.iter().flat_map(|plugin| plugin.credentials).map(|credential| credential.kind));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn a_plugin_and_its_schema_and_a_credential_and_its_entity_have_one_name() {
        for plugin in all() {
            assert_eq!((plugin.schema)().name, plugin.name);
            for credential in plugin.credentials {
                assert_eq!((credential.entity)().name, credential.kind);
            }
        }
    }
}
