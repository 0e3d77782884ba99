//! The settings as `GET /` shows them: under Kong's names, and only those that are listed here, so that no secret can
//! slip in.

use std::path::Path;
use std::time::Duration;

use gibbon_conf::{Conf, Database, GatewayHeader, GatewayHeaders, Listener, Postgres, PostgresSsl, Run};
use gibbon_schema::Object;
use serde_json::{Value, json};

pub(super) fn show(conf: &Conf) -> Value {
    let parts = [general(conf), listeners(conf), answers(conf), upstreams(conf), database(&conf.database)];
    let mut shown: Object = parts.into_iter().flatten().collect();
    // What came from a vault is shown as it was written, never as what it stands for.
    for (key, reference) in &conf.references {
        if let Some(value) = shown.get_mut(*key) {
            *value = reference.as_str().into();
        }
    }
    shown.into()
}

fn general(conf: &Conf) -> Object {
    object(json!({
        "prefix": conf.prefix.display().to_string(),
        "role": "traditional",
        "router_flavor": "traditional_compatible",
        "nginx_daemon": if conf.run == Run::Background { "on" } else { "off" },
        "nginx_worker_processes": conf.workers.to_string(),
        "log_level": conf.logs.level.name(),
    }))
}

fn listeners(conf: &Conf) -> Object {
    let mut shown = Object::new();
    let lists: [(&str, &[Listener]); 5] = [
        ("proxy", &conf.proxy.listeners),
        ("admin", &conf.admin.listeners),
        ("admin_gui", &[]),
        ("status", &conf.status.listeners),
        ("stream", &[]),
    ];
    for (name, list) in lists {
        let written = match list {
            [] => vec!["off".to_owned()],
            list => list.iter().map(|listener| listener.address.to_string()).collect(),
        };
        shown.insert(format!("{name}_listen"), written.into());
        shown.insert(format!("{name}_listeners"), list.iter().map(listener).collect());
    }
    shown.insert("admin_gui_url".to_owned(), conf.admin.gui_urls.clone().into());
    shown
}

fn listener(listener: &Listener) -> Value {
    json!({
        "listener": listener.address.to_string(),
        "ip": listener.address.ip().to_string(),
        "port": listener.address.port(),
        "ssl": false,
        "http2": false,
        "proxy_protocol": false,
    })
}

fn answers(conf: &Conf) -> Object {
    object(json!({
        "headers": header_names(conf.proxy.headers),
        "headers_upstream": header_names(conf.proxy.headers_upstream),
        "allow_debug_header": conf.proxy.allow_debug_header,
    }))
}

fn header_names(headers: GatewayHeaders) -> Vec<&'static str> {
    let all = [
        (GatewayHeader::Via, "Via"),
        (GatewayHeader::Server, "Server"),
        (GatewayHeader::ProxyLatency, "X-Kong-Proxy-Latency"),
        (GatewayHeader::ResponseLatency, "X-Kong-Response-Latency"),
        (GatewayHeader::AdminLatency, "X-Kong-Admin-Latency"),
        (GatewayHeader::UpstreamLatency, "X-Kong-Upstream-Latency"),
        (GatewayHeader::UpstreamStatus, "X-Kong-Upstream-Status"),
        (GatewayHeader::RequestId, "X-Kong-Request-Id"),
    ];
    all.into_iter().filter(|(header, _)| headers.contains(*header)).map(|(_, name)| name).collect()
}

fn upstreams(conf: &Conf) -> Object {
    object(json!({
        "dns_resolver": conf.dns.resolvers.iter().map(ToString::to_string).collect::<Vec<_>>(),
    }))
}

/// What stands for a secret that is set.
const MASK: &str = "******";

/// Tools for Kong read the `pg_*` keys; without PostgreSQL there is nothing to say in them.
fn database(database: &Database) -> Object {
    match database {
        Database::Sqlite { path } => without_server("sqlite", Some(path.as_path())),
        Database::Off => without_server("off", None),
        Database::Postgres(postgres) => self::postgres(postgres),
    }
}

fn without_server(name: &str, path: Option<&Path>) -> Object {
    object(json!({
        "database": name,
        "sqlite_path": path.map(|path| path.display().to_string()),
        "pg_host": null,
        "pg_port": null,
        "pg_user": null,
        "pg_database": null,
        "pg_ssl": false,
    }))
}

fn postgres(postgres: &Postgres) -> Object {
    let mut shown = object(json!({
        "database": "postgres",
        "pg_host": postgres.host,
        "pg_port": postgres.port,
        "pg_user": postgres.user,
        "pg_database": postgres.database,
        "pg_timeout": milliseconds(postgres.timeout),
        "pg_ssl": postgres.ssl != PostgresSsl::Off,
        "pg_ssl_required": matches!(postgres.ssl, PostgresSsl::Required | PostgresSsl::Verified(_)),
        "pg_ssl_verify": matches!(postgres.ssl, PostgresSsl::Verified(_)),
        "pg_semaphore_timeout": milliseconds(postgres.patience),
        "pg_keepalive_timeout": milliseconds(postgres.keepalive),
        "db_update_frequency": postgres.poll.as_secs(),
    }));
    if postgres.password.is_some() {
        shown.insert("pg_password".to_owned(), MASK.into());
    }
    if let Some(schema) = &postgres.schema {
        shown.insert("pg_schema".to_owned(), schema.clone().into());
    }
    shown
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::conf;

    fn shown(settings: &[(&str, &str)]) -> Value {
        show(&conf(settings))
    }

    #[test]
    fn listeners_are_there_as_text_and_in_parts() {
        let shown = shown(&[("PROXY_LISTEN", "127.0.0.1:9000"), ("ADMIN_LISTEN", "off")]);
        assert_eq!(shown["proxy_listen"], json!(["127.0.0.1:9000"]));
        assert_eq!(shown["proxy_listeners"][0]["port"], 9000);
        assert_eq!(shown["proxy_listeners"][0]["ip"], "127.0.0.1");
        assert_eq!(shown["proxy_listeners"][0]["ssl"], false);
        assert_eq!((&shown["admin_listen"], &shown["admin_listeners"]), (&json!(["off"]), &json!([])));
        assert_eq!(shown["admin_gui_listeners"], json!([]));
    }

    #[test]
    fn the_database_and_what_tools_branch_on_are_named() {
        let shown = shown(&[("PREFIX", "/srv/gibbon")]);
        assert_eq!(shown["database"], "sqlite");
        assert_eq!(shown["sqlite_path"], "/srv/gibbon/gibbon.db");
        assert_eq!(shown["role"], "traditional");
        assert_eq!(shown["router_flavor"], "traditional_compatible");
        assert!(shown.as_object().unwrap().contains_key("pg_host"));
    }

    #[test]
    fn what_came_from_a_vault_is_shown_as_the_reference() {
        let reference = "{vault://env/gibbon-level}";
        let shown = shown(&[("LOG_LEVEL", reference), ("LEVEL", "warn")]);
        assert_eq!(shown["log_level"], reference);
    }

    #[test]
    fn a_server_is_shown_without_the_password() {
        let set = [("DATABASE", "postgres"), ("PG_HOST", "db"), ("PG_PASSWORD", "sesame"), ("PG_SSL", "on")];
        let shown = shown(&set);
        let expected = json!(["postgres", "db", 5432, "kong", "kong", true, "******"]);
        let keys = ["database", "pg_host", "pg_port", "pg_user", "pg_database", "pg_ssl", "pg_password"];
        assert_eq!(keys.map(|key| shown[key].clone()).to_vec(), *expected.as_array().unwrap());
        assert!(!shown.to_string().contains("sesame"));
    }

    #[test]
    fn headers_are_listed_one_by_one() {
        let shown = shown(&[("HEADERS", "latency_tokens")]);
        let expected =
            ["X-Kong-Proxy-Latency", "X-Kong-Response-Latency", "X-Kong-Admin-Latency", "X-Kong-Upstream-Latency"];
        assert_eq!(shown["headers"], json!(expected));
    }
}
