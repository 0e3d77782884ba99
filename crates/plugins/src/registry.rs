//! The list of all plugins.

use gibbon_plugin_api::{PluginDef, Registry};
use gibbon_schema::EntityDef;

use crate::{acl, acme, basic_auth, hmac_auth, jwt, key_auth, oauth2, session};

/// The version of Kong Gateway whose configuration and answers the plugins of that name have; `GET /` shows it for
/// each of them.
pub(crate) const INTERFACE_VERSION: &str = "3.10.0";

/// Every plugin that this gateway has.
pub fn all() -> Vec<&'static PluginDef> {
    vec![&jwt::DEFINITION, &key_auth::DEFINITION]
}

/// The entities that plugins keep beside the credentials that their definitions bring.
///
/// Those of plugins that are not among [`all`] are kept and shown like any other, so that nothing of a configuration is
/// lost that has them; the plugins themselves cannot be configured. A plugin that is added takes its line away here.
pub fn entities() -> Vec<fn() -> EntityDef> {
    vec![
        acl::groups,
        acme::storage,
        basic_auth::credentials,
        hmac_auth::credentials,
        oauth2::credentials,
        oauth2::authorization_codes,
        oauth2::tokens,
        session::sessions,
        session::metadatas,
    ]
}

/// Every plugin, in the order in which they run, and the entities of all.
pub fn registry() -> Registry {
    Registry::new(all()).with_entities(entities())
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
        names.extend(registry.entities().map(|entity| entity.name));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn entities_are_found_where_clients_look_for_them() {
        let registry = registry();
        let found: Vec<_> =
            registry.entities().map(|def| (def.name, def.collection, def.nested, def.endpoint_key)).collect();
        let expected = [
            ("jwt_secrets", "jwts", "jwt", Some("key")),
            ("keyauth_credentials", "key-auths", "key-auth", Some("key")),
            ("acls", "acls", "acls", None),
            ("acme_storage", "acme_storage", "acme_storage", None),
            ("basicauth_credentials", "basic-auths", "basic-auth", Some("username")),
            ("hmacauth_credentials", "hmac-auths", "hmac-auth", Some("username")),
            ("oauth2_credentials", "oauth2", "oauth2", Some("client_id")),
            ("oauth2_authorization_codes", "oauth2_authorization_codes", "oauth2_authorization_codes", None),
            ("oauth2_tokens", "oauth2_tokens", "oauth2_tokens", Some("access_token")),
            ("sessions", "sessions", "sessions", Some("session_id")),
            ("session_metadatas", "session_metadatas", "session_metadatas", None),
        ];
        assert_eq!(found, expected);
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
