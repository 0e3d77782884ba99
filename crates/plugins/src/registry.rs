//! The list of all plugins.

use gibbon_plugin_api::{AdminPath, MarkDef, PluginDef, Registry};
use gibbon_schema::EntityDef;

use crate::{
    acl, acme, basic_auth, bot_detection, correlation_id, cors, datadog, file_log, grpc_gateway, grpc_web, hmac_auth,
    http_log, ip_restriction, jwt, key_auth, ldap_auth, loggly, oauth2, opentelemetry, post_function, pre_function,
    prometheus, proxy_cache, rate_limiting, redirect, request_size_limiting, request_termination, request_transformer,
    response_ratelimiting, response_transformer, session, standard_webhooks, statsd, syslog, tcp_log, udp_log, zipkin,
};

/// The version of Kong Gateway whose configuration and answers the plugins of that name have; `GET /` shows it for
/// each of them.
pub(crate) const INTERFACE_VERSION: &str = "3.10.0";

/// Every plugin that this gateway has.
pub fn all() -> Vec<&'static PluginDef> {
    vec![
        &pre_function::DEFINITION,
        &correlation_id::DEFINITION,
        &zipkin::DEFINITION,
        &bot_detection::DEFINITION,
        &cors::DEFINITION,
        &session::DEFINITION,
        &acme::DEFINITION,
        &jwt::DEFINITION,
        &oauth2::DEFINITION,
        &key_auth::DEFINITION,
        &ldap_auth::DEFINITION,
        &basic_auth::DEFINITION,
        &hmac_auth::DEFINITION,
        &grpc_gateway::DEFINITION,
        &ip_restriction::DEFINITION,
        &request_size_limiting::DEFINITION,
        &acl::DEFINITION,
        &rate_limiting::DEFINITION,
        &response_ratelimiting::DEFINITION,
        &request_transformer::DEFINITION,
        &response_transformer::DEFINITION,
        &redirect::DEFINITION,
        &standard_webhooks::DEFINITION,
        &proxy_cache::DEFINITION,
        &opentelemetry::DEFINITION,
        &prometheus::DEFINITION,
        &http_log::DEFINITION,
        &statsd::DEFINITION,
        &datadog::DEFINITION,
        &file_log::DEFINITION,
        &udp_log::DEFINITION,
        &tcp_log::DEFINITION,
        &loggly::DEFINITION,
        &syslog::DEFINITION,
        &grpc_web::DEFINITION,
        &request_termination::DEFINITION,
        &post_function::DEFINITION,
    ]
}

/// The entities that plugins keep beside the credentials that their definitions bring.
///
/// Those of plugins that are not among [`all`] are kept and shown like any other, so that nothing of a configuration is
/// lost that has them; the plugins themselves cannot be configured. A plugin that is added takes its line away here.
pub fn entities() -> Vec<fn() -> EntityDef> {
    vec![acme::storage, oauth2::authorization_codes, session::metadatas]
}

/// The records of plugins of which requests ask only whether they are there.
pub fn marks() -> impl Iterator<Item = &'static MarkDef> {
    [&jwt::MARKS].into_iter()
}

/// The paths of the Admin API that plugins bring along.
pub fn admin_paths() -> impl Iterator<Item = &'static AdminPath> {
    acme::ADMIN_PATHS.iter().chain(&jwt::ADMIN_PATHS).chain(&proxy_cache::ADMIN_PATHS)
}

/// Every plugin, in the order in which they run, and the entities and paths of all.
pub fn registry() -> Registry {
    Registry::new(all()).with_entities(entities()).with_marks(marks()).with_admin_paths(admin_paths())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::fixture::{SETTINGS, plugin_record};

    /// The order decides who answers first and whose consumer counts; it changes only on purpose, and here.
    #[test]
    fn plugins_run_in_this_order() {
        let order: Vec<_> = registry().iter().map(|plugin| (plugin.priority, plugin.name)).collect();
        let expected = [
            (1_000_000, "pre-function"),
            (100_001, "correlation-id"),
            (100_000, "zipkin"),
            (2500, "bot-detection"),
            (2000, "cors"),
            (1900, "session"),
            (1705, "acme"),
            (1450, "jwt"),
            (1400, "oauth2"),
            (1250, "key-auth"),
            (1200, "ldap-auth"),
            (1100, "basic-auth"),
            (1030, "hmac-auth"),
            (998, "grpc-gateway"),
            (990, "ip-restriction"),
            (951, "request-size-limiting"),
            (950, "acl"),
            (910, "rate-limiting"),
            (900, "response-ratelimiting"),
            (801, "request-transformer"),
            (800, "response-transformer"),
            (779, "redirect"),
            (760, "standard-webhooks"),
            (100, "proxy-cache"),
            (14, "opentelemetry"),
            (13, "prometheus"),
            (12, "http-log"),
            (11, "statsd"),
            (10, "datadog"),
            (9, "file-log"),
            (8, "udp-log"),
            (7, "tcp-log"),
            (6, "loggly"),
            (4, "syslog"),
            (3, "grpc-web"),
            (2, "request-termination"),
            (-1000, "post-function"),
        ];
        assert_eq!(order, expected);
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
            ("sessions", "sessions", "sessions", Some("session_id")),
            ("jwt_secrets", "jwts", "jwt", Some("key")),
            ("oauth2_credentials", "oauth2", "oauth2", Some("client_id")),
            ("oauth2_tokens", "oauth2_tokens", "oauth2_tokens", Some("access_token")),
            ("keyauth_credentials", "key-auths", "key-auth", Some("key")),
            ("basicauth_credentials", "basic-auths", "basic-auth", Some("username")),
            ("hmacauth_credentials", "hmac-auths", "hmac-auth", Some("username")),
            ("acls", "acls", "acls", None),
            ("acme_storage", "acme_storage", "acme_storage", None),
            ("oauth2_authorization_codes", "oauth2_authorization_codes", "oauth2_authorization_codes", None),
            ("session_metadatas", "session_metadatas", "session_metadatas", None),
            ("jwt_revocations", "jwt/revocations", "revocations", None),
        ];
        assert_eq!(found, expected);
    }

    /// What has to be said to configure a plugin at all.
    fn least_config(plugin: &str) -> Value {
        match plugin {
            "acl" => json!({ "allow": ["g"] }),
            "acme" => json!({ "account_email": "a@b.example" }),
            "file-log" => json!({ "path": "/dev/null" }),
            "opentelemetry" => json!({ "traces_endpoint": "http://a.example/v1/traces" }),
            "http-log" => json!({ "http_endpoint": "http://a.example/" }),
            "udp-log" | "tcp-log" => json!({ "host": "a.example", "port": 1 }),
            "loggly" => json!({ "key": "k" }),
            "ldap-auth" => json!({ "ldap_host": "a.example", "base_dn": "dc=example", "attribute": "uid" }),
            "ip-restriction" => json!({ "allow": ["192.0.2.1"] }),
            "rate-limiting" => json!({ "minute": 1 }),
            "response-ratelimiting" => json!({ "limits": { "a": { "minute": 1 } } }),
            "session" => json!({ "secret": "s" }),
            "oauth2" => json!({ "provision_key": "p", "enable_client_credentials": true }),
            "proxy-cache" => json!({ "strategy": "memory" }),
            "standard-webhooks" => json!({ "secret_v1": "secret" }),
            "pre-function" | "post-function" => json!({ "access": ["return"] }),
            "redirect" => json!({ "location": "https://a.example" }),
            _ => json!({}),
        }
    }

    /// The declared defaults of a record, those within it included; null where there is none.
    fn declared(record: &Value) -> Value {
        let fields = record["fields"].as_array().unwrap().iter().flat_map(|field| field.as_object().unwrap());
        fields
            .map(|(name, field)| match (field.get("default"), &field["type"]) {
                (None, kind) if kind == "record" && field["required"] != false => (name.clone(), declared(field)),
                (Some(Value::Object(default)), kind) if kind == "record" => {
                    let mut whole = declared(field);
                    whole.as_object_mut().unwrap().extend(default.clone());
                    (name.clone(), whole)
                }
                (default, _) => (name.clone(), default.cloned().unwrap_or_default()),
            })
            .collect::<gibbon_schema::Object>()
            .into()
    }

    /// A default that is a list of records says only what it sets.
    fn without_nulls_in_elements(list: &mut Value) {
        for element in list.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            element.retain(|_, member| !member.is_null());
        }
    }

    #[test]
    fn every_plugin_can_be_configured_and_is_told_its_declared_defaults() {
        for plugin in all() {
            let least = least_config(plugin.name);
            let record = plugin_record(plugin, least.clone()).unwrap();
            assert!((plugin.configure)(&record["config"], &SETTINGS).is_ok(), "{}", plugin.name);
            let document = (plugin.schema)().to_json();
            let fields = document["fields"].as_array().unwrap();
            let config = fields.iter().find_map(|field| field.get("config")).unwrap();
            let mut expected = declared(config);
            for name in least.as_object().unwrap().keys() {
                expected[name] = record["config"][name].clone();
            }
            let mut config = record["config"].clone();
            config.as_object_mut().unwrap().values_mut().for_each(without_nulls_in_elements);
            // What Kong does not have is declared, and not there while it is not set.
            expected.as_object_mut().unwrap().retain(|name, value| !value.is_null() || config.get(name).is_some());
            assert_eq!(config, expected, "{}", plugin.name);
        }
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
