//! Every setting as the Admin API shows it: under its name in the file, in the type that Kong's users expect there, and
//! without secrets.

use crate::elsewhere;
use crate::key::{KeyDoc, Kind, keys};
use crate::kong;
use crate::list::elements;
use crate::reader::Reader;
use std::collections::BTreeMap;

/// What stands in the place of a secret.
const MASK: &str = "******";

/// A setting as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// Text.
    Text(String),
    /// A number, as it was written.
    Number(String),
    /// On or off.
    Switch(bool),
    /// Elements.
    List(Vec<String>),
}

/// Keys without a declaration here, and keys whose declaration says another kind, that Kong shows as `true` or `false`.
const SWITCHES: &[&str] = &[
    "anonymous_reports",
    "client_ssl",
    "cluster_cjson",
    "cluster_rpc",
    "cluster_rpc_sync",
    "cluster_use_proxy",
    "dedicated_config_processing",
    "dns_no_sync",
    "kic",
    "new_dns_client",
    "pg_ro_ssl",
    "pg_ro_ssl_verify",
    "pg_ssl",
    "pg_ssl_verify",
    "privileged_worker",
    "proxy_server_ssl_verify",
    "request_debug",
    "wasm",
];

/// Those that it shows as numbers.
const NUMBERS: &[&str] = &[
    "_debug_pg_ttl_cleanup_interval",
    "cluster_data_plane_purge_delay",
    "cluster_max_payload",
    "concurrency_timeout",
    "db_cache_neg_ttl",
    "db_cache_ttl",
    "db_resurrect_ttl",
    "db_update_frequency",
    "db_update_propagation",
    "dns_error_ttl",
    "dns_not_found_ttl",
    "dns_stale_ttl",
    "dns_valid_ttl",
    "lua_max_post_args",
    "lua_max_req_headers",
    "lua_max_resp_headers",
    "lua_max_uri_args",
    "lua_socket_pool_size",
    "lua_ssl_verify_depth",
    "opentelemetry_tracing_sampling_rate",
    "pg_backlog",
    "pg_keepalive_timeout",
    "pg_max_concurrent_queries",
    "pg_pool_size",
    "pg_port",
    "pg_ro_backlog",
    "pg_ro_keepalive_timeout",
    "pg_ro_max_concurrent_queries",
    "pg_ro_pool_size",
    "pg_ro_port",
    "pg_ro_semaphore_timeout",
    "pg_ro_timeout",
    "pg_semaphore_timeout",
    "pg_timeout",
    "resolver_error_ttl",
    "resolver_lru_cache_size",
    "resolver_stale_ttl",
    "resolver_valid_ttl",
    "tracing_sampling_rate",
    "upstream_keepalive_idle_timeout",
    "worker_events_max_payload",
    "worker_state_update_frequency",
];

/// Those that it shows as lists.
const LISTS: &[&str] = &[
    "admin_gui_listen",
    "admin_gui_ssl_cert",
    "admin_gui_ssl_cert_key",
    "admin_ssl_cert",
    "admin_ssl_cert_key",
    "cluster_dp_labels",
    "cluster_listen",
    "db_cache_warmup_entities",
    "opentelemetry_tracing",
    "pluginserver_names",
    "ssl_cert",
    "ssl_cert_key",
    "status_ssl_cert",
    "status_ssl_cert_key",
    "tracing_instrumentations",
    "untrusted_lua_sandbox_environment",
    "untrusted_lua_sandbox_requires",
    "wasm_filters",
];

/// Those of which nginx reads the words `on` and `off`, so that Kong leaves them as they are.
const WORDS: &[&str] = &[
    "nginx_daemon",
    "nginx_main_daemon",
    "nginx_proxy_real_ip_recursive",
    "real_ip_recursive",
    "ssl_prefer_server_ciphers",
    "ssl_session_tickets",
];

/// Keys without a declaration here that hold secrets.
const SECRETS: &[&str] = &[
    "admin_gui_ssl_cert_key",
    "admin_ssl_cert_key",
    "client_ssl_cert_key",
    "cluster_cert_key",
    "declarative_config_string",
    "pg_password",
    "pg_ro_password",
    "proxy_server",
    "request_debug_token",
    "ssl_cert_key",
    "status_ssl_cert_key",
];

/// What holds here where Kong's default would be untrue.
const HERE: &[(&str, &str)] = &[("admin_gui_csp_header", "on"), ("anonymous_reports", "off")];

/// All of Kong's keys and all of ours, but for those that have no value. What came from a vault is shown as the reference
/// that was written, and what has no effect with what is the case instead.
pub(crate) fn collect(reader: &mut Reader) -> BTreeMap<&'static str, Shown> {
    let mut shown = BTreeMap::new();
    for key in kong::GROUPS.iter().flat_map(|(_, keys)| *keys) {
        let here = HERE.iter().find(|(name, _)| *name == key.name).map_or(key.default, |(_, value)| *value);
        let harmless = |given: &&str| elsewhere::find(key.name).is_some_and(|row| row.harmless.contains(given));
        let text = reader.given_text(key.name).filter(harmless).unwrap_or(here);
        put(&mut shown, key.name, text, form(key.name, None));
    }
    for doc in keys() {
        let text = reader.text(doc).to_owned();
        let text = if doc.secret && !text.is_empty() { MASK } else { &text };
        for name in std::iter::once(doc.name).chain(doc.aliases.iter().copied()) {
            put(&mut shown, name, text, form(name, Some(doc)));
        }
    }
    shown.retain(|name, _| !name.contains("XXX"));
    shown
}

/// How a value is shown.
enum Form {
    Text,
    Number,
    Switch,
    List,
}

fn form(name: &str, doc: Option<&KeyDoc>) -> Form {
    let kind = doc.map(|doc| doc.kind);
    if WORDS.contains(&name) {
        Form::Text
    } else if SWITCHES.contains(&name) || kind == Some(Kind::Switch) {
        Form::Switch
    } else if NUMBERS.contains(&name) || kind == Some(Kind::Count) && !name.starts_with("nginx_") {
        Form::Number
    } else if LISTS.contains(&name) || matches!(kind, Some(Kind::List | Kind::Listeners)) {
        Form::List
    } else {
        Form::Text
    }
}

fn put(shown: &mut BTreeMap<&'static str, Shown>, name: &'static str, text: &str, form: Form) {
    let text = if SECRETS.contains(&name) && !text.is_empty() { MASK } else { text };
    let value = match form {
        Form::List => Shown::List(elements(text).map(str::to_owned).collect()),
        _ if text.is_empty() => {
            shown.remove(name);
            return;
        }
        Form::Switch if matches!(text, "on" | "true" | "off" | "false") => Shown::Switch(matches!(text, "on" | "true")),
        Form::Number if text.parse::<f64>().is_ok_and(f64::is_finite) => Shown::Number(text.to_owned()),
        // A reference, or a time with a unit.
        Form::Text | Form::Switch | Form::Number => Shown::Text(text.to_owned()),
    };
    shown.insert(name, value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Conf, ConfFile, Machine, Sources, User, load};

    fn conf(env: &[(&str, &str)]) -> Conf {
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let machine = Machine { user: User::Root, cores: 4, folder: "/work".into() };
        load(&Sources { file: ConfFile::Search(vec![]), env, options: vec![], machine }).unwrap().conf
    }

    #[test]
    fn every_key_of_kong_with_a_value_is_there() {
        let shown = conf(&[]).shown;
        for key in kong::GROUPS.iter().flat_map(|(_, keys)| *keys) {
            let may_be_absent = key.default.is_empty() || key.name.contains("XXX");
            assert!(may_be_absent || shown.contains_key(key.name), "{}", key.name);
        }
    }

    #[test]
    fn values_have_the_types_that_kong_gives_them() {
        let shown = conf(&[("KONG_TRUSTED_IPS", "10.0.0.0/8, ::1"), ("KONG_PG_PORT", "5433")]).shown;
        let text = |text: &str| Shown::Text(text.to_owned());
        let list = |words: &[&str]| Shown::List(words.iter().map(|word| (*word).to_owned()).collect());
        let expected = [
            ("log_level", text("notice")),
            ("nginx_http_client_max_body_size", text("0")),
            ("nginx_main_worker_processes", text("auto")),
            ("real_ip_recursive", text("off")),
            ("pg_port", Shown::Number("5433".to_owned())),
            ("upstream_keepalive_pool_size", Shown::Number("512".to_owned())),
            ("db_update_frequency", Shown::Number("5".to_owned())),
            ("tracing_sampling_rate", Shown::Number("0.01".to_owned())),
            ("pg_ssl", Shown::Switch(false)),
            ("anonymous_reports", Shown::Switch(false)),
            ("trusted_ips", list(&["10.0.0.0/8", "::1"])),
            ("dns_resolver", list(&[])),
            ("stream_listen", list(&["off"])),
            ("headers", list(&["server_tokens", "latency_tokens", "X-Kong-Request-Id"])),
        ];
        for (name, value) in expected {
            assert_eq!(shown.get(name), Some(&value), "{name}");
        }
        assert_eq!(shown.get("pg_schema"), None, "what has no value is not there");
    }

    #[test]
    fn secrets_are_masked_and_references_shown_as_written() {
        let env = [
            ("KONG_PG_PASSWORD", "sesame"),
            ("KONG_PROXY_SERVER", "http://u:sesame@p"),
            ("KONG_SSL_CERT", "/a.crt"),
            ("KONG_SSL_CERT_KEY", "sesame"),
            ("KONG_REQUEST_DEBUG_TOKEN", "sesame"),
            ("KONG_LOG_LEVEL", "{vault://env/level-of-logs}"),
            ("LEVEL_OF_LOGS", "warn"),
        ];
        let shown = conf(&env).shown;
        assert_eq!(shown["pg_password"], Shown::Text(MASK.to_owned()));
        assert_eq!(shown["log_level"], Shown::Text("{vault://env/level-of-logs}".to_owned()));
        assert!(!format!("{shown:?}").contains("sesame"));
    }

    #[test]
    fn what_has_no_effect_is_shown_with_what_is_the_case() {
        let shown = conf(&[("KONG_WASM", "on"), ("KONG_WORKER_CONSISTENCY", "strict")]).shown;
        assert_eq!(shown["wasm"], Shown::Switch(false));
        assert_eq!(shown["worker_consistency"], Shown::Text("strict".to_owned()));
    }
}
