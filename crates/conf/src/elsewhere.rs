//! Settings of Kong that change nothing here: for each, one precise sentence, in place of "unknown".

/// Keys of Kong with the reason why they have no effect.
#[derive(Debug)]
pub(crate) struct Row {
    /// Names; with `*` at the end, everything that starts so.
    pub(crate) names: &'static [&'static str],
    /// Values with which the key asks for what is the case anyway, so that nobody has to be warned.
    pub(crate) harmless: &'static [&'static str],
    pub(crate) reason: &'static str,
    pub(crate) standing: Standing,
}

/// Whether a key may have an effect one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// What it steers is not there in this version.
    NotYet,
    /// There is nothing here that it could steer.
    NoMeaning,
}

/// The first row that has the key. Keys that are read have been taken out before.
pub(crate) fn find(key: &str) -> Option<&'static Row> {
    let matches = |name: &&str| name.strip_suffix('*').map_or(*name == key, |start| key.starts_with(start));
    TABLE.iter().find(|row| row.names.iter().any(&matches))
}

const fn row(names: &'static [&'static str], harmless: &'static [&'static str], reason: &'static str) -> Row {
    Row { names, harmless, reason, standing: Standing::NotYet }
}

const fn never(names: &'static [&'static str], harmless: &'static [&'static str], reason: &'static str) -> Row {
    Row { names, harmless, reason, standing: Standing::NoMeaning }
}

/// From the particular to the general: the first match counts.
pub(crate) const TABLE: &[Row] = &[
    row(&["pg_ro_*"], &["off"], "a second server to read from is not supported in this version"),
    never(
        &["pg_ssl_version"],
        &["tlsv1_2", "tlsv1_3", "any"],
        "what both sides know best of TLS 1.2 and 1.3 is spoken",
    ),
    never(&["pg_backlog"], &[], "how many calls wait is not bounded, but how long they do: by `pg_semaphore_timeout`"),
    row(&["pg_iam_*", "pg_ro_iam_*"], &["off"], "signing in with AWS IAM is not supported in this version"),
    never(
        &["db_update_propagation", "db_cache_*", "db_resurrect_ttl"],
        &["0"],
        "a node holds all of its configuration, so that there is nothing to look up, to keep for a time or to warm up",
    ),
    never(&["cassandra_*"], &[], "Cassandra is not supported"),
    never(&["lmdb_*"], &[], "what is declared is kept in a file below the prefix"),
    row(&["cluster_*"], &["off"], "hybrid mode is not supported in this version"),
    never(&["ssl_dhparam", "nginx_http_ssl_dhparam"], &[], "keys are agreed upon over elliptic curves only"),
    never(
        &["ssl_*", "nginx_http_ssl_*", "nginx_http_proxy_ssl_*", "nginx_http_grpc_ssl_*", "nginx_http_lua_ssl_*"],
        &["off"],
        "TLS is not spoken by OpenSSL here, and this directive has no counterpart",
    ),
    never(
        &["lua_ssl_protocols"],
        &["TLSv1.2 TLSv1.3", "TLSv1.3 TLSv1.2"],
        "to upstreams, what both sides know best of TLS 1.2 and 1.3 is spoken",
    ),
    never(
        &["status_error_log"],
        &["logs/status_error.log", "off"],
        "messages of the Status API go where those of the Admin API go, `admin_error_log`",
    ),
    row(
        &["nginx_stream_*", "nginx_sproxy_*", "nginx_supstream_*"],
        &["off"],
        "directives of nginx for streams are not known in this version: `ssl_*` and the keys of clients hold for them too",
    ),
    never(
        &["admin_gui_error_log"],
        &["logs/admin_gui_error.log", "off"],
        "messages of the manager go where those of the Admin API go, `admin_error_log`",
    ),
    never(
        &["admin_gui_csp_header"],
        &["on"],
        "pages of the manager always come with a Content-Security-Policy that lets nothing of elsewhere in",
    ),
    never(
        &["vault_env_ttl", "vault_env_neg_ttl", "vault_env_resurrect_ttl"],
        &[],
        "the environment of a process does not change while it runs, so its values do not age",
    ),
    never(&["vault_*"], &[], "vaults other than `env` belong to Kong Enterprise"),
    never(&["dns_no_sync"], &["off"], "those who ask for one name at the same time always share one query"),
    never(
        &["new_dns_client", "legacy_dns_client"],
        &["on", "off"],
        "there is one resolver, which takes the keys of both",
    ),
    never(&["resolver_mem_cache_size"], &[], "the number of names is bounded, by `dns_cache_size`"),
    never(
        &["client_body_buffer_size", "nginx_http_client_body_buffer_size", "nginx_admin_client_body_buffer_size"],
        &[],
        "bodies are streamed and not held in buffers of a set size",
    ),
    row(&["proxy_server*"], &["off"], "outgoing proxies are not supported in this version"),
    row(
        &["wasm*", "nginx_wasm_*", "proxy_wasm*"],
        &["off", "bundled,user"],
        "WebAssembly filters are not supported in this version",
    ),
    row(&["pluginserver_*"], &[], "plugin servers are not supported in this version"),
    never(
        &["untrusted_lua_sandbox_requires", "untrusted_lua_sandbox_environment"],
        &[],
        "Lua out of the configuration may load all modules that there are for it, and no others",
    ),
    row(&["kic"], &["off"], "the Kubernetes ingress controller is not supported in this version"),
    never(&["nginx_user", "nginx_main_user"], &[], "the gateway runs as the user who starts it"),
    never(&["anonymous_reports"], &["off", "false"], "no reports are ever sent"),
    never(
        &["worker_consistency", "worker_state_update_frequency", "router_consistency"],
        &["strict"],
        "a change is live as soon as the Admin API has answered",
    ),
    never(
        &[
            "worker_events_*",
            "legacy_worker_events",
            "privileged_worker",
            "dedicated_config_processing",
            "concurrency_timeout",
            "host_ports",
        ],
        &[],
        "it concerns the inside of Kong's workers, which has no counterpart here",
    ),
    never(
        &["lua_max_req_headers", "lua_max_resp_headers", "lua_max_uri_args", "lua_max_post_args"],
        &["100"],
        "plugins see all that a message has, and never only the beginning of it; what a request may have is bounded by \
         `client_head_max_fields` and `client_uri_max_size`",
    ),
    never(
        &["nginx_http_underscores_in_headers", "nginx_proxy_underscores_in_headers"],
        &["on"],
        "names of fields go through as they are",
    ),
    never(&["lua_*", "openresty_path"], &[], "there is no Lua and no OpenResty in this gateway"),
    never(&["nginx_*"], &[], "this gateway is not nginx, and this directive has no counterpart"),
    never(
        &[
            "admin_approved_email",
            "admin_api_uri",
            "admin_emails_*",
            "admin_gui_*",
            "admin_invitation_expiry",
            "analytics_*",
            "audit_log*",
            "debug_*",
            "enforce_rbac",
            "event_hooks_enabled",
            "feature_conf_path",
            "fips",
            "keyring_*",
            "konnect_mode",
            "license_*",
            "portal*",
            "rbac_*",
            "route_validation_strategy",
            "smtp_*",
            "vitals*",
        ],
        &["off"],
        "it belongs to Kong Enterprise",
    ),
    never(&["_debug_*"], &[], "it is for Kong's own tests"),
    never(&["version", "image", "docker_*", "sha256"], &[], "it describes an image of Kong"),
];

#[cfg(test)]
mod tests {
    use super::{TABLE, find};
    use crate::key::keys;

    #[test]
    fn the_first_and_most_particular_reason_is_given() {
        let cases = [
            ("pg_ro_password", "second server"),
            ("ssl_dhparam", "elliptic curves"),
            ("debug_ssl_cert", "Enterprise"),
            ("lua_max_req_headers", "plugins see all"),
            ("lua_package_path", "Lua"),
            ("nginx_http_ssl_conf_command", "OpenSSL"),
            ("nginx_http_lua_shared_dict", "not nginx"),
            ("admin_gui_error_log", "`admin_error_log`"),
            ("admin_gui_auth", "Enterprise"),
        ];
        for (key, word) in cases {
            assert!(find(key).unwrap().reason.contains(word), "{key}");
        }
        assert!(find("proxy_listem").is_none());
    }

    #[test]
    fn no_key_that_is_read_stands_here_by_its_whole_name() {
        for key in keys() {
            for name in std::iter::once(&key.name).chain(key.aliases) {
                assert!(!TABLE.iter().any(|row| row.names.contains(name)), "{name}");
            }
        }
    }
}
